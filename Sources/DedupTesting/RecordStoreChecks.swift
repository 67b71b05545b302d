internal import Dedup
internal import Testing

/// The checks behind ``ExecutionRecordStoreConformance``: saving and finding.
struct RecordStoreChecks {
    let store: any ExecutionRecordStore

    func startsEmpty() async throws {
        #expect(try await store.find(.number(1), step: "a") == nil)
        #expect(try await store.statistics(step: nil, limit: 10) == [])
        #expect(try await store.statistics(step: "a", limit: 10) == [])
        #expect(try await store.duplicates(over: -1, limit: 10) == [])
    }

    func findsSavedRecords() async throws {
        let full = ExecutionRecord(
            step: "a", fingerprint: .number(1), executions: 5, hits: 7, joins: 3, failures: 2,
            firstExecution: WallTime(nanosecondsSinceEpoch: -5), lastExecution: WallTime(nanosecondsSinceEpoch: 90),
            totalDuration: .nanoseconds(500), minimumDuration: .nanoseconds(1), maximumDuration: .nanoseconds(300))
        let hitsOnly = ExecutionRecord(step: "a", fingerprint: .number(2), hits: 1)
        try await store.save([full, hitsOnly])
        #expect(try await store.find(.number(1), step: "a") == full)
        #expect(try await store.find(.number(2), step: "a") == hitsOnly)
    }

    func addsUp() async throws {
        let id = ExecutionRecord.ID(step: "a", fingerprint: .number(1))
        var expected = ExecutionTally()
        for change in Self.variedChanges {
            expected.merge(change)
            try await store.save([ExecutionRecord(id: id, tally: change)])
            #expect(try await store.find(id.fingerprint, step: id.step)?.tally == expected)
        }
    }

    func addsUpWithinABatch() async throws {
        let id = ExecutionRecord.ID(step: "a", fingerprint: .number(1))
        try await store.save(Self.variedChanges.map { ExecutionRecord(id: id, tally: $0) })
        let expected = Self.variedChanges.reduce(into: ExecutionTally()) { $0.merge($1) }
        #expect(try await store.find(id.fingerprint, step: id.step)?.tally == expected)
    }

    func acceptsAnEmptyBatch() async throws {
        try await store.save([])
        #expect(try await store.duplicates(over: -1, limit: 10) == [])
    }

    func keepsAnEmptyRecord() async throws {
        let nothing = ExecutionRecord(step: "a", fingerprint: .number(1))
        try await store.save([nothing])
        #expect(try await store.find(.number(1), step: "a") == nothing)
        #expect(try await store.duplicates(over: 0, limit: 10) == [])
        #expect(try await store.duplicates(over: -1, limit: 10) == [nothing])
    }

    func tellsStepsAndFingerprintsApart() async throws {
        let highBit = Fingerprint(words: (1 << 63, 0, 0, 1))
        let records = [
            ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1),
            ExecutionRecord(step: "b", fingerprint: .number(1), hits: 2),
            ExecutionRecord(step: "a", fingerprint: .number(2), hits: 3),
            ExecutionRecord(step: "a", fingerprint: highBit, hits: 4),
        ]
        try await store.save(records)
        for record in records {
            #expect(try await store.find(record.fingerprint, step: record.step) == record)
        }
        #expect(try await store.find(.number(2), step: "b") == nil)
    }

    func keepsOddStepNames() async throws {
        let names = [
            "", " ", "a", "A", "a ", "a\u{0}b", "a\u{0}c", "caf\u{e9}", "cafe\u{301}", "\u{1F600}", "\u{202E}x",
            "'; DROP TABLE execution_record; --", "%", "_", "line\nbreak", String(repeating: "long", count: 2_000),
        ]
        let records = names.enumerated().map { index, name in
            ExecutionRecord(step: name, fingerprint: .number(7), hits: index + 1)
        }
        try await store.save(records)
        for (name, record) in zip(names, records) {
            #expect(try await store.find(.number(7), step: name) == record)
            let statistics = try await store.statistics(step: name, limit: 10)
            #expect(statistics == [StepRecordStatistics(step: name, fingerprints: 1, tally: record.tally)])
            #expect(statistics.first.map { Array($0.step.utf8) } == Array(name.utf8))
        }
        #expect(try await store.statistics(step: nil, limit: 100).count == names.count)
    }

    func saturates() async throws {
        let much = ExecutionRecord(
            step: "a", fingerprint: .number(1), executions: .max, hits: .max - 1, joins: 1, failures: .max,
            totalDuration: .nanoseconds(Int64.max), minimumDuration: .zero,
            maximumDuration: .nanoseconds(Int64.max))
        try await store.save([much])
        try await store.save([much, ExecutionRecord(step: "a", fingerprint: .number(2), executions: 2)])
        let sum = try #require(try await store.find(.number(1), step: "a"))
        #expect(sum == much.merging(much))
        #expect(sum.executions == .max && sum.hits == .max && sum.joins == 2)
        let all = try await store.statistics(step: "a", limit: 1)
        #expect(all.first?.executions == .max && all.first?.joins == 2)
        #expect(all.first?.totalDuration == .nanoseconds(Int64.max))
        #expect(try await store.duplicates(over: .max - 1, limit: 10) == [sum])
        #expect(try await store.duplicates(over: .max, limit: 10) == [])
    }

    func dependsOnNoOrder() async throws {
        var random = SplitMix64(seed: 0x5EED)
        var changes = (0..<600).map { _ in ExecutionRecord.random(using: &random) }
        changes += changes.prefix(100)
        var expected: [ExecutionRecord.ID: ExecutionRecord] = [:]
        for change in changes { expected[change.id] = expected[change.id]?.merging(change) ?? change }
        changes.shuffle(using: &random)
        while !changes.isEmpty {
            let size = Int.random(in: 1...40, using: &random)
            try await store.save(Array(changes.prefix(size)))
            changes.removeFirst(min(size, changes.count))
        }
        let found = try await store.duplicates(over: -1, limit: .max)
        #expect(Set(found) == Set(expected.values))
        #expect(found.count == expected.count)
    }

    /// Changes in which every value is sometimes known and sometimes unknown, sometimes higher and sometimes lower than before.
    private static let variedChanges: [ExecutionTally] = [
        ExecutionTally(hits: 1),
        ExecutionTally(
            executions: 1, firstExecution: WallTime(nanosecondsSinceEpoch: 50),
            lastExecution: WallTime(nanosecondsSinceEpoch: 50), totalDuration: .nanoseconds(9),
            minimumDuration: .nanoseconds(9), maximumDuration: .nanoseconds(9)),
        ExecutionTally(joins: 4),
        ExecutionTally(
            executions: 2, failures: 1, firstExecution: WallTime(nanosecondsSinceEpoch: 10),
            lastExecution: WallTime(nanosecondsSinceEpoch: 40), totalDuration: .nanoseconds(30),
            minimumDuration: .nanoseconds(4), maximumDuration: .nanoseconds(26)),
        ExecutionTally(
            executions: 1, firstExecution: WallTime(nanosecondsSinceEpoch: 60),
            lastExecution: WallTime(nanosecondsSinceEpoch: 60), totalDuration: .zero,
            minimumDuration: .zero, maximumDuration: .zero),
    ]
}
