import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RecordWriterTests {
    let memory = InMemoryExecutionRecords()
    let store: FaultyRecordStore
    let time = ManualTimeSource()

    init() {
        store = FaultyRecordStore(memory)
    }

    @Test func aFlushWritesEarlierChanges() async throws {
        let writer = writer()
        writer.add(hit(1))
        writer.add(hit(1))
        writer.add(hit(2))
        #expect(store.calls == 0)
        try await writer.flush()
        #expect(store.calls == 1)
        #expect(try await memory.find(.number(1), step: "a")?.hits == 2)
        let statistics = writer.statistics
        #expect(statistics.added == 3 && statistics.written == 3 && statistics.pending == 0)
        #expect(statistics.pendingFingerprints == 0 && statistics.writes == 1)
    }

    @Test func anEmptyFlushDoesNotCallTheStore() async throws {
        store.fail()
        try await writer().flush()
        #expect(store.calls == 0)
    }

    @Test func splitsPendingChangesIntoBatches() async throws {
        let writer = writer(batchSize: 10)
        let latch = store.hang()
        // The first full batch is on its way, and held up, before the rest is added.
        for number in 0..<10 { writer.add(hit(UInt64(number))) }
        try await latch.waitForWaiters(1)
        for number in 10..<35 { writer.add(hit(UInt64(number))) }
        store.heal()
        try await writer.flush()
        #expect(writer.statistics.writes == 4)
        #expect(memory.count == 35)
    }

    @Test func keepsARefusedBatchAndTriesAgain() async throws {
        let writer = writer()
        store.fail(calls: [1])
        writer.add(hit(1))
        await #expect(throws: FaultyRecordStore.Fault(call: 1)) { try await writer.flush() }
        #expect(writer.statistics.failedWrites == 1 && writer.statistics.consecutiveFailures == 1)
        #expect(writer.statistics.pending == 1)
        writer.add(hit(1))
        writer.add(hit(2))
        try await writer.flush()
        #expect(try await memory.find(.number(1), step: "a")?.hits == 2)
        #expect(try await memory.find(.number(2), step: "a")?.hits == 1)
        #expect(writer.statistics.consecutiveFailures == 0 && writer.statistics.pending == 0)
    }

    @Test func addsChangesToARefusedBatch() async throws {
        let writer = writer(batchSize: 2, pendingLimit: 2)
        store.fail()
        writer.add(hit(1))
        await #expect(throws: FaultyRecordStore.Fault.self) { try await writer.flush() }
        writer.add(hit(1))
        #expect(writer.statistics.pendingFingerprints == 1, "The change is added to the one that was refused.")
        store.heal()
        try await writer.flush()
        #expect(try await memory.find(.number(1), step: "a")?.hits == 2)
    }

    @Test func dropsAndCountsChangesWithoutRoom() async throws {
        let writer = writer(batchSize: 4, pendingLimit: 4)
        store.fail()
        for number in 0..<3 { #expect(writer.add(hit(UInt64(number)))) }
        await #expect(throws: FaultyRecordStore.Fault.self) { try await writer.flush() }
        #expect(writer.add(hit(3)))
        #expect(!writer.add(hit(4)))
        #expect(writer.add(hit(0)), "A fingerprint that waits already needs no room.")
        let statistics = writer.statistics
        #expect(statistics.dropped == 1 && statistics.pending == 5 && statistics.pendingFingerprints == 4)
    }

    @Test func addingNeverWaitsForAHangingStore() async throws {
        let writer = writer(batchSize: 2, pendingLimit: 6)
        let latch = store.hang()
        writer.add(hit(0))
        writer.add(hit(1))
        try await latch.waitForWaiters(1)
        for number in 2..<20 { writer.add(hit(UInt64(number))) }
        #expect(writer.statistics.dropped == 14)
        #expect(writer.statistics.pendingFingerprints == 6)
        store.heal()
        try await writer.flush()
        #expect(memory.count == 6)
    }

    @Test func writesAFullBatchInTheBackground() async throws {
        let writer = writer(batchSize: 3)
        let latch = store.hang()
        writer.add(hit(1))
        writer.add(hit(2))
        #expect(store.calls == 0)
        writer.add(hit(3))
        try await latch.waitForWaiters(1)
        store.heal()
        try await writer.flush()
        #expect(memory.count == 3)
        #expect(store.calls == 1)
    }

    @Test func doesNotCallAFailingStoreForAnInterval() async throws {
        let writer = writer(batchSize: 1, interval: .seconds(5))
        let latch = store.hang()
        store.fail()
        writer.add(hit(1))
        try await latch.waitForWaiters(1)
        latch.open()
        // The failed write ends before the next one can have its turn.
        await #expect(throws: FaultyRecordStore.Fault.self) { try await writer.flush() }
        let calls = store.calls
        for number in 2..<50 { writer.add(hit(UInt64(number))) }
        #expect(store.calls == calls)
        store.heal()
        let healed = store.hang()
        time.advance(by: .seconds(5))
        writer.add(hit(50))
        try await healed.waitForWaiters(1)
        store.heal()
        try await writer.flush()
        #expect(writer.statistics.pending == 0)
    }

    @Test func oneWriteIsInProgressAtATime() async throws {
        let writer = writer()
        let latch = store.hang()
        writer.add(hit(1))
        async let first: Void = writer.flush()
        try await latch.waitForWaiters(1)
        writer.add(hit(2))
        async let second: Void = writer.flush()
        #expect(latch.waiterCount == 1)
        latch.open()
        _ = try await (first, second)
        #expect(memory.count == 2)
        #expect(writer.statistics.writes == 2)
    }

    @Test func aCancelledFlushEndsAndLosesNothing() async throws {
        let writer = writer()
        let latch = store.hang()
        writer.add(hit(1))
        let flush = Task { try await writer.flush() }
        try await latch.waitForWaiters(1)
        let waiting = Task { try await writer.flush() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        flush.cancel()
        await #expect(throws: CancellationError.self) { try await flush.value }
        #expect(writer.statistics.pending == 1)
        #expect(writer.statistics.failedWrites == 0, "A write that was called off is no failure of the store.")
        store.heal()
        try await writer.flush()
        #expect(memory.count == 1)
    }

    @Test(arguments: [
        (RecordWriterConfiguration(batchSize: 0), "batchSize"),
        (RecordWriterConfiguration(batchSize: 10, pendingLimit: 9), "pendingLimit"),
        (RecordWriterConfiguration(interval: .zero), "interval"),
        (RecordWriterConfiguration(finalFlushLimit: .seconds(-1)), "finalFlushLimit"),
    ])
    func namesTheInvalidSetting(configuration: RecordWriterConfiguration, field: String) {
        let error = #expect(throws: RecordWriterError.self) { try configuration.validate() }
        #expect(error?.code == .invalidConfiguration && error?.field == field)
        #expect(error.map { "\($0)".hasPrefix("RecordWriterConfiguration.\(field) is") } == true)
    }

    @Test func codesHaveTheirNames() {
        let codes = RecordWriterError.Code.allCases
        #expect(codes == [.invalidConfiguration, .finalFlushTimedOut])
        #expect(codes.map { RecordWriterError.Code(rawValue: $0.rawValue) } == codes)
        #expect(codes.map { "\($0)" } == ["invalidConfiguration", "finalFlushTimedOut"])
        #expect(RecordWriterError.Code(rawValue: "busy") == nil)
    }

    @Test func refusesAnInvalidConfiguration() async {
        await #expect(processExitsWith: .failure) {
            _ = RecordWriter(store: InMemoryExecutionRecords(), configuration: .init(batchSize: 0))
        }
    }

    private func writer(
        batchSize: Int = 512, pendingLimit: Int = 65_536, interval: Duration = .seconds(1)
    ) -> RecordWriter {
        RecordWriter(
            store: store,
            configuration: .init(batchSize: batchSize, pendingLimit: pendingLimit, interval: interval), time: time)
    }

    private func hit(_ number: UInt64) -> ExecutionRecord {
        ExecutionRecord(step: "a", fingerprint: .number(number), hits: 1)
    }
}
