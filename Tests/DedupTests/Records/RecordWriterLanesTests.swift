import Dedup
import DedupTesting
import Dispatch
import Synchronization
import Testing

/// Changes that wait in the lanes of a writer. Most other tests of the writer have batches so small that nothing waits there.
@Suite(.timeLimit(.minutes(1))) struct RecordWriterLanesTests {
    let memory = InMemoryExecutionRecords()
    let store: FaultyRecordStore

    init() { store = FaultyRecordStore(memory) }

    private func writer(pendingLimit: Int = 65_536, to store: (any ExecutionRecordStore)? = nil) -> RecordWriter {
        RecordWriter(
            store: store ?? self.store, configuration: .init(batchSize: 64, pendingLimit: pendingLimit),
            time: ManualTimeSource(), lanes: 2)
    }

    private func hit(_ number: Int) -> ExecutionRecord {
        ExecutionRecord(step: "a", fingerprint: .number(UInt64(number)), hits: 1)
    }

    @Test func aChangeThatWaitsInALaneIsCountedAndWritten() async throws {
        let writer = writer()
        for number in 0..<7 { writer.add(hit(number)) }
        #expect(writer.statistics.added == 7 && writer.statistics.pendingFingerprints == 7)
        writer.add(hit(7))
        try await writer.flush()
        #expect(writer.statistics.pending == 0 && memory.count == 8)
    }

    /// More different changes than there is room for, with failures, against plain sums. The statistics empty the lanes, and are asked
    /// for seldom.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func writesExactlyTheAcceptedChanges(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let writer = writer(pendingLimit: 160)
        var accepted: [ExecutionRecord.ID: Int] = [:]
        var (added, dropped) = (0, 0)
        for _ in 0..<3_000 {
            switch Int.random(in: 0..<400, using: &random) {
            case 0: store.fail()
            case 1: store.heal()
            case 2: try? await writer.flush()
            case 3:
                let statistics = writer.statistics
                #expect(statistics.added == added && statistics.dropped == dropped, "seed \(seed)")
                #expect(statistics.pendingFingerprints <= 160, "seed \(seed)")
            default:
                let change = hit(.random(in: 0..<500, using: &random))
                added += 1
                if writer.add(change) { accepted[change.id, default: 0] += 1 } else { dropped += 1 }
            }
        }
        store.heal()
        try await writer.flush()
        #expect(writer.statistics.dropped == dropped && writer.statistics.pending == 0)
        let stored = try await memory.duplicates(over: -1, limit: .max)
        #expect(Dictionary(stored.map { ($0.id, $0.hits) }) { $0 + $1 } == accepted, "seed \(seed)")
    }

    @Test func threadsFillTheRoomToTheLastChange() async throws {
        let writer = writer(pendingLimit: 1_024)
        store.fail()
        let refused = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for number in 0..<256 where !writer.add(hit(thread * 256 + number)) { refused.add(1, ordering: .relaxed) }
        }
        #expect(refused.load(ordering: .relaxed) == 0)
        #expect(writer.statistics.pendingFingerprints == 1_024)
        #expect(!writer.add(hit(5_000)))
        #expect(writer.statistics.dropped == 1)
        store.heal()
        try await writer.flush()
        #expect(memory.count == 1_024)
    }

    /// A thread that never suspends may keep the writer's task from ever running.
    @Test func aStoreInMemoryIsWrittenToWithoutATask() {
        let memory = InMemoryExecutionRecords(capacity: 10_000)
        let writer = writer(pendingLimit: 64, to: memory)
        for number in 0..<5_000 { writer.add(hit(number)) }
        let statistics = writer.statistics
        #expect(statistics.added == 5_000 && statistics.dropped == 0)
        #expect(memory.count == statistics.written && statistics.pending < 64)
    }

    @Test(arguments: [true, false])
    func manyThreadsAndFlushesLoseNothing(isAtOnce: Bool) async throws {
        let writer = writer(to: isAtOnce ? memory : nil)
        store.fail(calls: stride(from: 2, to: 400, by: 3))
        let (tasks, changes) = (8, 2_000)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for change in 0..<changes {
                        writer.add(hit((task * 31 + change) % 397))
                        if change % 200 == 0 { try? await writer.flush() }
                        if change % 70 == 0 { #expect(writer.statistics.pending >= 0) }
                    }
                }
            }
        }
        store.heal()
        try await writer.flush()
        let statistics = writer.statistics
        #expect(statistics.added == tasks * changes && statistics.written == tasks * changes)
        #expect((statistics.failedWrites > 0) == !isAtOnce)
        #expect(try await memory.statistics(step: "a", limit: 1).first?.hits == tasks * changes)
    }

    /// To ask for the statistics moves what lanes have staged, and a batch may be full by that.
    @Test func aBatchThatIsFullByWhatLanesHoldIsWritten() async throws {
        let writer = writer()
        for number in 0..<67 {
            writer.add(hit(number))
            #expect(writer.statistics.added == number + 1)
        }
        await eventually { store.calls == 1 }
        await eventually { memory.count >= 64 }
    }

    /// A query of a store in memory may take long; a request does not wait for it.
    @Test func aStoreThatIsBusyIsNotWaitedFor() async throws {
        let busy = BusyStore(memory)
        let writer = writer(to: busy)
        for number in 0..<40 { writer.add(hit(number)) }
        #expect(busy.refused.load(ordering: .relaxed) > 0 && memory.count == 0)
        #expect(writer.statistics.pending == 40)
        try await writer.flush()
        #expect(memory.count == 40)
    }
}

/// A store that takes changes at once and never has the time to.
private final class BusyStore: ImmediateRecordStore {
    let refused = Atomic(0)
    private let memory: InMemoryExecutionRecords

    init(_ memory: InMemoryExecutionRecords) { self.memory = memory }

    func saveAtOnce(_ changes: [ExecutionRecord]) -> Bool {
        refused.add(1, ordering: .relaxed)
        return false
    }

    func save(_ changes: [ExecutionRecord]) async throws { try await memory.save(changes) }

    func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        try await memory.find(fingerprint, step: step)
    }

    func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        try await memory.statistics(step: step, limit: limit)
    }

    func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        try await memory.duplicates(over: threshold, limit: limit)
    }
}
