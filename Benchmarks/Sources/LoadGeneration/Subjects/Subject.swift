package import DedupVerification
package import Workloads

/// What a benchmark drives.
///
/// The harness supplies the step's body as an ``Operation``; the subject decides whether to run it. One call gives one
/// answer. Calls come from many clients at once.
///
/// A class, so that the generic load loop holds one pointer and calls through one witness: no existential box an
/// operation.
package protocol Subject: AnyObject, Sendable {
    /// What the subject is and what it promises.
    var information: SubjectInformation { get }

    /// Answers one request, running `operation` if that is what it takes.
    ///
    /// It never throws: an error of the operation becomes ``Answer/failed(_:)``. It returns without suspending when it
    /// has the answer at hand.
    func call(_ request: Request, _ operation: Operation) async -> Answer

    /// What the subject itself counted since it was made; nil where it does not count.
    var counters: SubjectCounters { get }

    /// How many results it holds now; nil if it cannot say.
    var liveEntries: Int? { get }

    /// Returns when the subject does nothing on its own any more: the state in which memory is measured.
    func quiesce() async

    /// Forgets every result, as if newly made, but keeps its counters.
    func reset() async

    /// Ends the subject. No call is made afterwards.
    func shutdown() async
}

extension Subject {
    package var counters: SubjectCounters { SubjectCounters() }
    package var liveEntries: Int? { nil }
    package func quiesce() async {}
    package func reset() async {}
    package func shutdown() async {}
}

/// What a subject answered: how, from which execution, and what was found in the value.
package struct Answer: Sendable {
    /// How the subject says it was answered; nil if it cannot tell, and the harness classifies by comparing executions.
    package var outcome: OutcomeClass?
    /// The execution whose value or error this is, or when rejected the one in the way; 0 = none named.
    package var execution: UInt64
    /// The execution id that was found inside the value, see ``StepValue/verifiedExecution``; 0 = not looked.
    package var value: UInt64

    /// An answer from its parts.
    package init(outcome: OutcomeClass?, execution: UInt64, value: UInt64 = 0) {
        self.outcome = outcome
        self.execution = execution
        self.value = value
    }

    /// An answer with a value; its integrity is checked here.
    package static func value(_ value: StepValue, _ outcome: OutcomeClass?) -> Answer {
        Answer(outcome: outcome, execution: value.execution, value: value.verifiedExecution)
    }

    /// An answer with an error.
    package static func failed(_ error: any Error) -> Answer {
        Answer(outcome: .failed, execution: (error as? ExecutionFailure)?.execution ?? 0)
    }

    /// A refusal; `inTheWay` is the running execution, or its epoch if the subject names executions by epoch.
    package static func rejected(inTheWay: UInt64 = 0) -> Answer {
        Answer(outcome: .rejected, execution: inTheWay)
    }
}
