package import DedupVerification
internal import Foundation

/// Draws the stream of a phase, or its first piece. Everything here runs before the clock of the phase starts.
package struct StreamBuilder: Sendable {
    let scenario: Scenario
    /// The traces that the scenario names, by file.
    let traces: [String: RequestTrace]
    private let pieceLimit: Int

    /// Reads the traces that the scenario names and the library does not have.
    ///
    /// - Parameter pieceLimit: The most requests that are drawn at a time, or about as many: whole turns, and whole rounds, are.
    /// - Throws: ``TraceError``.
    package init(
        _ scenario: Scenario, traces library: TraceLibrary = TraceLibrary(), pieceLimit: Int = RequestStream.pieceLimit
    ) throws(TraceError) {
        self.scenario = scenario
        self.pieceLimit = pieceLimit
        var traces: [String: RequestTrace] = [:]
        for phase in scenario.phases {
            guard phase.edge == nil, let file = scenario.keys(of: phase).file else { continue }
            let trace = try library.trace(file)
            traces[file] = trace
            if !trace.hasTimes, phase.model == .trace, phase.isOpen {
                throw TraceError(file: file, field: "time_ns", reason: .noTimes(phase: phase.name))
            }
            if !trace.hasSizes, scenario.operation(of: phase).valueSize == .recorded {
                throw TraceError(file: file, field: "size", reason: .noSizes(phase: phase.name))
            }
        }
        self.traces = traces
    }

    /// The requests of one phase.
    package func stream(for phase: Phase) -> RequestStream {
        if let schedule = EdgeSchedule(phase, in: scenario) { return stream(for: phase, by: schedule) }
        let keys = scenario.keys(of: phase)
        if let file = keys.file, let trace = traces[file] { return stream(for: phase, from: trace) }
        guard let declared = scenario.distribution(of: phase) else {
            preconditionFailure("A valid scenario has a distribution or a trace in each phase.")
        }
        let arrivals = arrivals(of: phase)
        var drawer = StreamDrawer(
            phase, of: scenario, keys: KeySampler(declared, seed: scenario.seed), arrivals: arrivals)
        if let count = arrivals?.count {
            // An open loop that rests is no longer quite what it was, so it does that where there is much to draw.
            return drawer.draw(count > 4 * pieceLimit ? pieceLimit : count, limit: count, from: 0)
        }
        // All clients wait for the slowest where a piece ends, so where there are many of them it is longer. And it has whole turns of
        // all of them, so that no herd is torn.
        let clients = max(1, phase.clients)
        let length = min(max(pieceLimit, clients * RequestStream.fewestTurns), 4 * pieceLimit)
        let piece = max(1, length / clients) * clients
        return drawer.begin(piece, limit: phase.operationLimit)
    }

    /// The requests of a phase whose herds come at an event, in whole rounds.
    private func stream(for phase: Phase, by schedule: EdgeSchedule) -> RequestStream {
        let first = scenario.phases.map { other in
            guard other.edge == nil else { return 0 }
            let recorded = scenario.keys(of: other).file.flatMap { traces[$0]?.keyCount }
            return recorded ?? scenario.distribution(of: other)?.count ?? 0
        }.max()
        let keys = EdgeKeys(of: phase, in: scenario, first: first ?? 0)
        let piece = schedule.wholeRounds(in: pieceLimit)
        let limit = phase.operationLimit.map(schedule.wholeRounds)
        var drawer = EdgeDrawer(phase, of: scenario, schedule, keys: keys)
        return drawer.begin(piece, limit: limit)
    }

    private func stream(for phase: Phase, from trace: RequestTrace) -> RequestStream {
        var count = min(phase.operationLimit ?? .max, trace.count)
        var offsets: [UInt64]?
        if phase.isOpen {
            offsets =
                phase.model == .trace ? recordedArrivals(of: phase, in: trace, count: count) : arrivals(of: phase)?.all
            count = offsets?.count ?? count
        }
        let keys = (0..<count).map { trace.keys[$0 % trace.count] }
        let sizes = (0..<count).map { trace.sizes[$0 % trace.count] }
        // The model `trace` ends with the trace; a closed loop may walk through it again.
        let limit = phase.model == .trace ? count : phase.operationLimit
        var drawer = StreamDrawer(phase, of: scenario, keys: nil)
        return drawer.requests(
            for: keys, keyCount: trace.keyCount, offsets: offsets, recordedSizes: sizes,
            limit: offsets?.count ?? limit)
    }

    /// The intended starts of a phase with a rate, or nil for a closed loop.
    private func arrivals(of phase: Phase) -> ArrivalDraws? {
        guard phase.isOpen, let course = phase.course else { return nil }
        return phase.model == .poisson
            ? ArrivalDraws(poisson: course, count: phase.operationLimit, from: scenario.random(phase, "arrivals"))
            : ArrivalDraws(regular: course, count: phase.operationLimit)
    }

    /// The recorded starts of the first requests, up to the phase's duration.
    private func recordedArrivals(of phase: Phase, in trace: RequestTrace, count: Int) -> [UInt64] {
        guard case .factor(let factor)? = phase.speed else { return [] }
        let offsets = ArrivalDraws.recorded(trace.times.prefix(count), factor: factor)
        guard let duration = phase.duration?.nanoseconds else { return offsets }
        return Array(offsets.prefix { $0 < duration })
    }

}

extension Scenario {
    /// The random numbers of a phase for one purpose.
    func random(_ phase: Phase, _ purpose: String) -> RandomStream {
        RandomStream(seed: seed, name: "\(phase.name)/\(purpose)")
    }

    /// The keys of a phase: its own, or the workload's.
    package func keys(of phase: Phase) -> KeySettings { phase.keys ?? workload.keys }

    /// The operation of a phase: its own, or the workload's.
    package func operation(of phase: Phase) -> OperationSettings { phase.operation ?? workload.operation }

    /// What callers want in a phase: its own verbs, or the workload's.
    package func verbs(of phase: Phase) -> VerbSettings { phase.verbs ?? workload.verbs }

    /// The verbs that a phase asks for, besides plain calls.
    package func usedVerbs(of phase: Phase) -> Set<CallVerb> {
        if let edge = phase.edge { return Set([edge.at.verb].compactMap(\.self)) }
        return verbs(of: phase).used
    }

    /// Whether the clients of a phase are released together, turn by turn.
    package func hasHerds(in phase: Phase) -> Bool {
        phase.edge != nil || (!phase.isOpen && phase.clients > 1 && keys(of: phase).distribution == .burst)
    }

    /// The declared distribution of a phase's keys, or nil if they come from a trace, or each herd has a key of its own.
    package func distribution(of phase: Phase) -> KeyDistribution? {
        if phase.edge != nil { return nil }
        var keys = keys(of: phase)
        let operation = operation(of: phase)
        if operation.kind == .git { keys.count = operation.gitKeyCount }
        return keys.declared
    }
}
