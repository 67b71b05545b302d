import Dedup
import DedupLogging
import DedupMetrics
import DedupSQLite
import DedupServiceLifecycle
import DedupTesting
import Logging
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct AdapterSnippets {
    @Test func logger() async {
        let deduplicator = Deduplicator()
        await deduplicator.shutdown()
        // snippet: Sources/DedupLogging/ExecutionEventLogger.swift
        let logger = ExecutionEventLogger(events: deduplicator.events.subscribe(), logger: Logger(label: "dedup"))
        await logger.run()
        // end
        #expect(deduplicator.events.subscriberCount == 0)
    }

    @Test func metrics() async {
        let deduplicator = Deduplicator()
        await deduplicator.shutdown()
        // snippet: Sources/DedupMetrics/ExecutionEventMetrics.swift
        let metrics = ExecutionEventMetrics(events: deduplicator.events.subscribe())
        await metrics.run()
        // end
        #expect(deduplicator.events.subscriberCount == 0)
    }

    @Test func counts() {
        let deduplicator = Deduplicator()
        // snippet: Sources/DedupMetrics/DeduplicatorMetrics.swift
        let metrics = DeduplicatorMetrics(deduplicator)
        // For each scrape, or at intervals:
        metrics.collect()
        // end
        #expect(deduplicator.statistics.requests == 0)
    }

    struct Server: Service {
        func run() async throws {}
    }

    /// Compiled and not called, because it would run until the program ends.
    func serviceGroup(records: InMemoryExecutionRecords, server: Server, logger: Logger) async throws {
        // snippet: Sources/DedupServiceLifecycle/DedupService.swift
        let registry = StepRegistry(records: records)
        let group = ServiceGroup(services: [DedupService(registry), server], logger: logger)
        try await group.run()
        // end
    }

    /// Compiled and not called, because it would leave a file in the working directory.
    func file() throws -> SQLiteExecutionRecords {
        // snippet: Sources/DedupSQLite/SQLiteExecutionRecords.swift
        let records = try SQLiteExecutionRecords(path: "executions.sqlite")
        // end
        return records
    }
}
