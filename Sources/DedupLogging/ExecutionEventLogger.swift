#if Logging
public import Dedup
public import Logging

/// Writes the events of a deduplicator to a swift-log logger.
///
///     let logger = ExecutionEventLogger(events: deduplicator.events.subscribe(), logger: Logger(label: "dedup"))
///     await logger.run()
///
/// Each line has the event's name as its message and `step`, `fingerprint`, `execution_id`, `epoch` and, where there is
/// one, `duration` or `age` and `error_type` as metadata. Fingerprints are shortened, and inputs and results are no part of an
/// event, so a line holds nothing secret unless a step's name does.
///
/// When the logger is slower than the events come, the subscription drops the oldest; a warning says how many, each time
/// their number has doubled and at the end.
public struct ExecutionEventLogger: Sendable {
    private let events: EventSubscription
    private let logger: Logger
    private let configuration: ExecutionEventLoggerConfiguration

    /// Makes a logger of one subscription. Nothing is logged before ``run()``.
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
#endif
