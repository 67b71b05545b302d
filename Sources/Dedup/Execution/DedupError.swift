internal import Caching

/// Why the library itself could not answer a request. An error that the step throws is passed on as it is.
///
/// Messages name the step, never a value, and show a fingerprint only in its shortened form.
public struct DedupError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for a program to decide on. More codes may come; a `switch` over them needs a `default`.
    public struct Code: Hashable, Sendable, CaseIterable, CustomStringConvertible {
        /// The code as it is written in code and messages: `rejected`.
        public let rawValue: String

        private init(_ rawValue: String) { self.rawValue = rawValue }

        /// The same work is running, and the policy or the call refuses duplicates.
        public static let rejected = Code("rejected")
        /// The same work is running, has exceeded its timeout, and keeps its key.
        public static let overdue = Code("overdue")
        /// The request's own deadline has passed; the execution goes on for the others.
        public static let deadlineExceeded = Code("deadlineExceeded")
        /// The request waits, directly or through others, for itself.
        public static let recursiveExecution = Code("recursiveExecution")
        /// The step threw a `CancellationError` although its execution was not cancelled.
        public static let stepCancelledItself = Code("stepCancelledItself")
        /// As many flights as the configuration allows are in progress.
        public static let tooManyFlights = Code("tooManyFlights")
        /// As many requests as the configuration allows wait for this flight.
        public static let tooManyWaiters = Code("tooManyWaiters")
        /// The deduplicator has been shut down.
        public static let shutDown = Code("shutDown")
        /// What is cached, or in flight, under this fingerprint is of another type than the request expects.
        public static let typeMismatch = Code("typeMismatch")
        /// An execution for several keys has returned nothing for this one.
        public static let missingResult = Code("missingResult")
        /// The record store failed, and the configuration says to fail closed.
        public static let recordStoreUnavailable = Code("recordStoreUnavailable")
        /// A configuration value is out of its range.
        public static let invalidConfiguration = Code("invalidConfiguration")
        /// No step of this name is registered.
        public static let unknownStep = Code("unknownStep")
        /// The step of this name that is registered is not the one that the call holds.
        public static let stepMismatch = Code("stepMismatch")
        /// The step is registered but inactive.
        public static let inactiveStep = Code("inactiveStep")
        /// The step was declared without anything to execute.
        public static let stepWithoutExecutor = Code("stepWithoutExecutor")
        /// A step of this name is registered already.
        public static let duplicateStep = Code("duplicateStep")
        /// The context does not describe the step's input.
        public static let invalidContext = Code("invalidContext")
        /// A step's name is too long, or as many steps as the configuration allows are registered.
        public static let stepNameLimit = Code("stepNameLimit")

        /// Every code of this version.
        public static let allCases: [Code] = [
            .rejected, .overdue, .deadlineExceeded, .recursiveExecution, .stepCancelledItself, .tooManyFlights,
            .tooManyWaiters, .shutDown, .typeMismatch, .missingResult, .recordStoreUnavailable, .invalidConfiguration,
            .unknownStep, .stepMismatch, .inactiveStep, .stepWithoutExecutor, .duplicateStep, .invalidContext,
            .stepNameLimit,
        ]

        /// The ``rawValue``.
        public var description: String { rawValue }
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
}

extension DedupError: LibraryError {}

// MARK: - Refusals of requests

extension DedupError {
    static func rejected(_ request: Request, _ epoch: UInt64, elapsed: Duration) -> DedupError {
        DedupError(
            .rejected, "Step '\(request.step)' is running for the same input, and duplicates are refused.",
            executionID: epoch, elapsed: elapsed)
    }

    static func overdue(_ request: Request, _ epoch: UInt64, elapsed: Duration) -> DedupError {
        DedupError(
            .overdue,
            "Step '\(request.step)' is running for the same input beyond its timeout, and holds its key until it ends.",
            executionID: epoch, elapsed: elapsed)
    }

    static func deadlineExceeded(_ request: Request) -> DedupError {
        DedupError(
            .deadlineExceeded, "The request for step '\(request.step)' has waited as long as its deadline allows.")
    }

    static func recursive(_ request: Request, _ epoch: UInt64) -> DedupError {
        DedupError(
            .recursiveExecution,
            "Step '\(request.step)' (\(request.fingerprint)) waits for itself; it would never end.",
            executionID: epoch)
    }

    static func limit(
        _ claim: FlightShards.Table.Claim, _ request: Request, _ configuration: DeduplicatorConfiguration
    ) -> DedupError {
        switch claim {
        case .tooManyFlights:
            DedupError(
                .tooManyFlights, "\(configuration.flightLimit) executions are in progress already (flightLimit).")
        case .tooManyWaiters(let epoch):
            DedupError(
                .tooManyWaiters,
                "\(configuration.waiterLimit) requests wait for step '\(request.step)' with the same input already "
                    + "(waiterLimit).",
                executionID: epoch)
        default:
            DedupError(.shutDown, "The deduplicator has been shut down and starts no more work.")
        }
    }

    @usableFromInline
    static func typeMismatch(_ type: Any.Type) -> DedupError {
        DedupError(
            .typeMismatch,
            "The result under this fingerprint is not a \(type); give work of another type another fingerprint.")
    }
}

// MARK: - Ends of executions

extension DedupError {
    static func stepCancelledItself(_ step: String, _ error: CancellationError) -> DedupError {
        DedupError(
            .stepCancelledItself,
            "Step '\(step)' threw a CancellationError without having been cancelled: something that it waited for was.",
            underlying: error)
    }

    static func missingResult(step: String) -> DedupError {
        DedupError(.missingResult, "An execution of step '\(step)' for several keys has returned nothing for this one.")
    }

    static func recordNotStored(step: String, _ error: any Error) -> DedupError {
        DedupError(
            .recordStoreUnavailable,
            "Step '\(step)' has run, but its record could not be stored (\(type(of: error))). Its result is handed out "
                + "once it is.",
            underlying: error)
    }

    static func recordStillMissing(step: String) -> DedupError {
        DedupError(
            .recordStoreUnavailable,
            "Step '\(step)' has run before, and its record could not be stored yet. Its result is handed out once it is."
        )
    }

    package static func invalidConfiguration(_ field: String, _ problem: String) -> DedupError {
        DedupError(.invalidConfiguration, "\(field): \(problem)")
    }
}
