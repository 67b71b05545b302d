import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RecordWriterRunTests {
    let memory = InMemoryExecutionRecords()
    let store: FaultyRecordStore
    let time = ManualTimeSource()
    let writer: RecordWriter

    init() {
        store = FaultyRecordStore(memory)
        writer = RecordWriter(
            store: store, configuration: .init(interval: .seconds(2), finalFlushLimit: .seconds(30)), time: time)
    }

    @Test func writesEveryInterval() async throws {
        let run = Task { try await writer.run() }
        for round in 1...3 {
            let deadline = try await time.nextSleeper()
            #expect(deadline == MonotonicInstant(nanoseconds: Int64(round) * 2_000_000_000))
            #expect(memory.count == round - 1)
            writer.add(hit(UInt64(round)))
            time.advance(to: deadline)
        }
        try await time.nextSleeper()
        #expect(memory.count == 3)
        run.cancel()
        try await run.value
    }

    @Test func triesAgainAnIntervalAfterAFailure() async throws {
        store.fail(calls: [1])
        writer.add(hit(1))
        let run = Task { try await writer.run() }
        time.advance(to: try await time.nextSleeper())
        let second = try await time.nextSleeper()
        #expect(writer.statistics.failedWrites == 1 && memory.count == 0)
        time.advance(to: second)
        try await time.nextSleeper()
        #expect(writer.statistics.pending == 0 && memory.count == 1)
        run.cancel()
        try await run.value
    }

    @Test func writesTheRestWhenCancelled() async throws {
        let run = Task { try await writer.run() }
        try await time.nextSleeper()
        writer.add(hit(1))
        run.cancel()
        try await run.value
        #expect(memory.count == 1)
        #expect(writer.statistics.pending == 0)
    }

    @Test func aTaskThatIsCancelledBeforehandStillWrites() async throws {
        writer.add(hit(1))
        let run = Task { [writer] in
            withUnsafeCurrentTask { $0?.cancel() }
            try await writer.run()
        }
        try await run.value
        #expect(memory.count == 1)
    }

    @Test func throwsTheErrorOfTheLastWrite() async throws {
        store.fail()
        writer.add(hit(1))
        let run = Task { try await writer.run() }
        run.cancel()
        await #expect(throws: FaultyRecordStore.Fault.self) { try await run.value }
        #expect(writer.statistics.pending == 1)
    }

    @Test func givesUpOnAStoreThatHangsAtTheEnd() async throws {
        let latch = store.hang()
        writer.add(hit(1))
        let run = Task { try await writer.run() }
        run.cancel()
        try await latch.waitForWaiters(1)
        try await time.waitForSleepers(1)
        time.advance(by: .seconds(30))
        let error = await #expect(throws: RecordWriterError.self) { try await run.value }
        #expect(error?.code == .finalFlushTimedOut && error?.pendingChanges == 1)
        latch.open()
    }

    @Test(.timeLimit(.minutes(1))) func endsWhenAWriteHangsThatDoesNotHeedItsCancellation() async throws {
        let latch = store.hang(ignoringCancellation: true)
        writer.add(hit(1))
        let run = Task { try await writer.run() }
        time.advance(to: try await time.nextSleeper())
        try await latch.waitForWaiters(1)
        run.cancel()
        #expect(try await time.nextSleeper() == time.now.advanced(by: .seconds(30)))
        time.advance(by: .seconds(30))
        let error = await #expect(throws: RecordWriterError.self) { try await run.value }
        #expect(error?.code == .finalFlushTimedOut && error?.pendingChanges == 1)
        latch.open()
    }

    private func hit(_ number: UInt64) -> ExecutionRecord {
        ExecutionRecord(step: "a", fingerprint: .number(number), hits: 1)
    }
}
