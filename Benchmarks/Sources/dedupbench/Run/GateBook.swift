internal import Caching
internal import DedupVerification
internal import Gates
internal import LoadGeneration
internal import Workloads

/// The gates of a run, read before it starts: an expression that cannot be evaluated is an error, never a pass.
enum GateBook {
    /// The gates of the scenario, then those of the command line; one that is written twice counts once.
    ///
    /// - Throws: ``Failure`` with code 65 for a gate of the scenario and 64 for one of the command line.
    static func gates(ofScenario texts: [String], file: String, options: [String]) throws(Failure) -> [Gate] {
        var gates: [Gate] = []
        for text in texts {
            do throws(GateSyntaxError) {
                gates.append(try Gate(parsing: text))
            } catch {
                throw Failure("\(file): gates: \(error)", .badScenario)
            }
        }
        for text in options {
            do throws(GateSyntaxError) {
                gates.append(try Gate(parsing: text))
            } catch {
                throw Failure("--gate: \(error)", .usage)
            }
        }
        var seen: Set<Gate> = []
        return gates.filter { seen.insert($0).inserted }
    }

    /// Refuses gates whose metric no phase measures: of the command line, no phase that is run; of the scenario, no phase at
    /// all. One that only a phase measures that `--phase` leaves out makes the run invalid.
    static func checkSources(
        of options: [String], in combination: RunPlan.Combination, file: String
    ) throws(Failure) {
        for gate in try gates(ofScenario: combination.whole.gates, file: file, options: []) {
            if let problem = missingSource(of: gate, in: combination.whole) {
                throw Failure("\(file): gates: \(problem)", .badScenario)
            }
        }
        for gate in try gates(ofScenario: [], file: file, options: options) {
            if let problem = missingSource(of: gate, in: combination.scenario) {
                throw Failure("--gate: \(problem)", .usage)
            }
        }
    }

    /// Says that no phase measures what a gate is about; nil if one does, or if the gate names a phase that is not there.
    private static func missingSource(of gate: Gate, in scenario: Scenario) -> String? {
        let expression = gate.expression
        guard let source = MetricCatalog.standard.definition(of: expression.metric)?.source,
            let requirement = source.requirement
        else { return nil }
        let phases = scenario.phases.filter { !$0.warmup && (expression.phase ?? $0.name) == $0.name }
        if phases.isEmpty || phases.contains(where: { scenario.phase($0, measures: source) }) { return nil }
        let names = phases.map { "`\($0.name)`" }.joined(separator: ", ")
        return "\(expression.description) is never measured in \(names): it takes \(requirement)"
    }

    /// Says that a gate names a phase that is not there; nil if it names none or one of these.
    static func unknownPhase(of gate: Gate, among phases: [String]) -> String? {
        guard let phase = gate.expression.phase, !phases.contains(phase) else { return nil }
        return "the scenario has no phase `\(phase)` (it has: \(phases.joined(separator: ", ")))"
    }
}

extension ScenarioVocabulary {
    /// What `dedupbench` can run and judge.
    static let dedupbench = ScenarioVocabulary(
        policies: EvictionPolicyKind.allCases.map(\.rawValue), subjects: SubjectCatalog.all.map(\.information.name)
    ) { text, phases in
        do throws(GateSyntaxError) {
            return GateBook.unknownPhase(of: try Gate(parsing: text), among: phases)
        } catch {
            return "\(error)"
        }
    }
}

extension Scenario {
    /// Whether a phase measures what comes from such a source.
    fileprivate func phase(_ phase: Phase, measures source: MetricSource) -> Bool {
        switch source {
        case .anyPhase: true
        case .arrivals: phase.isOpen
        case .herds: !phase.isOpen && phase.clients > 1 && keys(of: phase).distribution == .burst
        case .memorySamples: phase.memory != nil
        }
    }
}
