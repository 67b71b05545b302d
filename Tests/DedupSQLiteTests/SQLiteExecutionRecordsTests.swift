#if SQLite
import Dedup
import DedupSQLite
import DedupTesting
import GRDB
import Testing

@Suite struct SQLiteExecutionRecordsTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: ExecutionRecordStoreConformance.allCases)
    func keepsTheContract(requirement: ExecutionRecordStoreConformance) async throws {
        try await requirement.check(try SQLiteExecutionRecords(path: directory.database))
    }

    @Test func keepsRecordsOverReopening() async throws {
        var random = SplitMix64(seed: 3)
        let changes = (0..<300).map { _ in ExecutionRecord.random(using: &random) }
        let first = try SQLiteExecutionRecords(path: directory.database)
        try await first.save(changes)
        let before = try await first.duplicates(over: -1, limit: .max)
        try first.close()
        let second = try SQLiteExecutionRecords(path: directory.database)
        #expect(try await second.duplicates(over: -1, limit: .max) == before)
        #expect(!before.isEmpty)
    }

    @Test func twoStoresOnOneFileAddUp() async throws {
        let stores = try (0..<2).map { _ in try SQLiteExecutionRecords(path: directory.database) }
        let (tasks, rounds) = (4, 30)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for round in 0..<rounds {
                        try await stores[task % 2].save([
                            ExecutionRecord(step: "a", fingerprint: .number(1), executions: 1, joins: round),
                            ExecutionRecord(step: "a", fingerprint: .number(UInt64(2 + task)), hits: 1),
                        ])
                    }
                }
            }
            try await group.waitForAll()
        }
        for store in stores {
            let record = try #require(try await store.find(.number(1), step: "a"))
            #expect(record.executions == tasks * rounds)
            #expect(record.joins == tasks * (0..<rounds).reduce(0, +))
            #expect(try await store.statistics(step: "a", limit: 1).first?.hits == tasks * rounds)
        }
    }

    @Test func aFileThatIsLockedIsBusy() async throws {
        let store = try SQLiteExecutionRecords(
            path: directory.database, configuration: .init(busyTimeout: .zero))
        let other = try directory.otherConnection()
        let change = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let error = await #expect(throws: SQLiteRecordsError.self) { try await store.save([change]) }
        #expect(error?.code == .busy && error?.isTransient == true && error?.sqliteCode == 5)
        #expect(try await store.find(.number(1), step: "a") == nil, "Reading goes on while another writes.")
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try await store.save([change])
        #expect(try await store.find(.number(1), step: "a") == change)
    }

    @Test func aFullFileRefusesTheWholeBatch() async throws {
        let store = try SQLiteExecutionRecords(
            path: directory.database, configuration: .init(maximumFileSize: 65_536))
        let kept = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)
        try await store.save([kept])
        let tooMuch = (0..<4_000).map { ExecutionRecord(step: "a", fingerprint: .number($0), hits: 1) }
        let error = await #expect(throws: SQLiteRecordsError.self) { try await store.save(tooMuch) }
        #expect(error?.code == .full)
        #expect(try await store.duplicates(over: -1, limit: 10) == [kept])
        try await store.save([kept])
        #expect(try await store.find(.number(1), step: "a")?.hits == 2)
    }

    @Test func aWriterKeepsABatchThatABusyFileRefused() async throws {
        let store = try SQLiteExecutionRecords(path: directory.database, configuration: .init(busyTimeout: .zero))
        let writer = RecordWriter(store: store, time: ManualTimeSource())
        let other = try directory.otherConnection()
        writer.add(ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1))
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        await #expect(throws: SQLiteRecordsError.self) { try await writer.flush() }
        #expect(writer.statistics.pending == 1)
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        try await writer.flush()
        #expect(try await store.find(.number(1), step: "a")?.hits == 1)
    }

    @Test func aClosedStoreSaysSo() async throws {
        let store = try SQLiteExecutionRecords(path: directory.database)
        try store.close()
        let change = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)
        let saving = await #expect(throws: SQLiteRecordsError.self) { try await store.save([change]) }
        let finding = await #expect(throws: SQLiteRecordsError.self) { try await store.find(.number(1), step: "a") }
        #expect(saving?.code == .closed && finding?.code == .closed)
        #expect(saving?.message == "The record store has been closed. Open it anew.")
        #expect(saving?.message == finding?.message)
        try store.close()
    }

    @Test func aWriterOfAClosedStoreSaysSo() async throws {
        let store = try SQLiteExecutionRecords(path: directory.database)
        let writer = RecordWriter(store: store, time: ManualTimeSource())
        writer.add(ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1))
        try store.close()
        let error = await #expect(throws: SQLiteRecordsError.self) { try await writer.flush() }
        #expect(error?.code == .closed && error?.message.contains("memory") == false)
    }

    @Test(arguments: [
        (
            "PRAGMA ignore_check_constraints = ON; UPDATE execution_record SET fingerprint = x'00'",
            "a fingerprint does not"
        ),
        ("DELETE FROM record_totals", "the totals are missing"),
    ])
    func damageThatOnlyTheStoreFindsIsNotReportedAsSQLites(sql: String, problem: String) async throws {
        let store = try SQLiteExecutionRecords(path: directory.database)
        let change = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)
        try await store.save([change])
        try directory.execute(sql)
        let error = await #expect(throws: SQLiteRecordsError.self) {
            try await store.save([change])
            _ = try await store.duplicates(over: -1, limit: 10)
        }
        #expect(error?.code == .corrupt)
        #expect(error?.message.hasPrefix("The database is damaged: \(problem)") == true)
    }

    @Test func codesHaveTheirNames() {
        let codes = SQLiteRecordsError.Code.allCases
        #expect(codes.map { SQLiteRecordsError.Code(rawValue: $0.rawValue) } == codes)
        #expect(Set(codes).count == codes.count && codes.contains(.replaced))
        #expect("\(SQLiteRecordsError.Code.busy)" == "busy" && SQLiteRecordsError.Code(rawValue: "bus") == nil)
    }

    @Test func aCancelledSaveChangesNothing() async throws {
        let store = try SQLiteExecutionRecords(path: directory.database)
        let save = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await store.save([ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)])
        }
        await #expect(throws: CancellationError.self) { try await save.value }
        #expect(try await store.find(.number(1), step: "a") == nil)
    }

    @Test func messagesHoldNoStoredData() async throws {
        let store = try SQLiteExecutionRecords(path: directory.database)
        try directory.execute("ALTER TABLE execution_record RENAME COLUMN hits TO secret_hits")
        let change = ExecutionRecord(step: "canary", fingerprint: .number(0xCA11AB1E), hits: 1)
        let error = await #expect(throws: SQLiteRecordsError.self) { try await store.save([change]) }
        #expect(error.map { "\($0)".contains("canary") || "\($0)".lowercased().contains("ca11ab1e") } == false)
    }

    @Test(arguments: [
        (SQLiteRecordsConfiguration(busyTimeout: .seconds(-1)), "busyTimeout"),
        (SQLiteRecordsConfiguration(busyTimeout: .seconds(86_401)), "busyTimeout"),
        (SQLiteRecordsConfiguration(busyTimeout: .seconds(Int64.max)), "busyTimeout"),
        (SQLiteRecordsConfiguration(maximumReaders: 0), "maximumReaders"),
        (SQLiteRecordsConfiguration(maximumFileSize: 1), "maximumFileSize"),
        (SQLiteRecordsConfiguration(maximumRecords: 0), "maximumRecords"),
        (SQLiteRecordsConfiguration(integrityCheck: .upTo(bytes: -1)), "integrityCheck"),
    ])
    func namesTheInvalidSetting(configuration: SQLiteRecordsConfiguration, field: String) {
        let error = #expect(throws: SQLiteRecordsError.self) {
            try SQLiteExecutionRecords(path: directory.database, configuration: configuration)
        }
        #expect(error?.code == .invalidConfiguration && error?.message.hasPrefix(field) == true)
    }
}
#endif
