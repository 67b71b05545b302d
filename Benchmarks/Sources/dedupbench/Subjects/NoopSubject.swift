internal import DedupVerification
internal import LoadGeneration
internal import Workloads

/// Answers at once and executes nothing: what is measured with it is the harness itself.
final class NoopSubject: Subject {
    /// Its calls are not judged: they are answered without an execution.
    static let blueprint = SubjectBlueprint(
        SubjectInformation(
            name: "noop", summary: "answers at once without executing: the floor of the harness itself",
            isJudged: false, duplicates: .none)
    ) { _ in NoopSubject() }

    var information: SubjectInformation { Self.blueprint.information }

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        Answer(outcome: .hit, execution: 0)
    }
}
