#if Logging
import Dedup
import DedupLogging
import DedupTesting
import Logging
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExecutionEventLoggerTests {
    let bus = EventBus()
    let lines = LogLines()

    @Test func logsEachEventUnderItsNameAndLevel() async {
        let logger = logger()
        for event in ExecutionEvent.oneOfEach(error: SecretError()) { bus.publish(event) }
        bus.finish()
        await logger.run()
        let expected: [(String, Logger.Level)] = [
            ("execution.started", .debug), ("execution.completed", .debug), ("execution.failed", .warning),
            ("execution.joined", .debug), ("execution.rejected", .debug), ("execution.superseded", .notice),
            ("cache.hit", .trace), ("cache.evicted", .trace), ("cache.expired", .trace),
        ]
        #expect(lines.all.map(\.message) == expected.map(\.0))
        #expect(lines.all.map(\.level) == expected.map(\.1))
    }

    @Test func metadataDescribesTheEvent() async throws {
        let logger = logger()
        bus.publish(ExecutionEvent.oneOfEach(error: SecretError())[1])
        bus.finish()
        await logger.run()
        let metadata = try #require(lines.all.first).metadata
        #expect(
            metadata == [
                "step": "a", "fingerprint": "0badcafe", "execution_id": "5", "epoch": "6", "duration": "1.0 seconds",
            ])
    }

    /// Whole fingerprints and error texts may let a reader of the log ask for results or hold secrets.
    @Test func neverLogsWholeFingerprintsNorErrorTexts() async {
        let logger = logger()
        for event in ExecutionEvent.oneOfEach(error: SecretError()) { bus.publish(event) }
        bus.finish()
        await logger.run()
        let text = lines.all.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n")
        #expect(!text.contains("0badcafe0"))
        #expect(!text.contains("hunter2"))
        #expect(text.contains("SecretError"))
    }

    @Test func logsErrorTextsWhenAskedTo() async {
        let logger = logger(.init(includesErrorDescriptions: true))
        bus.publish(ExecutionEvent.oneOfEach(error: SecretError())[2])
        bus.finish()
        await logger.run()
        #expect(lines.all.first?.metadata["error"] == "hunter2")
    }

    @Test func levelsCanBeChangedAndKindsOmitted() async {
        let logger = logger(.init(levels: [.cacheHit: .info], omitted: [.executionStarted]))
        for event in ExecutionEvent.oneOfEach(error: SecretError()) { bus.publish(event) }
        bus.finish()
        await logger.run()
        #expect(lines.all.first { $0.message == "cache.hit" }?.level == .info)
        #expect(!lines.all.contains { $0.message == "execution.started" })
        #expect(lines.all.count == 8)
    }

    @Test func logsTheNumberOfDroppedEvents() async {
        let events = bus.subscribe(buffering: 2)
        let logger = ExecutionEventLogger(events: events, logger: lines.logger)
        for _ in 0..<4 { bus.publish(ExecutionEvent.oneOfEach(error: SecretError())[0]) }
        bus.finish()
        await logger.run()
        let reports = lines.all.filter { $0.message == "events.dropped" }
        #expect(reports.map { $0.metadata } == [["dropped": "2"]])
        #expect(reports.first?.level == .warning)
    }

    @Test func endsWhenItsTaskIsCancelled() async {
        let logger = logger()
        let run = Task { await logger.run() }
        run.cancel()
        await run.value
        #expect(bus.subscriberCount == 0)
    }

    private func logger(_ configuration: ExecutionEventLoggerConfiguration = .init()) -> ExecutionEventLogger {
        ExecutionEventLogger(events: bus.subscribe(), logger: lines.logger, configuration: configuration)
    }
}
#endif
