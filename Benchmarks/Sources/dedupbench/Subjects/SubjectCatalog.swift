internal import DedupVerification
package import LoadGeneration
internal import Synchronization
internal import Workloads

/// Every subject that `--subject` can name.
package enum SubjectCatalog {
    /// In the order in which they are listed: ours first, then what it is compared with, then the floor.
    static let all = [
        DedupSubject.blueprint, ReferenceSubject.blueprint, DictionarySubject.blueprint, NoneSubject.blueprint,
        NoopSubject.blueprint,
    ]

    /// The subject of that name; nil if there is none.
    package static func blueprint(named name: String) -> SubjectBlueprint? {
        all.first { $0.information.name == name }
    }
}

/// What executions do, by the kind that a scenario names.
enum OperationCatalog {
    /// The body of the operations of a phase.
    ///
    /// - Throws: When git is missing, or repositories cannot be made, or the run is interrupted while they are.
    static func body(_ settings: OperationSettings, in context: CommandContext) async throws -> any OperationBody {
        switch settings.kind {
        case .simulated: SimulatedOperation(context.machine)
        case .git: try await GitOperation(settings, stop: context.interruption.stop)
        }
    }
}

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
