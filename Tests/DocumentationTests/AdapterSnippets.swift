import Configuration
import Dedup
import DedupConfiguration
import DedupLogging
import DedupMetrics
import DedupSQLite
import DedupServiceLifecycle
import DedupTesting
import DedupTracing
import Logging
import ServiceLifecycle
import Testing
import Tracing

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

    @Test func tracing() throws {
        // snippet: Sources/DedupTracing/ExecutionTracing.swift
        let dedup = try Deduplicator(configuration: DeduplicatorConfiguration(), tracing: ExecutionTracing())
        let registry = StepRegistry(deduplicator: dedup)
        // end
        #expect(registry.deduplicator === dedup)
    }

    @Test func leaderContext() async throws {
        let dedup = Deduplicator()
        let fingerprint = try dedup.fingerprint(of: "user", 7)
        @Sendable func load() async throws -> String { "Ada" }
        // snippet: Sources/DedupTracing/ExecutionTracing.swift
        let user = try await dedup.execute(fingerprint, step: "user") { execution in
            try await withSpan("load", context: execution.leaderContext ?? .topLevel) { _ in try await load() }
        }
        // end
        #expect(user.value == "Ada")
    }

    @Test func configuration() throws {
        // snippet: Sources/DedupConfiguration/DeduplicatorConfiguration+Keys.swift
        let config = ConfigReader(provider: EnvironmentVariablesProvider())
        let dedup = try Deduplicator(configuration: DeduplicatorConfiguration(config: config.scoped(to: "dedup")))
        // end
        #expect(dedup.cachedResults == 0)
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
