internal import Dedup
internal import Testing

/// Statistics and duplicates.
extension RecordStoreChecks {
    func sumsByStep() async throws {
        let records = [
            ExecutionRecord.execution(
                step: "a", fingerprint: .number(1), startedAt: WallTime(nanosecondsSinceEpoch: 20),
                duration: .nanoseconds(8)),
            ExecutionRecord.execution(
                step: "a", fingerprint: .number(2), startedAt: WallTime(nanosecondsSinceEpoch: 10),
                duration: .nanoseconds(2), failed: true),
            ExecutionRecord(step: "a", fingerprint: .number(3), hits: 6, joins: 2),
            ExecutionRecord(step: "b", fingerprint: .number(1), hits: 1),
        ]
        try await store.save(records)
        try await store.save(Array(records.prefix(2)))
        let statistics = try #require(try await store.statistics(step: "a", limit: 10).first)
        #expect(statistics.fingerprints == 3)
        #expect(statistics.executions == 4)
        #expect(statistics.hits == 6 && statistics.joins == 2 && statistics.failures == 2)
        #expect(statistics.hitRate == 0.5)
        #expect(statistics.firstExecution == WallTime(nanosecondsSinceEpoch: 10))
        #expect(statistics.lastExecution == WallTime(nanosecondsSinceEpoch: 20))
        #expect(statistics.totalDuration == .nanoseconds(20))
        #expect(statistics.minimumDuration == .nanoseconds(2))
        #expect(statistics.maximumDuration == .nanoseconds(8))
        #expect(statistics.averageDuration == .nanoseconds(5))
    }

    func ordersStatistics() async throws {
        try await store.save([
            ExecutionRecord(step: "z", fingerprint: .number(1), executions: 3),
            ExecutionRecord(step: "b", fingerprint: .number(1), hits: 2),
            ExecutionRecord(step: "b", fingerprint: .number(2), joins: 2),
            ExecutionRecord(step: "\u{e9}", fingerprint: .number(1), hits: 2),
            ExecutionRecord(step: "a", fingerprint: .number(1), hits: 2),
            ExecutionRecord(step: "B", fingerprint: .number(1), hits: 2),
        ])
        let steps = try await store.statistics(step: nil, limit: 10).map(\.step)
        #expect(steps == ["b", "z", "B", "a", "\u{e9}"])
    }

    func limitsStatistics() async throws {
        try await store.save((1...5).map { ExecutionRecord(step: "\($0)", fingerprint: .number(1), hits: $0) })
        #expect(try await store.statistics(step: nil, limit: 0) == [])
        #expect(try await store.statistics(step: "1", limit: 0) == [])
        #expect(try await store.statistics(step: nil, limit: 2).map(\.step) == ["5", "4"])
        #expect(try await store.statistics(step: nil, limit: .max).count == 5)
        #expect(try await store.statistics(step: "3", limit: 2).map(\.step) == ["3"])
        #expect(try await store.statistics(step: "6", limit: 2) == [])
    }

    func findsDuplicates() async throws {
        let records = [
            ExecutionRecord(step: "a", fingerprint: .number(1), executions: 1, hits: 1, joins: 1),
            ExecutionRecord(step: "a", fingerprint: .number(2), executions: 4, failures: 4),
            ExecutionRecord(step: "a", fingerprint: .number(3), executions: 1),
            ExecutionRecord(step: "a", fingerprint: .number(4), hits: 2),
        ]
        try await store.save(records)
        #expect(try await store.duplicates(over: 1, limit: 10) == [records[1], records[0], records[3]])
        #expect(try await store.duplicates(over: 2, limit: 10) == [records[1], records[0]])
        #expect(try await store.duplicates(over: 4, limit: 10) == [])
        #expect(try await store.duplicates(over: .min, limit: 10).count == 4)
    }

    func ordersDuplicates() async throws {
        let ordered = [
            ExecutionRecord(step: "z", fingerprint: .number(1), executions: 3),
            ExecutionRecord(step: "a", fingerprint: Fingerprint(words: (0, 0, 0, 1)), hits: 2),
            ExecutionRecord(step: "a", fingerprint: Fingerprint(words: (1, 0, 0, 0)), hits: 2),
            ExecutionRecord(step: "a", fingerprint: Fingerprint(words: (1 << 63, 0, 0, 0)), hits: 2),
            ExecutionRecord(step: "b", fingerprint: .number(0), joins: 2),
            ExecutionRecord(step: "\u{e9}", fingerprint: .number(0), executions: 2),
        ]
        try await store.save(ordered.reversed())
        #expect(try await store.duplicates(over: 1, limit: 10) == ordered)
    }

    func limitsDuplicates() async throws {
        try await store.save((1...5).map { ExecutionRecord(step: "a", fingerprint: .number($0), hits: Int($0)) })
        #expect(try await store.duplicates(over: 1, limit: 0) == [])
        #expect(try await store.duplicates(over: 1, limit: 2).map(\.hits) == [5, 4])
        #expect(try await store.duplicates(over: 1, limit: .max).count == 4)
    }

    func refusesNegativeLimits() async throws {
        await #expect(throws: RecordQueryError.self) { try await store.statistics(step: nil, limit: -1) }
        await #expect(throws: RecordQueryError.self) { try await store.statistics(step: "a", limit: -1) }
        await #expect(throws: RecordQueryError.self) { try await store.duplicates(over: 1, limit: .min) }
    }
}

/// Concurrency.
extension RecordStoreChecks {
    func addsUpConcurrently() async throws {
        let writers = 8
        let batches = 25
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask { [store] in
                    for batch in 0..<batches {
                        let own = Fingerprint.number(UInt64(100 + writer))
                        try await store.save([
                            ExecutionRecord(step: "a", fingerprint: .number(1), executions: 1),
                            ExecutionRecord(step: "a", fingerprint: own, hits: batch),
                        ])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.find(.number(1), step: "a")?.executions == writers * batches)
        let sum = try #require(try await store.statistics(step: "a", limit: 1).first)
        #expect(sum.fingerprints == writers + 1)
        #expect(sum.hits == writers * (0..<batches).reduce(0, +))
    }

    func savesBatchesAtomically() async throws {
        let size = 20
        let batch = (0..<size).map { ExecutionRecord(step: "a", fingerprint: .number(UInt64($0)), executions: 1) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [store] in
                for _ in 0..<40 { try await store.save(batch) }
            }
            group.addTask { [store] in
                for _ in 0..<40 {
                    let executions = try await store.statistics(step: "a", limit: 1).first?.executions ?? 0
                    #expect(executions % size == 0, "A reader saw a part of a batch.")
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.statistics(step: "a", limit: 1).first?.executions == 40 * size)
    }
}
