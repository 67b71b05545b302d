internal import DedupVerification

extension StreamBuilder {
    /// The requests of a phase whose herds come at an event: each round asks for a key that no other round and no other phase
    /// asks for, so that its life begins with the round.
    func stream(of phase: Phase, _ schedule: EdgeSchedule) -> RequestStream {
        let first = firstKey(of: phase)
        let behaviour = LoaderBehaviour(scenario.operation(of: phase), seed: scenario.seed)
        var latency = scenario.random(phase, "latency")
        let count = schedule.rounds * schedule.turns * schedule.clients
        var requests = (0..<count).map { position in
            let round = schedule.round(of: position)
            let key = first + round * schedule.keysPerRound + schedule.key(of: position)
            var request = Request(key: UInt32(key), latency: behaviour.latency(from: &latency))
            let client = position % schedule.clients
            request.fails = schedule.event == .failure && client == 0
            if client == schedule.event.leaders - 1, let verb = schedule.event.verb {
                request.verb = verb
                // Half of the time that the execution takes: it is running, and will be for a while.
                request.patience = request.latency / 2
            }
            return request
        }
        for (index, size) in behaviour.valueSizes(requests.map(\.key), recorded: nil).enumerated() {
            requests[index].valueSize = size
        }
        return RequestStream(requests, limit: count)
    }

    /// The first key of a phase: those of all phases without an edge come first, then those of each edge phase.
    private func firstKey(of phase: Phase) -> Int {
        var first =
            scenario.phases.map { other in
                guard other.edge == nil else { return 0 }
                let recorded = scenario.keys(of: other).file.flatMap { traces[$0]?.keyCount }
                return recorded ?? scenario.distribution(of: other)?.count ?? 0
            }.max() ?? 0
        for other in scenario.phases.prefix(while: { $0.name != phase.name }) {
            first += EdgeSchedule(other, in: scenario).map { $0.rounds * $0.keysPerRound } ?? 0
        }
        return first
    }
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
