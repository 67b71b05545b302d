// A subject is written in the words of the checker: outcomes, excuses, freshness, counters.
@_exported public import DedupVerification

/// What a benchmark drives: anything that answers requests and should not do the same work twice.
///
/// The harness hands over ``Work``; the subject decides whether to run it. One call gives one answer. Calls come from many
/// clients at once, and never after ``shutdown()``.
///
/// ```swift
/// final class Table: Subject {
///     func call(_ work: Work) async -> Answer {
///         if let value = lookUp(work.key) { return .value(value, .hit) }
///         do {
///             let value = try await work.run()
///             store(value, for: work.key)
///             return .value(value, .executed)
///         } catch {
///             return .failed(error)
///         }
///     }
/// }
/// ```
///
/// A class, so that the generic load loop holds one pointer and calls through one witness: no existential box an
/// operation.
public protocol Subject: AnyObject, Sendable {
    /// Answers one request, running the work if that is what it takes.
    ///
    /// It never throws: an error of the work becomes ``Answer/failed(_:)``. It should return without suspending when it has
    /// the answer at hand.
    func call(_ work: Work) async -> Answer

    /// Answers with the result of a key if it is cached; nil if it is not. Nothing is executed. Default: nil.
    ///
    /// Asked only of subjects whose ``SubjectBlueprint/verbs`` have `.get`.
    func get(_ key: UInt32) async -> Answer?

    /// Forgets the result of a key: what was executed before the call is not given to calls that begin after it has returned,
    /// nor may an execution that runs meanwhile leave its result behind. Default: nothing is done.
    ///
    /// Asked only of subjects whose ``SubjectBlueprint/verbs`` have `.invalidate`.
    func invalidate(_ key: UInt32) async

    /// Answers one request as ``call(_:)`` does, but waits no longer than the limit: then it answers with
    /// ``Answer/abandoned``, and the execution goes on for others. Default: without a limit.
    ///
    /// Asked only of subjects whose ``SubjectBlueprint/verbs`` have `.deadline`.
    func call(_ work: Work, within limit: Duration) async -> Answer

    /// What the subject itself has counted since it was made; default: nothing. What it counts must equal what the harness saw.
    var counters: SubjectCounters { get }

    /// How many results it holds now; nil, the default, if it cannot say.
    var liveEntries: Int? { get }

    /// What is to be known about the run, a line each: the first errors of a connection, for example. Asked for when it is at
    /// rest after the last phase, and shown in reports. Default: nothing.
    var notes: [String] { get }

    /// Returns when the subject does nothing on its own any more: the state in which memory is measured. Default: at once.
    func quiesce() async

    /// Ends the subject. No call is made afterwards. Default: nothing is done.
    func shutdown() async
}

extension Subject {
    /// Nothing is cached.
    public func get(_ key: UInt32) async -> Answer? { nil }
    /// Does nothing.
    public func invalidate(_ key: UInt32) async {}
    /// Waits as long as it takes.
    public func call(_ work: Work, within limit: Duration) async -> Answer { await call(work) }
    /// Nothing is counted.
    public var counters: SubjectCounters { SubjectCounters() }
    /// Cannot be said.
    public var liveEntries: Int? { nil }
    /// Nothing is to be known.
    public var notes: [String] { [] }
    /// Returns at once.
    public func quiesce() async {}
    /// Does nothing.
    public func shutdown() async {}
}

/// What a subject answered: how, from which execution, and what was found in the value.
public struct Answer: Sendable {
    /// How the subject says it was answered; nil if it cannot tell, and the harness classifies by comparing executions.
    public package(set) var outcome: OutcomeClass?
    /// The execution whose value or error this is, or when rejected the one in the way; 0 = none named.
    public package(set) var execution: UInt64
    /// The execution id that was found inside the value, see ``WorkValue/verifiedExecution``; 0 = not looked.
    public package(set) var value: UInt64

    /// An answer from its parts.
    package init(outcome: OutcomeClass?, execution: UInt64, value: UInt64 = 0) {
        self.outcome = outcome
        self.execution = execution
        self.value = value
    }

    /// An answer with a value; its integrity is checked here.
    ///
    /// - Parameter outcome: How it came about: `.hit`, `.joined`, `.executed` or `.stale`; nil where the subject cannot tell.
    ///   The harness then calls it executed if this call's own work made it, joined if that was still running when the
    ///   call began, and a hit otherwise.
    public static func value(_ value: WorkValue, _ outcome: OutcomeClass?) -> Answer {
        Answer(outcome: outcome, execution: value.execution, value: value.verifiedExecution)
    }

    /// An answer with an error. An ``ExecutionFailure`` says by itself which execution it comes from; any other is an error
    /// of the subject's own, which ``Promises/failsWithoutExecution`` must allow.
    public static func failed(_ error: any Error) -> Answer {
        Answer(outcome: .failed, execution: (error as? ExecutionFailure)?.execution ?? 0)
    }

    /// No answer: the deadline of the call has passed, or it was cancelled.
    public static var abandoned: Answer { Answer(outcome: .abandoned, execution: 0) }

    /// A refusal, because the key is being executed; `inTheWay` is the running execution, or its epoch if
    /// ``Promises/namesExecutionsByEpoch`` says so. 0, the default, names none.
    public static func rejected(inTheWay: UInt64 = 0) -> Answer {
        Answer(outcome: .rejected, execution: inTheWay)
    }
}
