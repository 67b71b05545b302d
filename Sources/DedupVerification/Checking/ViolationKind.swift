/// Which rule of the history was broken.
public enum ViolationKind: String, CaseIterable, Sendable {
    /// Two executions of one key overlap and nothing excuses it.
    case overlap
    /// An execution began while a fresh result existed and nothing excuses it.
    case unjustifiedExecution = "unjustified_execution"
    /// A result was removed as expired before it could have expired.
    case prematureExpiry = "premature_expiry"
    /// An answer names an execution that the history does not know.
    case unknownExecution = "unknown_execution"
    /// An answer is that of another key.
    case wrongKey = "wrong_key"
    /// A value was answered for an execution that failed, or an error for one that succeeded.
    case wrongOutcome = "wrong_outcome"
    /// An answer came before its execution had ended.
    case answerFromFuture = "answer_from_future"
    /// A call was answered with an error that names no execution, and the subject promises no such errors.
    case unexplainedFailure = "unexplained_failure"
    /// A result was served past its time to live: as a hit, or as stale without a promise of that or for too long.
    case staleHit = "stale_hit"
    /// A hit was older than a result that had been answered before the call started.
    case outdatedHit = "outdated_hit"
    /// A result was served although it had been evicted, invalidated or superseded before the call started.
    case servedAfterRemoval = "served_after_removal"
    /// A call joined an execution that was over before the call started.
    case lateJoin = "late_join"
    /// A call claims an execution that does not lie within it, or that another call claims too.
    case foreignExecution = "foreign_execution"
    /// A call was rejected although no execution of its key was in the way, or rejection is off.
    case unjustifiedRejection = "unjustified_rejection"
    /// An error was served to a call that came after the execution which failed.
    case lateFailure = "late_failure"
    /// A call never returned.
    case lostCall = "lost_call"
    /// The value of an answer is not that of its execution.
    case corruptValue = "corrupt_value"
    /// A counter of the subject differs from the history.
    case counterMismatch = "counter_mismatch"
}
