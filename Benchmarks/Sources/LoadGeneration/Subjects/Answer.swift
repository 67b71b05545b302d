package import DedupVerification

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
