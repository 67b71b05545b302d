internal import DedupVerification

/// Draws the requests of a phase whose herds come at an event, some whole rounds at a time: each round asks for a key that no other round
/// and no other phase asks for, so that its life begins with the round.
struct EdgeDrawer: PieceDrawer {
    private let schedule: EdgeSchedule
    private let keys: EdgeKeys
    private let behaviour: LoaderBehaviour
    private var latency: RandomStream
    /// The position of the next request.
    private var position = 0

    /// Nothing is drawn yet.
    init(_ phase: Phase, of scenario: Scenario, _ schedule: EdgeSchedule, keys: EdgeKeys) {
        self.schedule = schedule
        self.keys = keys
        behaviour = LoaderBehaviour(scenario.operation(of: phase), seed: scenario.seed)
        latency = scenario.random(phase, "latency")
    }

    mutating func draw(_ count: Int, limit: Int?, from first: Int?) -> RequestStream {
        let asked = drawKeys(count)
        let begin = position - count
        let latencies = asked.map { _ in behaviour.latency(from: &latency) }
        var failures = [UInt64](repeating: 0, count: (count + 63) / 64)
        var verbs: [CallVerb] = []
        var patiences: [UInt32] = []
        for index in 0..<count {
            let client = (begin + index) % schedule.clients
            if schedule.event == .failure, client == 0 { failures[index >> 6] |= 1 << UInt64(index & 63) }
            guard let verb = schedule.event.verb else { continue }
            let makesEvent = client == schedule.event.leaders - 1
            verbs.append(makesEvent ? verb : .call)
            // Half of the time that the execution takes: it is running, and will be for a while.
            patiences.append(makesEvent ? latencies[index] / 2 : 0)
        }
        return RequestStream(
            keys: asked, keyCount: keys.first, latencies: latencies,
            valueSizes: behaviour.valueSizes(asked, recorded: nil), failures: failures, verbs: verbs,
            patiences: patiences, offsets: nil, limit: limit, first: first ?? 0, rest: first == nil ? nil : self)
    }

    mutating func drawKeys(_ count: Int) -> [UInt32] {
        defer { position += count }
        return (position..<position + count).map { position in
            keys.key(schedule.round(of: position) * schedule.keysPerRound + schedule.key(of: position))
        }
    }
}

/// How the keys of an edge phase are numbered: those of all phases without an edge come first, then those of all edge phases in turn, of
/// which each may have any number.
package struct EdgeKeys: Sendable {
    /// The first key of any edge phase.
    let first: Int
    /// Which of the edge phases it is, and how many there are.
    private let place: Int, phases: Int

    /// The keys of a phase.
    ///
    /// - Parameter first: One more than the largest key of the phases without an edge.
    package init(of phase: Phase, in scenario: Scenario, first: Int) {
        let names = scenario.phases.filter { $0.edge != nil }.map(\.name)
        self.first = first
        place = names.firstIndex(of: phase.name) ?? 0
        phases = max(1, names.count)
    }

    /// How many there are: keys have 32 bits.
    package var count: Int { max(0, (Int(UInt32.max) - first - place) / phases) }

    /// The key of a number from 0 on. Those from ``count`` on are drawn with the last ones, and are not asked for.
    func key(_ number: Int) -> UInt32 { UInt32(truncatingIfNeeded: first + number * phases + place) }
}

extension EdgeSchedule {
    /// Which of the keys of its round a request asks for.
    ///
    /// All ask for key 0, but where that is to be evicted: in the first turn all ask for it; then each client asks for one that
    /// takes room, until as much is taken as there is but for one; at last the leader asks for one more, and the herd for key 0.
    fileprivate func key(of position: Int) -> Int {
        guard event == .eviction else { return 0 }
        let (turn, client) = (position / clients % turns, position % clients)
        if turn == 0 { return 0 }
        if isInLastTurn(position) { return client == 0 ? room : 0 }
        // Where there are more clients than room is left, the last ones ask for what others ask for.
        return min(room - 1, 1 + (turn - 1) * clients + client)
    }
}
