internal import Dedup

/// What an execution of a step throws when it fails.
struct StepFailure: Error {
    /// The execution.
    let execution: UInt64
}

/// How a call ended, as its caller saw it.
enum Ending: Sendable {
    case answered(Answer)
    case stepFailed(execution: UInt64)
    case cancelled
    /// The library's own error, and the epoch that it names.
    case refused(DedupError.Code, epoch: UInt64?)
    case unexpected(String)

    init(_ error: any Error) {
        switch error {
        case let failure as StepFailure: self = .stepFailed(execution: failure.execution)
        case is CancellationError: self = .cancelled
        case let error as DedupError: self = .refused(error.code, epoch: error.executionID)
        default: self = .unexpected("\(error)")
        }
    }
}

/// A call of the subject as its caller saw it.
struct ObservedCall: Sendable {
    let name: String
    let key: Int
    let deadline: UInt64?
    /// The execution whose step made the call; nil for a caller's own.
    let parent: UInt64?
    let start: UInt64
    var end: UInt64?
    var ending: Ending?
    var endings = 0
    /// When the caller's task, or the execution that made the call, was cancelled.
    var cancelledAt: UInt64?
}

/// An execution as its step saw it.
struct ObservedExecution: Sendable {
    /// Unique in the schedule, and the value that it returns.
    let id: UInt64
    let key: Int
    let epoch: UInt64
    let begin: UInt64
    /// When the call that brought it started: its flight was claimed after that.
    let claimedAfter: UInt64
    /// Whether it did not begin in the task of that call, so that other things may have happened since the claim.
    let beginsAside: Bool
    var end: UInt64?
    var succeeded = false
    /// Whether it ended with a `CancellationError`.
    var gaveUp = false
    var cancelledAt: UInt64?
}

/// An invalidation, between two time stamps.
struct ObservedInvalidation: Sendable {
    /// The key; nil for all.
    let key: Int?
    let since: UInt64
    let at: UInt64
}

/// A shutdown, between two time stamps.
struct ObservedShutdown: Sendable {
    let grace: UInt64
    let start: UInt64
    var end: UInt64?
    var wasOrderly = false
    /// How many steps ran when it returned.
    var runningAtEnd = 0
}
