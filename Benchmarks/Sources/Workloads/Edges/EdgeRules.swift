/// What the fields of an edge phase must be together, and with the rest of the scenario.
enum EdgeRules {
    /// The rules that a phase can check alone.
    static func check(_ phase: Phase, report: SectionType<Phase>.Report) {
        guard let edge = phase.edge else { return }
        if phase.model != .closed {
            report([.field("model")], .conflict, "herds that come at an event are those of the model `closed`", nil)
        }
        let fewest = edge.at.leaders + 1
        if phase.clients < fewest {
            let leaders = edge.at == .invalidation ? "one leads, one invalidates" : "one leads"
            report([.field("clients")], .outOfRange, "there would be no herd: \(leaders)", "\(fewest) or more")
        }
        let others: [(String, Bool, String)] = [
            ("memory", phase.memory != nil, "memory is sampled in phases without an edge"),
            ("think_time", phase.thinkTime != nil, "clients of a herd are released together, and do not wait alone"),
            ("keys", phase.keys != nil, "each herd of an edge phase asks for a new key"),
            ("verbs", phase.verbs != nil, "the edge says what its callers want"),
        ]
        for (name, isGiven, reason) in others where isGiven {
            report([.field(name)], .conflict, "\(reason); leave it out", nil)
        }
    }

    /// What does not fit between an edge and the rest of the scenario: where, below the scenario, and why.
    static func problems(
        of phase: Phase, in scenario: Scenario, _ place: [FieldPath.Part]
    ) -> [(at: [FieldPath.Part], reason: String)] {
        guard let edge = phase.edge else { return [] }
        let operation = scenario.operation(of: phase)
        var found: [(at: [FieldPath.Part], reason: String)] = []
        let operationPlace = place + [.field("operation")]
        if operation.kind != .simulated {
            found.append(
                (operationPlace, "an edge takes simulated operations: give the phase an `operation` of its own"))
        }
        if operation.failures.fraction > 0 {
            let reason =
                "which execution fails must be known: give the phase an `operation` without failures (the edge `failure` "
                + "lets those fail that it needs)"
            found.append((operationPlace, reason))
        }
        if operation.valueSize == .recorded {
            found.append((operationPlace, "the keys of an edge phase have no recorded sizes"))
        }
        let edgePlace = place + [.field("edge"), .field("at")]
        let wrong = [timing(edge, operation), expiry(edge, scenario), eviction(phase, edge, scenario)].compactMap(
            \.self)
        return found + wrong.map { (edgePlace, $0) }
    }

    /// The event must be far enough from the first call: a herd that comes before that would make an event of its own.
    private static func timing(_ edge: EdgeSettings, _ operation: OperationSettings) -> String? {
        let factor: UInt64
        switch edge.at {
        case .start, .expiry, .invalidation: return nil
        case .publication, .failure, .eviction: factor = 1
        // The caller leaves in the middle of the execution.
        case .deadline, .cancellation: factor = 2
        }
        let least = Duration.nanoseconds(Int64(edge.sweep.nanoseconds * factor))
        if case .constant(let latency) = operation.latency, latency >= least { return nil }
        return
            "a sweep of \(edge.sweep.scenarioText) takes an `operation.latency` of one value, \(least.scenarioText) or more"
    }

    private static func expiry(_ edge: EdgeSettings, _ scenario: Scenario) -> String? {
        guard edge.at == .expiry else { return nil }
        let timeToLive = scenario.system.cache.timeToLive
        if case .fixed(let life) = timeToLive.rule, timeToLive.jitter.fraction == 0, life >= edge.sweep,
            life <= EdgeSettings.longestSweep
        {
            return nil
        }
        return
            "the time of the expiry must be known, and waited for: it takes a `system.cache.ttl` of `fixed:` and from "
            + "\(edge.sweep.scenarioText) (the sweep) to \(EdgeSettings.longestSweep.scenarioText)"
    }

    private static func eviction(_ phase: Phase, _ edge: EdgeSettings, _ scenario: Scenario) -> String? {
        guard edge.at == .eviction else { return nil }
        let cache = scenario.system.cache
        guard case .entries = cache.capacity, cache.policy == "fifo", cache.shards == 1 else {
            return
                "which result is given up next must be known: it takes a `system.cache` with a `capacity` in entries, "
                + "`policy: fifo` and `shards: 1`"
        }
        guard let schedule = EdgeSchedule(phase, in: scenario) else { return nil }
        let (round, most) = (schedule.requestsPerRound, EdgeSchedule.mostRequests)
        guard round > min(phase.operations ?? .max, most) else { return nil }
        let tooMany = round > most ? "which are drawn together, and \(most) at the most" : "more than the phase has"
        return "to fill the cache for one herd takes \(round) requests, \(tooMany); lower `system.cache.capacity`"
    }
}
