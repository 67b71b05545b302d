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
