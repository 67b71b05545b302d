import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RecordWriterModelTests {
    /// Adds, flushes and failures in random order against plain sums, with room for all.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func writesExactlyTheAddedChanges(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let memory = InMemoryExecutionRecords()
        let store = FaultyRecordStore(memory)
        let writer = RecordWriter(
            store: store, configuration: .init(batchSize: Int.random(in: 1...9, using: &random)),
            time: ManualTimeSource())
        var model: [ExecutionRecord.ID: ExecutionRecord] = [:]
        for _ in 0..<300 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: try? await writer.flush()
            case 1: store.fail(calls: [store.calls + Int.random(in: 1...3, using: &random)])
            default:
                let change = ExecutionRecord.random(using: &random)
                #expect(writer.add(change))
                model[change.id] = model[change.id]?.merging(change) ?? change
            }
            expectNothingLost(writer.statistics, "seed \(seed)")
        }
        store.heal()
        try await writer.flush()
        #expect(Set(try await memory.duplicates(over: -1, limit: .max)) == Set(model.values), "seed \(seed)")
        #expect(writer.statistics.pending == 0 && writer.statistics.dropped == 0)
    }

    /// The same with too little room: dropped changes are counted one by one.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func countsExactlyTheDroppedChanges(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let memory = InMemoryExecutionRecords()
        let store = FaultyRecordStore(memory)
        let writer = RecordWriter(
            store: store, configuration: .init(batchSize: 4, pendingLimit: 12), time: ManualTimeSource())
        var accepted: [ExecutionRecord] = []
        var dropped = 0
        for _ in 0..<300 {
            switch Int.random(in: 0..<40, using: &random) {
            case 0: store.fail()
            case 1: store.heal()
            case 2: try? await writer.flush()
            default:
                let change = ExecutionRecord.random(using: &random)
                if writer.add(change) { accepted.append(change) } else { dropped += 1 }
            }
            expectNothingLost(writer.statistics, "seed \(seed)")
            #expect(writer.statistics.pendingFingerprints <= 12)
        }
        store.heal()
        try await writer.flush()
        #expect(writer.statistics.dropped == dropped)
        let sums = Dictionary(accepted.map { ($0.id, $0) }) { $0.merging($1) }
        #expect(Set(try await memory.duplicates(over: -1, limit: .max)) == Set(sums.values), "seed \(seed)")
    }

    @Test func manyWritersAndFlushesLoseNothing() async throws {
        let memory = InMemoryExecutionRecords()
        let store = FaultyRecordStore(memory)
        store.fail(calls: stride(from: 2, to: 400, by: 3))
        let writer = RecordWriter(store: store, configuration: .init(batchSize: 16), time: ManualTimeSource())
        let (tasks, changes) = (8, 2_000)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for change in 0..<changes {
                        let number = UInt64((task * 31 + change) % 97)
                        writer.add(ExecutionRecord(step: "a", fingerprint: .number(number), hits: 1))
                        if change % 50 == 0 { try? await writer.flush() }
                    }
                }
            }
        }
        store.heal()
        try await writer.flush()
        let statistics = writer.statistics
        #expect(statistics.added == tasks * changes && statistics.written == tasks * changes)
        #expect(statistics.failedWrites > 0)
        #expect(try await memory.statistics(step: "a", limit: 1).first?.hits == tasks * changes)
    }

    private func expectNothingLost(_ statistics: RecordWriterStatistics, _ comment: Comment) {
        #expect(statistics.pending >= 0, comment)
        #expect((statistics.pending == 0) == (statistics.pendingFingerprints == 0), comment)
        #expect(statistics.pending >= statistics.pendingFingerprints, comment)
    }
}
