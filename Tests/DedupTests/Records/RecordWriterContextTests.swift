import Caching
import Dedup
import DedupTesting
import Testing

/// A batch holds the changes of many requests, so a store must not attribute it to the one that happens to write it.
@Suite(.timeLimit(.minutes(1))) struct RecordWriterContextTests {
    /// A task-local as a tracing library has it for each request.
    @TaskLocal static var requestID: Int?

    /// A store that notes for which request it is called.
    private final class TracedRecords: RecordsInMemory {
        let memory = InMemoryExecutionRecords()
        let saved = Latch()
        private let requests = Lock<[Int?]>([])

        /// The request of each call of `save`.
        var requestsOfSaves: [Int?] { requests.withLock { $0 } }

        func save(_ changes: [ExecutionRecord]) async throws {
            requests.withLock { $0.append(RecordWriterContextTests.requestID) }
            try await memory.save(changes)
            saved.open()
        }
    }

    private let store = TracedRecords()
    private let time = ManualTimeSource()
    private let change = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)

    private func writer(batchSize: Int = 10) -> RecordWriter {
        RecordWriter(store: store, configuration: .init(batchSize: batchSize), time: time)
    }

    @Test func aFlushSavesForNoRequest() async throws {
        let writer = writer()
        writer.add(change)
        try await Self.$requestID.withValue(7) { try await writer.flush() }
        #expect(store.requestsOfSaves == [nil])
    }

    @Test func aFullBatchIsSavedForNoRequest() async throws {
        let writer = writer(batchSize: 1)
        Self.$requestID.withValue(7) { _ = writer.add(change) }
        try await store.saved.wait()
        #expect(store.requestsOfSaves == [nil])
    }

    @Test func runSavesForNoRequest() async throws {
        let writer = writer()
        let run = Self.$requestID.withValue(7) { Task { try await writer.run() } }
        writer.add(change)
        time.advance(to: try await time.nextSleeper())
        try await time.nextSleeper()
        writer.add(change)
        run.cancel()
        try await run.value
        #expect(store.requestsOfSaves == [nil, nil])
    }

    /// A save in a task of its own is cancelled with the flush that waits for it.
    @Test func aCancelledFlushCancelsItsSave() async throws {
        let faulty = FaultyRecordStore(store)
        let writer = RecordWriter(store: faulty, time: time)
        let latch = faulty.hang()
        writer.add(change)
        let flush = Task { try await writer.flush() }
        try await latch.waitForWaiters(1)
        flush.cancel()
        await #expect(throws: CancellationError.self) { try await flush.value }
        #expect(latch.waiterCount == 0)
    }
}
