/// How a call was answered. Every call has exactly one outcome.
public enum OutcomeClass: UInt8, CaseIterable, Codable, BitwiseCopyable, Sendable {
    /// Served from the cache.
    case hit
    /// Waited for an execution that was already running.
    case joined
    /// Answered by an execution that this call started.
    case executed
    /// Refused because an execution of the key was running.
    case rejected
    /// Served past its time to live, on purpose.
    case stale
    /// Answered with an error.
    case failed
    /// Asked for what is cached, and nothing was.
    case missed
    /// Left without an answer: its caller cancelled it, or its deadline passed.
    case abandoned
    /// An invalidation, which is over.
    case invalidated

    /// The name used in reports, CSV columns and metric names.
    public var name: String {
        switch self {
        case .hit: "hit"
        case .joined: "joined"
        case .executed: "executed"
        case .rejected: "rejected"
        case .stale: "stale"
        case .failed: "failed"
        case .missed: "missed"
        case .abandoned: "abandoned"
        case .invalidated: "invalidated"
        }
    }

    /// How a call was answered with a value where its answer does not say how: told by the execution whose value that is.
    ///
    /// What refuses duplicates joins none, so a call that began while the execution ran came to it late.
    ///
    /// - Parameters:
    ///   - start: When the call began.
    ///   - isOwn: Whether the execution was begun for this call.
    ///   - executionEnd: When the execution ended, by the clock of `start`; nil while it runs, or where there is none.
    ///   - duplicates: What the subject does with a call whose key is being executed.
    /// - Returns: ``executed`` for a call's own execution; ``hit`` if that had ended when the call began, or if duplicates are
    ///   refused; ``joined`` otherwise.
    public static func inferred(
        start: UInt64, isOwn: Bool, executionEnd: UInt64?, duplicates: DuplicateMode
    ) -> OutcomeClass {
        if isOwn { return .executed }
        if case .reject = duplicates { return .hit }
        return executionEnd.map { $0 <= start } ?? false ? .hit : .joined
    }
}

/// What a caller wants of a subject.
public enum CallVerb: UInt8, CaseIterable, Codable, BitwiseCopyable, Sendable {
    /// The result, executing if that is what it takes.
    case call
    /// The result if it is cached, and nothing otherwise.
    case get
    /// That the result is forgotten.
    case invalidate
    /// The result, unless it takes longer than the caller is patient: then the call is cancelled.
    case cancel
    /// The result before a deadline.
    case deadline

    /// The name used in scenarios and messages.
    public var name: String {
        switch self {
        case .call: "call"
        case .get: "get"
        case .invalidate: "invalidate"
        case .cancel: "cancel"
        case .deadline: "deadline"
        }
    }
}

/// One call of the subject as its caller saw it: 56 bytes, all times in nanoseconds of one monotonic clock.
///
/// `start` is read before the subject is called and `end` after it has answered, so the true call lies inside.
public struct Call: Hashable, Codable, BitwiseCopyable, Sendable {
    /// When the schedule wanted the call to start; equal to `start` in a closed loop.
    public var intended: UInt64
    /// Read just before the subject was called.
    public var start: UInt64
    /// Read just after the subject answered; 0 while no answer has come.
    public var end: UInt64
    /// The execution whose value or error the answer carries (or, when rejected, the one in the way); 0 = none named.
    public var execution: UInt64
    /// The checksum found in the answer, which must equal `execution`; 0 = not checked.
    public var value: UInt64
    /// The number of the request in the stream.
    public var request: UInt32
    /// The key that was asked for.
    public var key: UInt32
    /// The number of the phase in which the call was made.
    public var phase: UInt16
    /// How the call was answered; meaningless while `end` is 0.
    public var outcome: OutcomeClass
    /// What the caller wanted.
    public var verb: CallVerb

    /// A complete call; `intended` defaults to `start`, and what is wanted is the result.
    public init(
        request: UInt32, key: UInt32, intended: UInt64? = nil, start: UInt64, end: UInt64, outcome: OutcomeClass,
        execution: UInt64, value: UInt64 = 0, phase: UInt16 = 0, verb: CallVerb = .call
    ) {
        self.intended = intended ?? start
        self.start = start
        self.end = end
        self.execution = execution
        self.value = value
        self.request = request
        self.key = key
        self.phase = phase
        self.outcome = outcome
        self.verb = verb
    }

    /// Whether it is a request for a result that was not given up: neither an invalidation nor abandoned.
    var isRequest: Bool { verb != .invalidate && outcome != .abandoned }

    /// Whether an answer came before the history was closed.
    public var hasReturned: Bool { end != 0 }

    /// The end, or the end of time while no answer has come.
    var endOrForever: UInt64 { hasReturned ? end : .max }
}
