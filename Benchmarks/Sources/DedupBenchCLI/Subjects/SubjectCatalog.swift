internal import Caching
package import DedupBenchKit
internal import DedupVerification
internal import Judging
internal import LoadGeneration
internal import Synchronization
internal import Workloads

/// Every subject that `--subject` can name.
package struct SubjectCatalog: Sendable {
    /// In the order in which they are listed: the library first, then what it is compared with, then the floor, then what
    /// the executable has added.
    package private(set) var all = [
        DedupSubject.blueprint, ReferenceSubject.blueprint, DictionarySubject.blueprint, NoneSubject.blueprint,
        NoopSubject.blueprint,
    ]

    /// The subjects that come with `dedupbench`.
    package init() {}

    /// Those, and an executable's own.
    ///
    /// - Throws: ``Failure`` for a name that is taken, or that would not do on a command line and in a file name.
    package init(adding subjects: [SubjectBlueprint]) throws(Failure) {
        for subject in subjects {
            let isPlain = subject.name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "-")
            }
            guard isPlain, !subject.name.isEmpty else {
                throw Failure(
                    "the subject `\(subject.name)` cannot be added: a name consists of small letters, digits and hyphens",
                    .usage)
            }
            guard blueprint(named: subject.name) == nil else {
                throw Failure(
                    "the subject `\(subject.name)` cannot be added: there is one of that name; give it another", .usage)
            }
            all.append(subject)
        }
    }

    /// The subject of that name; nil if there is none.
    package func blueprint(named name: String) -> SubjectBlueprint? {
        all.first { $0.name == name }
    }

    /// What scenarios can name.
    var vocabulary: ScenarioVocabulary {
        ScenarioVocabulary(policies: EvictionPolicyKind.allCases.map(\.rawValue), subjects: all.map(\.name)) {
            text, scenario in
            do throws(GateSyntaxError) {
                return GateBook.problem(of: try Gate(parsing: text), in: scenario)
            } catch {
                return "\(error)"
            }
        }
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
        name: "none", summary: "no deduplication: every call executes", promises: Promises(duplicates: .none)
    ) { _ in NoneSubject() }

    private let executions = Atomic<Int>(0)

    func call(_ work: Work) async -> Answer {
        executions.add(1, ordering: .relaxed)
        do {
            return .value(try await work.run(), .executed)
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
    static let blueprint = {
        var blueprint = SubjectBlueprint(
            name: "noop", summary: "answers at once without executing: the floor of the harness itself",
            promises: Promises(duplicates: .none)
        ) { _ in NoopSubject() }
        blueprint.isJudged = false
        return blueprint
    }()

    func call(_ work: Work) async -> Answer {
        Answer(outcome: .hit, execution: 0)
    }
}
