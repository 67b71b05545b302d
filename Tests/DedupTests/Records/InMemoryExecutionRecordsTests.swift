import Dedup
import DedupTesting
import Testing

@Suite struct InMemoryExecutionRecordsTests {
    @Test(arguments: ExecutionRecordStoreConformance.allCases)
    func keepsTheContract(requirement: ExecutionRecordStoreConformance) async throws {
        try await requirement.check(InMemoryExecutionRecords())
    }

    @Test func forgetsTheRecordThatWasChangedLongestAgo() async throws {
        let store = InMemoryExecutionRecords(capacity: 2)
        try await store.save([hit(1), hit(2), hit(1), hit(3)])
        #expect(store.count == 2)
        #expect(store.forgottenRecords == 1)
        #expect(try await store.find(.number(2), step: "a") == nil)
        #expect(try await store.find(.number(1), step: "a")?.hits == 2)
    }

    @Test(arguments: [11, 12, 13] as [UInt64], [1, 2, 7])
    func remembersTheSameAsAListInOrder(seed: UInt64, capacity: Int) async throws {
        var random = SplitMix64(seed: seed)
        let store = InMemoryExecutionRecords(capacity: capacity)
        var model: [ExecutionRecord] = []
        var forgotten = 0
        for _ in 0..<500 {
            let change = ExecutionRecord.random(steps: 2, fingerprints: 6, using: &random)
            try await store.save([change])
            if let index = model.firstIndex(where: { $0.id == change.id }) {
                model.append(model.remove(at: index).merging(change))
            } else {
                model.append(change)
            }
            if model.count > capacity {
                model.removeFirst()
                forgotten += 1
            }
            #expect(Set(try await store.duplicates(over: -1, limit: .max)) == Set(model), "seed \(seed)")
            #expect(store.count == model.count && store.forgottenRecords == forgotten)
        }
    }

    @Test func hasRoomForOneRecordAtLeast() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = InMemoryExecutionRecords(capacity: 0)
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        // An optimized program stops without a message.
        #expect(
            text.contains("capacity is 0; a record store holds at least 1 record.") || !_isDebugAssertConfiguration())
    }

    private func hit(_ number: UInt64) -> ExecutionRecord {
        ExecutionRecord(step: "a", fingerprint: .number(number), hits: 1)
    }
}
