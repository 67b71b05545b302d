/// Something that happened to a request or to a cached result.
///
/// Events carry no inputs and no results. The error of ``executionFailed(_:duration:error:)`` is the step's own and may
/// hold anything; show its type rather than its text unless you know better.
public enum ExecutionEvent: Sendable {
    /// A step began to run.
    case executionStarted(Details)

    /// A step returned a value, after `duration`.
    case executionCompleted(Details, duration: Duration)

    /// A step threw, after `duration`.
    case executionFailed(Details, duration: Duration, error: any Error)

    /// A request joined the execution that its details name.
    case executionJoined(Details)

    /// A request was refused because the execution that its details name was running.
    case executionRejected(Details)

    /// An execution ended, after `duration`, when its epoch was already over: its result is not cached.
    case executionSuperseded(Details, duration: Duration)

    /// A request was answered from the cache with a result of this age.
    case cacheHit(Details, age: Duration)

    /// A result left the cache to make room.
    case cacheEvicted(Details)

    /// A result was found to be past its time to live and left the cache.
    case cacheExpired(Details)
}

// MARK: - Details

extension ExecutionEvent {
    /// What an event is about.
    public struct Details: Hashable, Sendable {
        /// The name of the step.
        public let step: String

        /// The fingerprint of the request. Its description is shortened; do not log all of it.
        public let fingerprint: Fingerprint

        /// The execution that began, ended, was joined, was in the way or made the cached result.
        public let executionID: ExecutionID

        /// The fence number of that execution's flight.
        public let epoch: UInt64

        /// When it happened, by the wall clock: for display only.
        public let time: WallTime

        /// Makes the details of an event.
        public init(
            step: String, fingerprint: Fingerprint, executionID: ExecutionID, epoch: UInt64, time: WallTime
        ) {
            self.step = step
            self.fingerprint = fingerprint
            self.executionID = executionID
            self.epoch = epoch
            self.time = time
        }
    }

    /// What the event is about.
    public var details: Details {
        switch self {
        case .executionStarted(let details), .executionCompleted(let details, _), .executionFailed(let details, _, _),
            .executionJoined(let details), .executionRejected(let details), .executionSuperseded(let details, _),
            .cacheHit(let details, _), .cacheEvicted(let details), .cacheExpired(let details):
            details
        }
    }

    /// The name of the step.
    public var step: String { details.step }

    /// The fingerprint of the request.
    public var fingerprint: Fingerprint { details.fingerprint }

    /// The execution that the event names.
    public var executionID: ExecutionID { details.executionID }

    /// The fence number of that execution's flight.
    public var epoch: UInt64 { details.epoch }

    /// When it happened, by the wall clock.
    public var time: WallTime { details.time }
}

// MARK: - Kind

extension ExecutionEvent {
    /// The kinds of events; the raw value is the name that logs and metrics use.
    public enum Kind: String, CaseIterable, Sendable {
        /// See ``ExecutionEvent/executionStarted(_:)``.
        case executionStarted = "execution.started"
        /// See ``ExecutionEvent/executionCompleted(_:duration:)``.
        case executionCompleted = "execution.completed"
        /// See ``ExecutionEvent/executionFailed(_:duration:error:)``.
        case executionFailed = "execution.failed"
        /// See ``ExecutionEvent/executionJoined(_:)``.
        case executionJoined = "execution.joined"
        /// See ``ExecutionEvent/executionRejected(_:)``.
        case executionRejected = "execution.rejected"
        /// See ``ExecutionEvent/executionSuperseded(_:duration:)``.
        case executionSuperseded = "execution.superseded"
        /// See ``ExecutionEvent/cacheHit(_:age:)``.
        case cacheHit = "cache.hit"
        /// See ``ExecutionEvent/cacheEvicted(_:)``.
        case cacheEvicted = "cache.evicted"
        /// See ``ExecutionEvent/cacheExpired(_:)``.
        case cacheExpired = "cache.expired"
    }

    /// The kind of the event.
    public var kind: Kind {
        switch self {
        case .executionStarted: .executionStarted
        case .executionCompleted: .executionCompleted
        case .executionFailed: .executionFailed
        case .executionJoined: .executionJoined
        case .executionRejected: .executionRejected
        case .executionSuperseded: .executionSuperseded
        case .cacheHit: .cacheHit
        case .cacheEvicted: .cacheEvicted
        case .cacheExpired: .cacheExpired
        }
    }

    /// The name of the event's kind, `execution.started` for example.
    public var name: String { kind.rawValue }

    /// How long the execution took, for the three kinds of events that end one.
    public var duration: Duration? {
        switch self {
        case .executionCompleted(_, let duration), .executionFailed(_, let duration, _),
            .executionSuperseded(_, let duration):
            duration
        default: nil
        }
    }
}
