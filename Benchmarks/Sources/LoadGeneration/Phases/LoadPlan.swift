internal import DedupVerification
internal import Evidence
internal import Foundation
package import Workloads

/// What one phase will need, known before it starts.
package struct PhasePlan: Sendable {
    var phase: Phase
    var number: UInt16
    var stream: RequestStream
    /// Positions from here on are not asked for.
    var limit: Int
    /// Whether `limit` comes from the room in the history and not from the scenario.
    var isBoundByHistory: Bool
    /// Queues or threads that drive the clients.
    var workers: Int
    /// Whether they are threads, one a client.
    var workersAreThreads: Bool

    var clients: Int { max(1, phase.clients) }

    /// Whether clients are released together, turn by turn.
    var hasHerds: Bool

    /// When herds come that are locked to an event; nil where there is none.
    var edge: EdgeSchedule?

    /// The numbers of samples of memory at which growth is judged; empty where memory is not sampled.
    var looks: [Int]

    /// How many requests are made at most before the history is moved out of memory; nil: it stays there.
    var stretch: Int?

    /// Whether the phase holds requests after so many calls that are not the runner's: later pieces are, and all of them where memory
    /// is looked at, as the first is to take as much as others.
    func hasOwnRequests(after calls: Int) -> Bool { stream.goesOn && (phase.memory != nil || calls > stream.count) }

    /// What these take, which is no memory of the subject.
    func ownBytes(after calls: Int) -> Int { hasOwnRequests(after: calls) ? stream.bytes : 0 }

    /// The most calls that the clients of a worker make.
    ///
    /// Worker w of n has the clients w, w + n and so on, and client c of m takes the positions c, c + m and so on; in an open
    /// loop a worker takes positions like that itself.
    func calls(ofWorker worker: Int) -> Int {
        // A stretch begins with any client, and each may make one call more than another.
        let limit = stretch.map { min(self.limit, $0 + clients) } ?? self.limit
        let share = { [workers] (count: Int) in count / workers + (worker < count % workers ? 1 : 0) }
        if worker >= workers { return 0 }
        return stream.isOpen ? share(limit) : limit / clients * share(clients) + share(limit % clients)
    }
}

