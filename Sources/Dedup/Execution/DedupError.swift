/// Why the library itself could not answer a request. An error that the step throws is passed on as it is.
///
/// Messages name the step, never a value, and show a fingerprint only in its shortened form.
public struct DedupError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public enum Code: String, CaseIterable, Hashable, Sendable {
        /// The same work is running, and the policy or the call refuses duplicates.
        case rejected
        /// The same work is running, has exceeded its timeout, and keeps its key.
        case overdue
        /// The request's own deadline has passed; the execution goes on for the others.
        case deadlineExceeded
        /// The request waits, directly or through others, for itself.
        case recursiveExecution
        /// As many flights as the configuration allows are in progress.
        case tooManyFlights
        /// As many requests as the configuration allows wait for this flight.
        case tooManyWaiters
        /// The deduplicator has been shut down.
        case shutDown
        /// What is cached, or in flight, under this fingerprint is of another type than the request expects.
        case typeMismatch
        /// The record store failed, and the configuration says to fail closed.
        case recordStoreUnavailable
        /// A configuration value is out of its range.
        case invalidConfiguration
        /// No step of this name is registered.
        case unknownStep
        /// The step is registered but inactive.
        case inactiveStep
        /// The step was declared without anything to execute.
        case stepWithoutExecutor
        /// A step of this name is registered already.
        case duplicateStep
        /// The context does not describe the step's input.
        case invalidContext
        /// As many different step names as the configuration allows have been seen, or a name is too long.
        case stepNameLimit
    }

    /// What went wrong.
    public let code: Code

    /// What happened and what to do about it, in a sentence or two.
    public let message: String

    /// The execution that was in the way, where there was one.
    public let executionID: ExecutionID?

    /// How long that execution had been running.
    public let elapsed: Duration?

    /// The error behind this one, where there was one.
    public let underlying: (any Error)?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, executionID: ExecutionID? = nil, elapsed: Duration? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.executionID = executionID
        self.elapsed = elapsed
        self.underlying = underlying
    }

    /// The code and the message.
    public var description: String { "\(code.rawValue): \(message)" }

    @usableFromInline
    static func typeMismatch(_ type: Any.Type) -> DedupError {
        DedupError(
            .typeMismatch,
            "The result under this fingerprint is not a \(type); give work of another type another fingerprint.")
    }

    static func invalidConfiguration(_ field: String, _ problem: String) -> DedupError {
        DedupError(.invalidConfiguration, "\(field): \(problem)")
    }
}
