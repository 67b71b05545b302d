#if Logging
public import Dedup
public import Logging

/// What an ``ExecutionEventLogger`` writes, and how loudly.
public struct ExecutionEventLoggerConfiguration: Sendable {
    /// The levels of the kinds of events, where they differ from ``defaultLevel(for:)``. Default: none does.
    public var levels: [ExecutionEvent.Kind: Logger.Level]

    /// The kinds of events that are not logged at all. Default: none.
    public var omitted: Set<ExecutionEvent.Kind>

    /// Whether the text of a failed step's error is logged beside its type. It is the step's own text and may hold
    /// anything, secrets included. Default `false`.
    public var includesErrorDescriptions: Bool

    /// Makes a configuration; every setting has a default.
    public init(
        levels: [ExecutionEvent.Kind: Logger.Level] = [:],
        omitted: Set<ExecutionEvent.Kind> = [],
        includesErrorDescriptions: Bool = false
    ) {
        self.levels = levels
        self.omitted = omitted
        self.includesErrorDescriptions = includesErrorDescriptions
    }

    /// The level of a kind of event, or `nil` if it is not logged.
    public func level(for kind: ExecutionEvent.Kind) -> Logger.Level? {
        omitted.contains(kind) ? nil : levels[kind] ?? Self.defaultLevel(for: kind)
    }

    /// The level of a kind of event unless it is set otherwise: `warning` for a failed execution, `notice` for a superseded
    /// one, `debug` for what an execution does otherwise, `trace` for what happens in the cache.
    public static func defaultLevel(for kind: ExecutionEvent.Kind) -> Logger.Level {
        switch kind {
        case .executionFailed: .warning
        case .executionSuperseded: .notice
        case .executionStarted, .executionCompleted, .executionJoined, .executionRejected: .debug
        case .cacheHit, .cacheEvicted, .cacheExpired: .trace
        default: .debug
        }
    }
}
#endif
