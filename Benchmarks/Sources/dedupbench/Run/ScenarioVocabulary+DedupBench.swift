internal import Caching
internal import DedupVerification
internal import Gates
internal import LoadGeneration
internal import Workloads

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
