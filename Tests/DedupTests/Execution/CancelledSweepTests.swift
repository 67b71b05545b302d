import Caching
import Dedup
import DedupTesting
import Testing

/// Cancelling `run()` in the middle of a sweep drops no hit, even if far more expired results have hits than there is room
/// for in the record writer.
@Suite(.timeLimit(.minutes(1))) struct CancelledSweepTests {
    private static let keys: UInt64 = 300
    let memory = InMemoryExecutionRecords()
    let time = ManualTimeSource()
    let store: FaultyRecordStore
    let deduplicator: Deduplicator

    init() throws {
        store = FaultyRecordStore(memory)
        let writer = RecordWriterConfiguration(batchSize: 8, pendingLimit: 20, interval: .seconds(10_000))
        deduplicator = try Deduplicator(
            configuration: DeduplicatorConfiguration(recordWriter: writer), records: store, time: time)
    }

    @Test(arguments: [false, true])
    func theHitsOfExpiredResultsAreWritten(storeIgnoresCancellation: Bool) async throws {
        let policy = ExecutionPolicy(timeToLive: .fixed(.milliseconds(500)))
        for key in 0..<Self.keys {
            for _ in 0..<2 { _ = try await deduplicator.execute(.number(key), step: "a", policy: policy) { _ in 1 } }
            if key % 10 == 9 { try await deduplicator.flush() }
        }
        for key in 0..<Self.keys {
            _ = try await deduplicator.execute(.number(key), step: "a", policy: policy) { _ in 2 }
        }
        let latch = store.hang(ignoringCancellation: storeIgnoresCancellation)
        let run = Task { try await deduplicator.run() }
        try await time.waitForSleepers(2)
        time.advance(by: .seconds(1))
        // The first results have been freed, and the sweep waits until their hits are written.
        try await latch.waitForWaiters(1)
        run.cancel()
        store.heal()
        try await run.value
        let sum = try #require(try await memory.statistics(step: "a", limit: 1).first)
        #expect(sum.hits == Int(2 * Self.keys))
        let records = deduplicator.statistics.records
        #expect(records.dropped == 0 && records.pending == 0)
    }
}