/// What a run will need: the phases, and room for their history.
package struct LoadPlan: Sendable {
    /// What each phase will need, in order.
    package private(set) var phases: [PhasePlan] = []

    /// Whether the history is moved out of memory between the stretches of each phase.
    var isSpooled: Bool { phases.contains { $0.stretch != nil } }
    /// The most calls that the history holds at a time: those of all phases, or of the longest stretch.
    var calls: Int {
        let calls = phases.map { min($0.limit, $0.stretch.map { $0 + 1 } ?? .max) }
        return isSpooled ? calls.max() ?? 0 : calls.reduce(0, +)
    }
    /// The room of each lane of the history, one a worker, in calls: together as many as there are.
    package var lanes: [Int] {
        (0..<(phases.map(\.workers).max() ?? 1)).map { worker in
            let calls = phases.map { $0.calls(ofWorker: worker) }
            return isSpooled ? calls.max() ?? 0 : calls.reduce(0, +)
        }
    }

    /// Requests are numbered with 32 bits.
    private static let mostRequests = Int(UInt32.max)
    /// The most requests of a stretch, where their number is known: 160 MB of history at most, unless one round has more.
    private static let longestStretch = 1_000_000
    /// The fewest turns of each client in a stretch, after which all wait for the slowest.
    private static let fewestTurns = 16

    /// A plan for one stream a phase, and clients that block or do not.
    ///
    /// - Throws: ``LoadError`` when the history has no room for so many requests.
    package init(
        _ scenario: Scenario, streams: [RequestStream], blocks: Bool, configuration: LoadConfiguration
    ) throws(LoadError) {
        let (looks, room, isSpooled) = try Self.fit(scenario, streams, configuration)
        for (number, phase) in scenario.phases.enumerated() {
            let stream = streams[number]
            let bound = Self.bound(phase, stream, looks[number])
            let clients = max(1, phase.clients)
            let edge = EdgeSchedule(phase, in: scenario)
            let most = try Self.most(phase, edge, of: stream, bound: bound, room: room, in: scenario)
            let queues = configuration.workers ?? ProcessInfo.processInfo.activeProcessorCount
            phases.append(
                PhasePlan(
                    phase: phase, number: UInt16(number), stream: stream,
                    limit: bound ?? most,
                    isBoundByHistory: bound == nil, workers: blocks ? clients : min(clients, queues),
                    workersAreThreads: blocks,
                    hasHerds: scenario.hasHerds(in: phase), edge: edge,
                    looks: looks[number],
                    stretch: isSpooled ? Self.stretch(phase, stream, edge, bound: bound, configuration) : nil))
        }
    }

    /// How often growth is judged in each phase, the calls left for each phase that only time bounds, and whether the history is
    /// moved out of memory in between.
    ///
    /// A memory phase may go on until growth can be told from none, if a gate asks and the history has room for it.
    private static func fit(
        _ scenario: Scenario, _ streams: [RequestStream], _ configuration: LoadConfiguration
    ) throws(LoadError) -> (looks: [[Int]], room: Int, isSpooled: Bool) {
        let once = scenario.phases.map { phase in phase.memory.map { [$0.samples] } ?? [] }
        let all = scenario.phases.indices.map { number in
            let phase = scenario.phases[number]
            let asks = configuration.stoppingRule?.asksAboutGrowth(in: phase.name) ?? false
            return asks ? phase.memory?.looks ?? [] : once[number]
        }
        let bounds = scenario.phases.indices.map { bound(scenario.phases[$0], streams[$0], all[$0]) }
        let isHeld =
            bounds.allSatisfy { $0 != nil } && bounds.reduce(0) { $0 + ($1 ?? 0) } <= configuration.historyLimit
        if configuration.historyFolder != nil, !isHeld {
            for (phase, bound) in zip(scenario.phases, bounds) where bound ?? 0 > mostRequests {
                throw LoadError(
                    "phase `\(phase.name)` makes up to \(bound ?? 0) requests, which are numbered up to \(mostRequests); ask for "
                        + "fewer `operations`, or fewer samples of memory")
            }
            return (all, mostRequests, true)
        }
        if all != once, let room = try? room(scenario.phases, bounds: bounds, limit: configuration.historyLimit) {
            return (all, room, false)
        }
        let fewest = scenario.phases.indices.map { bound(scenario.phases[$0], streams[$0], once[$0]) }
        return (once, try room(scenario.phases, bounds: fewest, limit: configuration.historyLimit), false)
    }

    /// The most requests of a phase: of one that only time ends, as many as there is room for. Herds at an event come in whole rounds, and
    /// ask for new keys as long as there are any.
    private static func most(
        _ phase: Phase, _ edge: EdgeSchedule?, of stream: RequestStream, bound: Int?, room: Int, in scenario: Scenario
    ) throws(LoadError) -> Int {
        guard let edge else { return room }
        if bound == nil, room < edge.requestsPerRound {
            throw LoadError(
                "phase `\(phase.name)`: a round of its herds takes \(edge.requestsPerRound) requests, more than the history has room for "
                    + "(\(room)); ask for a larger history with --history-limit")
        }
        let keys = EdgeKeys(of: phase, in: scenario, first: stream.keyCount).count
        if let bound, edge.keys(in: bound) > keys {
            throw LoadError(
                "phase `\(phase.name)` asks for \(edge.keys(in: bound)) keys, one or more a herd, and there are \(keys); ask for fewer "
                    + "`operations`")
        }
        return min(edge.wholeRounds(in: room), edge.rounds(of: keys) * edge.requestsPerRound)
    }

    /// How many requests of a phase are made before the history is moved: all of an open loop, if there is room for them, so that it
    /// does not rest for that, and of closed loops whole turns of all clients, or whole rounds. A phase that time ends is mostly
    /// over before the history is full.
    private static func stretch(
        _ phase: Phase, _ stream: RequestStream, _ edge: EdgeSchedule?, bound: Int?,
        _ configuration: LoadConfiguration
    ) -> Int {
        if stream.isOpen, let bound {
            return bound <= configuration.historyLimit ? bound : min(longestStretch, configuration.historyLimit)
        }
        let clients = max(1, phase.clients)
        let longest = bound == nil ? configuration.historyLimit : min(longestStretch, configuration.historyLimit)
        if let edge { return edge.wholeRounds(in: max(longest, fewestTurns * clients)) }
        return max(fewestTurns, longest / clients) * clients
    }

    /// How many requests end the phase at the latest; nil if only time does.
    private static func bound(_ phase: Phase, _ stream: RequestStream, _ looks: [Int]) -> Int? {
        if stream.isOpen { return stream.limit ?? stream.count }
        if let memory = phase.memory, let samples = looks.last { return samples * memory.operations }
        return stream.limit ?? (phase.duration == nil ? stream.count : nil)
    }

    /// The calls left for each phase that only time bounds.
    private static func room(_ phases: [Phase], bounds: [Int?], limit: Int) throws(LoadError) -> Int {
        let needed = bounds.reduce(0) { $0 + ($1 ?? 0) }
        let timed = bounds.count { $0 == nil }
        guard needed + timed <= limit else {
            throw LoadError(
                "phases: together they make \(needed) requests (\(Self.list(phases, bounds))), more than the "
                    + "history holds (historyLimit \(limit)); ask for fewer `operations`, or for a larger history with --history-limit"
            )
        }
        return timed == 0 ? 0 : (limit - needed) / timed
    }

    /// The requests of each phase, by name.
    private static func list(_ phases: [Phase], _ bounds: [Int?]) -> String {
        zip(phases, bounds).compactMap { phase, bound in bound.map { "\(phase.name) \($0)" } }
            .joined(separator: ", ")
    }
}
