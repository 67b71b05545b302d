/// When each herd of an edge phase comes: in which round, and how long before or after the event.
///
/// A round has some turns, in each of which every client makes one call. In the last turn client 0 leads: its call makes the
/// event, or what the event follows from. Where the key is invalidated, client 1 does that. All others are the herd. The turns
/// before, which only an eviction takes, fill the cache.
package struct EdgeSchedule: Hashable, Sendable {
    /// The most requests of a round, which are drawn together: 2,000,000.
    static let mostRequests = 2_000_000

    /// What herds are locked to.
    package let event: EdgeSettings.Event
    /// The clients: as many as there are calls in a turn.
    package let clients: Int
    /// The turns of a round.
    package let turns: Int
    /// How far is swept on either side of the event, in nanoseconds.
    package let sweep: Int64
    /// How many steps that is divided into.
    package let steps: Int
    /// How long a result lives, in nanoseconds, where that is what herds wait for; else 0.
    package let lifetime: UInt64
    /// Where results are given up, how many the cache has room for; else 0.
    let room: Int
    private let seed: UInt64

    /// The schedule of a phase; nil for one that has no edge.
    package init?(_ phase: Phase, in scenario: Scenario) {
        guard let edge = phase.edge else { return nil }
        let clients = max(1, phase.clients)
        let cache = scenario.system.cache
        let room: Int = if edge.at == .eviction, case .entries(let count) = cache.capacity { count } else { 0 }
        event = edge.at
        self.clients = clients
        self.room = room
        // One for the key itself, and so many that all the room but one is taken by others.
        turns = edge.at == .eviction ? 2 + (room - 1 + clients - 1) / clients : 1
        sweep = Int64(edge.sweep.nanoseconds)
        steps = edge.steps
        lifetime =
            if edge.at == .expiry, case .fixed(let life) = cache.timeToLive.rule { life.nanoseconds } else { 0 }
        var random = scenario.random(phase, "edge")
        seed = random.word()
    }

    /// How many keys a round asks for: one, and where that is to be evicted, as many as there is room for.
    var keysPerRound: Int { event == .eviction ? room + 1 : 1 }

    /// How many requests a round has.
    package var requestsPerRound: Int { clients * turns }

    /// The requests of as many whole rounds as so many requests have; those of one at least.
    package func wholeRounds(in requests: Int) -> Int { max(1, requests / requestsPerRound) * requestsPerRound }

    /// How many keys the rounds of so many requests ask for.
    package func keys(in requests: Int) -> Int { wholeRounds(in: requests) / requestsPerRound * keysPerRound }

    /// How many rounds so many keys are enough for.
    package func rounds(of keys: Int) -> Int { keys / keysPerRound }

    /// The round that a request belongs to.
    package func round(of position: Int) -> Int { position / requestsPerRound }

    /// Whether a request belongs to the turn in which the event is.
    package func isInLastTurn(_ position: Int) -> Bool { position / clients % turns == turns - 1 }

    /// Whether a request is made at the event by a client of the herd.
    package func isInHerd(_ position: Int) -> Bool {
        isInLastTurn(position) && position % clients >= event.leaders
    }

    // MARK: - The sweep

    /// How long after the event the herd of a round is to come, in nanoseconds; negative: before it.
    ///
    /// Each step has its turn, in an order in which neighbouring rounds are far apart, so that a slow change of the machine is not
    /// one of the offset. Within its step a herd comes at a random time: what happens in a part of a step is met, too.
    package func offset(ofRound round: Int) -> Int64 {
        let step = round % steps * stride % steps
        let inside = Double(SplitMix64.mix(seed &+ UInt64(round)) >> 11) * 0x1p-53
        return -sweep + Int64((Double(step) + inside) * width)
    }

    /// The step that an offset falls into; nil for one that is outside of the sweep.
    package func step(of offset: Int64) -> Int? {
        guard offset >= -sweep, offset < sweep else { return nil }
        let near = min(steps - 1, Int(Double(offset + sweep) / width))
        // Where a step begins is rounded.
        return [near, near - 1, near + 1].first { (0..<steps).contains($0) && bounds(of: $0).contains(offset) }
    }

    /// Where a step begins and ends, in nanoseconds from the event.
    package func bounds(of step: Int) -> Range<Int64> {
        let bound = { (step: Int) in -sweep + Int64((Double(step) * width).rounded()) }
        return bound(step)..<(step + 1 == steps ? sweep : bound(step + 1))
    }

    private var width: Double { Double(2 * sweep) / Double(steps) }

    /// A number near 0.62 of the steps that shares no factor with them: counting by it meets each step once a turn.
    private var stride: Int {
        var stride = max(1, Int(Double(steps) * 0.618))
        while Self.divisor(stride, steps) != 1 { stride += 1 }
        return stride
    }

    private static func divisor(_ first: Int, _ second: Int) -> Int {
        second == 0 ? first : divisor(second, first % second)
    }
}
