#if SQLite
import Dedup
import DedupSQLite
import DedupTesting
import Testing

/// A file holds as many records as configured, and forgets the right ones.
@Suite struct PruningTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func store(maximum: Int? = nil) throws -> SQLiteExecutionRecords {
        try SQLiteExecutionRecords(path: directory.database, configuration: .init(maximumRecords: maximum))
    }

    private func hit(_ number: UInt64, step: String = "a") -> ExecutionRecord {
        ExecutionRecord(step: step, fingerprint: .number(number), hits: 1)
    }

    private func all(_ store: some ExecutionRecordStore) async throws -> Set<ExecutionRecord> {
        Set(try await store.duplicates(over: -1, limit: .max))
    }

    // MARK: - By age

    @Test func pruneForgetsRecordsThatWereLastExecutedBefore() async throws {
        let store = try store()
        let records = (0..<3_000).map { number in
            ExecutionRecord.execution(
                step: ["", "a", "a\u{0}b", "\u{e9}"][number % 4], fingerprint: .number(UInt64(number)),
                startedAt: WallTime(nanosecondsSinceEpoch: Int64(number)), duration: .zero)
        }
        try await store.save(records)
        #expect(try await store.prune(lastExecutionBefore: WallTime(nanosecondsSinceEpoch: 0)) == 0)
        #expect(try await store.prune(lastExecutionBefore: WallTime(nanosecondsSinceEpoch: 2_000)) == 2_000)
        #expect(try await all(store) == Set(records[2_000...]))
        #expect(try await store.prune(lastExecutionBefore: WallTime(nanosecondsSinceEpoch: 2_000)) == 0)
        #expect(store.forgottenRecords == 0)
    }

    @Test func pruneComparesTheLastExecutionAndForgetsRecordsWithoutOne() async throws {
        let store = try store()
        let early = WallTime(nanosecondsSinceEpoch: 10)
        let late = WallTime(nanosecondsSinceEpoch: 20)
        let kept = ExecutionRecord(
            step: "a", fingerprint: .number(1), executions: 2, firstExecution: early, lastExecution: late)
        try await store.save([kept, hit(2)])
        #expect(try await store.prune(lastExecutionBefore: late) == 1)
        #expect(try await all(store) == [kept])
    }

    // MARK: - By number

    @Test(arguments: [1, 2, 3] as [UInt64])
    func forgetsTheSameRecordsAsTheStoreInMemory(seed: UInt64) async throws {
        let store = try store(maximum: 20)
        let model = InMemoryExecutionRecords(capacity: 20)
        var random = SplitMix64(seed: seed)
        for round in 0..<400 {
            let number = UInt64.random(in: 0..<60, using: &random)
            let change = hit(number / 2, step: number % 2 == 0 ? "a" : "b")
            try await store.save([change])
            try await model.save([change])
            #expect(store.forgottenRecords == model.forgottenRecords, "seed \(seed), round \(round)")
        }
        #expect(try await all(store) == all(model), "seed \(seed)")
        #expect(model.forgottenRecords > 100)
    }

    @Test func aBatchLargerThanTheMaximumLeavesItsEnd() async throws {
        let store = try store(maximum: 10)
        try await store.save((0..<50).map { hit($0) })
        #expect(try await all(store) == Set((40..<50).map { hit($0) }))
        #expect(store.forgottenRecords == 40)
    }

    @Test func aFileThatWasFilledUnderAHigherMaximumComesDown() async throws {
        let before = try store()
        try await before.save((0..<2_500).map { hit($0) })
        try before.close()
        let store = try store(maximum: 100)
        for number in 0..<3 { try await store.save([hit(UInt64(10_000 + number))]) }
        #expect(try await all(store).count == 100 && store.forgottenRecords == 2_403)
        #expect(try await store.find(.number(10_000), step: "a") != nil)
    }

    @Test func twoStoresOnOneFileKeepOneMaximum() async throws {
        let stores = [try store(maximum: 50), try store(maximum: 50)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, store) in stores.enumerated() {
                group.addTask {
                    for number in 0..<100 { try await store.save([hit(UInt64(index * 1_000 + number))]) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await all(stores[0]).count == 50)
        #expect(stores.reduce(0) { $0 + $1.forgottenRecords } == 150)
    }

    // MARK: - The layout before

    @Test func aFileOfTheFirstLayoutIsTakenOver() async throws {
        try directory.execute(Self.firstLayout)
        let store = try store(maximum: 2)
        #expect(try await store.find(.number(0), step: "a")?.hits == 7)
        try await store.save([hit(1), hit(2)])
        #expect(try await all(store) == [hit(1), hit(2)] && store.forgottenRecords == 1)
    }

    @Test func manyMayTakeOverAFileOfTheFirstLayoutAtTheSameTime() async throws {
        try directory.execute(Self.firstLayout)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask { try await store().save([hit(1)]) }
            }
            try await group.waitForAll()
        }
        #expect(try await store().find(.number(1), step: "a")?.hits == 6)
    }

    /// The layout of the first version of the library.
    private static let firstLayout = """
        CREATE TABLE execution_record (
            step                TEXT NOT NULL,
            fingerprint         BLOB NOT NULL CHECK (length(fingerprint) = 32),
            executions          INTEGER NOT NULL CHECK (executions >= 0),
            hits                INTEGER NOT NULL CHECK (hits >= 0),
            joins               INTEGER NOT NULL CHECK (joins >= 0),
            failures            INTEGER NOT NULL CHECK (failures >= 0),
            first_execution_ns  INTEGER,
            last_execution_ns   INTEGER,
            total_ns            INTEGER CHECK (total_ns >= 0),
            minimum_ns          INTEGER CHECK (minimum_ns >= 0),
            maximum_ns          INTEGER CHECK (maximum_ns >= 0),
            offered             INTEGER NOT NULL GENERATED ALWAYS AS
                                (min(executions + hits + joins, 9223372036854775807)) VIRTUAL,
            PRIMARY KEY (step, fingerprint)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX execution_record_by_offered ON execution_record (offered DESC, step, fingerprint);
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1 execution records');
        INSERT INTO execution_record (step, fingerprint, executions, hits, joins, failures)
            VALUES ('a', zeroblob(32), 0, 7, 0, 0);
        PRAGMA application_id = 1147495541;
        PRAGMA user_version = 1;
        """
}
#endif
