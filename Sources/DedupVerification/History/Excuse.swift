/// Why a result was no longer there, or why an execution no longer owned its key.
public enum ExcuseKind: UInt8, CaseIterable, Codable, BitwiseCopyable, Sendable {
    /// The cache gave the result up for lack of room (or never let it in).
    case evicted
    /// The cache removed the result because its time to live had passed.
    case expired
    /// The key was invalidated.
    case invalidated
    /// The execution outlived its epoch: a newcomer was allowed to run.
    case superseded

    /// The name used in reports.
    public var name: String {
        switch self {
        case .evicted: "evicted"
        case .expired: "expired"
        case .invalidated: "invalidated"
        case .superseded: "superseded"
        }
    }
}

/// Something that justifies executing a key again.
///
/// What happened, happened between `since` and `at`. An excuse that names its execution is the strongest kind: it
/// excuses nothing else. One that names none excuses by time alone. An event whose `since` is not known is taken to have
/// happened shortly before it was logged: ``HistoryChecker`` says how shortly.
public struct Excuse: Hashable, Codable, BitwiseCopyable, Sendable {
    /// A time at or before the event.
    public var since: UInt64
    /// A time at or after the event.
    public var at: UInt64
    /// The execution whose result was removed, or which was superseded; 0 when not known.
    public var execution: UInt64
    /// The key.
    public var key: UInt32
    /// What happened.
    public var kind: ExcuseKind

    /// An excuse; `since` defaults to `at`.
    public init(_ kind: ExcuseKind, key: UInt32, since: UInt64? = nil, at: UInt64, execution: UInt64 = 0) {
        self.since = since ?? at
        self.at = at
        self.execution = execution
        self.key = key
        self.kind = kind
    }
}
