#if Metrics
import Caching
import Dedup
import DedupMetrics
import DedupTesting
import MetricsTestKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct DeduplicatorMetricsTests {
    private let backend = TestMetrics()
    private let deduplicator = Deduplicator()

    /// A request for the work of a number, which fails for negative ones.
    private func request(_ number: Int, keepsFailures: Bool = false) async {
        let policy = ExecutionPolicy(timeToLive: .seconds(60), failureTimeToLive: keepsFailures ? .seconds(60) : nil)
        _ = try? await deduplicator.once("step", number, policy: policy) {
            if number < 0 { throw Failure() }
            return number
        }
    }

    private struct Failure: Error {}

    private func total(_ label: String, _ dimension: (String, String)? = nil) throws -> Int {
        let counter = try backend.expectCounter(label, dimension.map { [$0] } ?? [])
        return Int(counter.totalValue)
    }

    private func outcomes() throws -> [String: Int] {
        let names = [
            "cached", "joined", "executed", "confirmed", "failed", "rejected", "overdue", "cancelled",
            "deadline_exceeded", "recursive", "refused",
        ]
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try total("dedup.requests", ("outcome", $0))) })
            .filter { $0.value > 0 }
    }

    @Test func requestsAreCountedByTheirOutcome() async throws {
        let metrics = DeduplicatorMetrics(deduplicator, factory: backend)
        for number in [1, 2, 1, 1, -1] { await request(number) }
        #expect(try outcomes().isEmpty, "nothing was collected yet")
        metrics.collect()
        #expect(try outcomes() == ["executed": 2, "cached": 2, "failed": 1])
        #expect(try outcomes().values.reduce(0, +) == deduplicator.statistics.requests)
        #expect(try total("dedup.executions.started") == 3)
        #expect(try total("dedup.executions", ("outcome", "succeeded")) == 2)
        #expect(try total("dedup.executions", ("outcome", "failed")) == 1)
        #expect(try total("dedup.cache.insertions") == 2)
    }

    @Test func failuresFromTheCacheAreToldFromValues() async throws {
        let metrics = DeduplicatorMetrics(deduplicator, dimensions: [("name", "orders")], factory: backend)
        for number in [-1, -1, -1, 1, 1] { await request(number, keepsFailures: true) }
        metrics.collect()
        let cached = try backend.expectCounter("dedup.requests", [("outcome", "cached"), ("name", "orders")])
        let failures = try backend.expectCounter("dedup.requests.cached_failures", [("name", "orders")])
        #expect(cached.totalValue == 3 && failures.totalValue == 2)
        #expect(deduplicator.statistics.hits == 1)
        #expect(try backend.expectMeter("dedup.flights", [("name", "orders")]).lastValue == 0)
    }

    @Test func whatWasReportedIsNotReportedAgain() async throws {
        await request(1)
        // What was counted before is part of the first collection, also of a second collector with a backend of its own.
        let metrics = DeduplicatorMetrics(deduplicator, factory: backend)
        metrics.collect()
        metrics.collect()
        #expect(try outcomes() == ["executed": 1])
        await request(1)
        await request(2)
        metrics.collect()
        #expect(try outcomes() == ["executed": 2, "cached": 1])
        let other = TestMetrics()
        DeduplicatorMetrics(deduplicator, factory: other).collect()
        #expect(try other.expectCounter("dedup.requests", [("outcome", "executed")]).totalValue == 2)
    }

    @Test func removalsAreCountedByTheirCause() async throws {
        let metrics = DeduplicatorMetrics(deduplicator, factory: backend)
        for number in 1...3 { await request(number) }
        #expect(deduplicator.invalidate(step: "step") == 3)
        metrics.collect()
        #expect(try total("dedup.cache.removals", ("cause", "invalidated")) == 3)
        #expect(try total("dedup.cache.removals", ("cause", "evicted")) == 0)
    }

    @Test func whatRunsIsALevelThatFallsAgain() async throws {
        let metrics = DeduplicatorMetrics(deduplicator, factory: backend)
        let (begun, goes) = (Latch(), Latch())
        let running = Task {
            try await deduplicator.once("step", 7, ttl: .seconds(60)) {
                begun.open()
                try await goes.wait()
                return 7
            }
        }
        try await begun.wait()
        metrics.collect()
        #expect(try backend.expectMeter("dedup.executions.running").lastValue == 1)
        #expect(try backend.expectMeter("dedup.flights").lastValue == 1)
        goes.open()
        #expect(try await running.value == 7)
        metrics.collect()
        #expect(try backend.expectMeter("dedup.executions.running").lastValue == 0)
        #expect(try backend.expectMeter("dedup.flights").lastValue == 0)
    }

    /// However collections and requests meet, each request is reported once.
    @Test func severalCollectorsReportEachRequestOnce() async throws {
        let metrics = DeduplicatorMetrics(deduplicator, factory: backend)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { for number in 0..<250 { await request(number % 50 + task - 20, keepsFailures: true) } }
                group.addTask { for _ in 0..<100 { metrics.collect() } }
            }
        }
        metrics.collect()
        #expect(try outcomes().values.reduce(0, +) == 1_000)
        #expect(deduplicator.statistics.requests == 1_000)
    }
}
#endif
