import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct TestingSnippets {
    typealias MyRecords = InMemoryExecutionRecords

    // snippet: Sources/DedupTesting/ExecutionRecordStoreConformance.swift
    @Test(arguments: ExecutionRecordStoreConformance.allCases)
    func keepsTheContract(_ requirement: ExecutionRecordStoreConformance) async throws {
        try await requirement.check(MyRecords())
    }
    // end

    @Test func latch() async throws {
        // snippet: Sources/DedupTesting/Latch.swift
        let latch = Latch()
        let step = Task {
            try await latch.wait()
            return "done"
        }
        try await latch.waitForWaiters(1)
        latch.open()
        // end
        #expect(try await step.value == "done")
    }

    /// The second time the writer sleeps the first write is done.
    @Test func manualTime() async throws {
        let records = InMemoryExecutionRecords()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // snippet: Sources/DedupTesting/ManualTimeSource.swift
            let time = ManualTimeSource()
            let writer = RecordWriter(store: records, time: time)
            group.addTask { try await writer.run() }
            let deadline = try await time.nextSleeper()  // it sleeps now
            writer.add(ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1))
            time.advance(to: deadline)  // it wakes, and writes
            // end
            try await time.nextSleeper()
            #expect(records.count == 1)
            group.cancelAll()
        }
    }
}
