internal import Caching
internal import DedupVerification
internal import Judging
internal import LoadGeneration
internal import Measurement
internal import Workloads

/// The gates of a run, read before it starts: an expression that cannot be evaluated is an error, never a pass.
enum GateBook {
    /// The gates of a scenario.
    ///
    /// - Throws: ``Failure`` with code 65.
    static func gates(ofScenario texts: [String], file: String) throws(Failure) -> [Gate] {
        try gates(texts, from: "\(file): gates", .badScenario)
    }

    /// The gates of the command line.
    ///
    /// - Throws: ``Failure`` with code 64.
    static func gates(ofOptions texts: [String]) throws(Failure) -> [Gate] { try gates(texts, from: "--gate", .usage) }

    /// One that is written twice counts once.
    private static func gates(
        _ texts: [String], from origin: String, _ code: Failure.Code
    ) throws(Failure) -> [Gate] {
        var gates: [Gate] = []
        for text in texts {
            let gate: Gate
            do throws(GateSyntaxError) {
                gate = try Gate(parsing: text)
            } catch {
                throw Failure("\(origin): \(error)", code)
            }
            if let problem = gate.expression.impossibility { throw Failure("\(origin): \(problem)", code) }
            if !gates.contains(gate) { gates.append(gate) }
        }
        return gates
    }

    /// What is wrong with a gate in a scenario: it names a phase that is not there, or no phase measures what it is about. Nil
    /// if nothing is.
    static func problem(of gate: Gate, in scenario: Scenario) -> String? {
        unknownPhase(of: gate, in: scenario) ?? missingSource(of: gate, in: scenario)
            ?? shortPhase(of: gate, in: scenario)
    }

    /// Says that a memory phase is too short to tell growth from none, whatever comes of it; nil if none is.
    private static func shortPhase(of gate: Gate, in scenario: Scenario) -> String? {
        guard gate.leakLimit != nil else { return nil }
        let fewest = LeakEstimate.Criteria.fewestSamples
        let phases = scenario.phases.filter { (gate.expression.phase ?? $0.name) == $0.name }
        return phases.lazy.compactMap { phase in
            guard let memory = phase.memory, memory.mostSamples - memory.discarded < fewest else { return nil }
            return
                "\(gate.expression.description) can never be decided in `\(phase.name)`: after the \(memory.discarded) "
                + "that are discarded it takes \(fewest) samples, and `memory` takes "
                + "\(memory.mostSamples) at most; raise `max_samples`"
        }.first
    }

    /// Says that no phase measures what a gate is about; nil if one does, or if the gate names a phase that is not there.
    static func missingSource(of gate: Gate, in scenario: Scenario) -> String? {
        let expression = gate.expression
        return missingSource(of: expression.metric, in: scenario, phase: expression.phase).map {
            "\(expression.description) \($0)"
        }
    }

    /// Says that no phase, or not the one that is named, measures a metric; nil if one does, or if there is none of that name.
    static func missingSource(of metric: Metric, in scenario: Scenario, phase name: String? = nil) -> String? {
        let source = metric.definition.source
        guard let requirement = source.requirement else { return nil }
        let phases = scenario.phases.filter { !$0.warmup && (name ?? $0.name) == $0.name }
        if phases.isEmpty || phases.contains(where: { scenario.phase($0, measures: source) }) { return nil }
        let names = phases.map { "`\($0.name)`" }.joined(separator: ", ")
        return "is never measured in \(names): it takes \(requirement)"
    }

    /// Says that a gate names a phase that is not there; nil if it names none or one that is.
    private static func unknownPhase(of gate: Gate, in scenario: Scenario) -> String? {
        let phases = scenario.phases.map(\.name)
        guard let phase = gate.expression.phase, !phases.contains(phase) else { return nil }
        return "the scenario has no phase `\(phase)` (it has: \(phases.joined(separator: ", ")))"
    }
}

extension Scenario {
    /// Whether a phase measures what comes from such a source.
    fileprivate func phase(_ phase: Phase, measures source: MetricSource) -> Bool {
        switch source {
        case .anyPhase: true
        case .arrivals: phase.isOpen
        case .herds: hasHerds(in: phase)
        case .memorySamples: phase.memory != nil
        }
    }
}
