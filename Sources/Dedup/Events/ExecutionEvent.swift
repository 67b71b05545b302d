/// Something that happened to a request or to a cached result.
///
/// Events carry no inputs and no results. The ``error`` of a failed execution is the step's own and may hold anything; show
/// its type rather than its text unless you know better.
public struct ExecutionEvent: Sendable {
    /// What happened. More kinds may come; a `switch` over them needs a `default`.
    public struct Kind: Hashable, Sendable, CaseIterable, CustomStringConvertible {
        /// A byte, because an event is moved several times on its way.
        private enum Name: UInt8 {
            case executionStarted, executionCompleted, executionFailed, executionJoined, executionRejected,
                executionSuperseded, cacheHit, cacheEvicted, cacheExpired
        }

        private let name: Name

        private init(_ name: Name) { self.name = name }

        /// The name that logs and metrics use: `execution.started`.
        public var rawValue: String {
            switch name {
            case .executionStarted: "execution.started"
            case .executionCompleted: "execution.completed"
            case .executionFailed: "execution.failed"
            case .executionJoined: "execution.joined"
            case .executionRejected: "execution.rejected"
            case .executionSuperseded: "execution.superseded"
            case .cacheHit: "cache.hit"
            case .cacheEvicted: "cache.evicted"
            case .cacheExpired: "cache.expired"
            }
        }

        /// A step began to run.
        public static var executionStarted: Kind { Kind(.executionStarted) }
        /// A step returned a value.
        public static var executionCompleted: Kind { Kind(.executionCompleted) }
        /// A step threw.
        public static var executionFailed: Kind { Kind(.executionFailed) }
        /// A request joined the execution that the event names.
        public static var executionJoined: Kind { Kind(.executionJoined) }
        /// A request was refused because the execution that the event names was running.
        public static var executionRejected: Kind { Kind(.executionRejected) }
        /// An execution ended when its epoch was already over: its result is not cached.
        public static var executionSuperseded: Kind { Kind(.executionSuperseded) }
        /// A request was answered from the cache.
        public static var cacheHit: Kind { Kind(.cacheHit) }
        /// A result left the cache to make room.
        public static var cacheEvicted: Kind { Kind(.cacheEvicted) }
        /// A result was found to be past its time to live and left the cache.
        public static var cacheExpired: Kind { Kind(.cacheExpired) }

        /// Every kind of this version.
        public static let allCases: [Kind] = [
            .executionStarted, .executionCompleted, .executionFailed, .executionJoined, .executionRejected,
            .executionSuperseded, .cacheHit, .cacheEvicted, .cacheExpired,
        ]

        /// The ``rawValue``.
        public var description: String { rawValue }

        /// One bit for each kind.
        var bit: UInt32 { 1 << UInt32(name.rawValue) }
    }

    /// What happened.
    public let kind: Kind

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

    /// How long the execution took, for the three kinds of events that end one.
    public let duration: Duration?

    /// How old the result was that was served from the cache.
    public let age: Duration?

    /// What the step threw.
    public let error: (any Error)?

    /// The name of the event's kind, `execution.started` for example.
    public var name: String { kind.rawValue }

    /// Makes an event, for tests of what handles events.
    public init(
        _ kind: Kind, step: String, fingerprint: Fingerprint, executionID: ExecutionID, epoch: UInt64, time: WallTime,
        duration: Duration? = nil, age: Duration? = nil, error: (any Error)? = nil
    ) {
        self.kind = kind
        self.step = step
        self.fingerprint = fingerprint
        self.executionID = executionID
        self.epoch = epoch
        self.time = time
        self.duration = duration
        self.age = age
        self.error = error
    }
}

extension ExecutionEvent {
    /// An event of the execution in epoch `epoch`, for which `request` has come.
    static func execution(
        _ kind: Kind, _ request: Request, _ epoch: UInt64, _ time: WallTime, duration: Duration? = nil,
        error: (any Error)? = nil
    ) -> ExecutionEvent {
        ExecutionEvent(
            kind, step: request.step, fingerprint: request.fingerprint, executionID: epoch, epoch: epoch, time: time,
            duration: duration, error: error)
    }

    /// An event of a cached result.
    static func cached(
        _ kind: Kind, _ result: StoredResult, _ fingerprint: Fingerprint, _ time: WallTime, age: Duration? = nil
    ) -> ExecutionEvent {
        ExecutionEvent(
            kind, step: result.labels.step, fingerprint: fingerprint, executionID: result.executionID,
            epoch: result.executionID, time: time, age: age)
    }
}
