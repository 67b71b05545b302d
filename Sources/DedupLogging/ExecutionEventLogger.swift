#if Logging
public import Dedup
public import Logging

/// Writes the events of a deduplicator to a swift-log logger.
///
///     let logger = ExecutionEventLogger(events: deduplicator.events.subscribe(), logger: Logger(label: "dedup"))
///     await logger.run()
///
/// Each line has the event's name as its message and `step`, `fingerprint`, `execution_id`, `epoch` and, if the event has
/// one, `duration` or `age` and `error_type` as metadata. Fingerprints are shortened, and events have neither inputs nor
/// results, so a line contains no secret unless a step's name does.
///
/// If events are published faster than the logger writes, the subscription drops the oldest. A warning gives their number,
/// each time that it has doubled and at the end.
public struct ExecutionEventLogger: Sendable {
    private let events: EventSubscription
    private let logger: Logger
    private let configuration: ExecutionEventLoggerConfiguration

    /// Makes a logger of a subscription. Nothing is logged before ``run()``.
    public init(
        events: EventSubscription, logger: Logger, configuration: ExecutionEventLoggerConfiguration = .init()
    ) {
        self.events = events
        self.logger = logger
        self.configuration = configuration
    }

    /// Logs events until the subscription ends or the task is cancelled.
    public func run() async {
        var reportedDrops = 0
        for await event in events {
            log(event)
            if events.droppedEvents > 2 * reportedDrops { reportDrops(&reportedDrops) }
        }
        if events.droppedEvents > reportedDrops { reportDrops(&reportedDrops) }
    }

    private func log(_ event: ExecutionEvent) {
        guard let level = configuration.level(for: event.kind), level >= logger.logLevel else { return }
        logger.log(level: level, "\(event.name)", metadata: metadata(of: event))
    }

    private func reportDrops(_ reportedDrops: inout Int) {
        reportedDrops = events.droppedEvents
        logger.warning("events.dropped", metadata: ["dropped": "\(reportedDrops)"])
    }

    private func metadata(of event: ExecutionEvent) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "step": "\(event.step)", "fingerprint": "\(event.fingerprint.prefix)",
            "execution_id": "\(event.executionID)", "epoch": "\(event.epoch)",
        ]
        metadata["duration"] = event.duration.map { "\($0)" }
        metadata["age"] = event.age.map { "\($0)" }
        if let error = event.error {
            metadata["error_type"] = "\(type(of: error))"
            if configuration.includesErrorDescriptions { metadata["error"] = "\(error)" }
        }
        return metadata
    }
}

// MARK: - Configuration

/// The levels at which an ``ExecutionEventLogger`` writes.
public struct ExecutionEventLoggerConfiguration: Sendable {
    /// The levels of the kinds of events that have another than ``defaultLevel(for:)``. Default: none.
    public var levels: [ExecutionEvent.Kind: Logger.Level]

    /// The kinds of events that are not logged at all. Default: none.
    public var omitted: Set<ExecutionEvent.Kind>

    /// Whether the text of a failed step's error is logged beside its type. It is the step's own text and may contain
    /// secrets. Default `false`.
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

    /// The level of a kind of event unless ``levels`` has another: `warning` for a failed execution, `notice` for a superseded
    /// one, `debug` for other events of executions, `trace` for events of the cache.
    public static func defaultLevel(for kind: ExecutionEvent.Kind) -> Logger.Level {
        defaultLevels[kind] ?? .debug
    }

    private static let defaultLevels: [ExecutionEvent.Kind: Logger.Level] = [
        .executionFailed: .warning, .executionSuperseded: .notice,
        .cacheHit: .trace, .cacheEvicted: .trace, .cacheExpired: .trace,
    ]
}
#endif
