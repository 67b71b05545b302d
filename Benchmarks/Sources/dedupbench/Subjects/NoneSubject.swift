internal import DedupVerification
internal import LoadGeneration
internal import Synchronization
internal import Workloads

/// No deduplication: every call executes. The opposite end of the scale, which must fail every gate of prevention.
final class NoneSubject: Subject {
    /// How it is made.
    static let blueprint = SubjectBlueprint(
        SubjectInformation(name: "none", summary: "no deduplication: every call executes", duplicates: .none)
    ) { _ in NoneSubject() }

    private let executions = Atomic<Int>(0)

    var information: SubjectInformation { Self.blueprint.information }

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        executions.add(1, ordering: .relaxed)
        do {
            return .value(try await operation.run(), .executed)
        } catch {
            return .failed(error)
        }
    }

    var counters: SubjectCounters {
        SubjectCounters(hits: 0, joins: 0, executions: executions.load(ordering: .relaxed))
    }
}
