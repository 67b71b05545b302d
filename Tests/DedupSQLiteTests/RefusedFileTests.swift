#if SQLite
import Dedup
import DedupSQLite
import DedupTesting
import Foundation
import Testing

/// A file that is not a record store is refused with a clear error, and no byte of it is changed.
@Suite struct RefusedFileTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: [
        ("text", Data("this is no database, but long enough to be mistaken for one\n".utf8)),
        ("one byte", Data([0])),
        ("zeroes", Data(count: 8_192)),
        ("half a header", Data("SQLite format 3\u{0}".utf8)),
        ("a header and zeroes", Data("SQLite format 3\u{0}".utf8) + Data(count: 4_080)),
    ])
    func aFileThatIsNoDatabaseIsRefused(name: String, contents: Data) throws {
        try directory.write(contents)
        let error = try #require(refusal())
        #expect(error.code == .notADatabase || error.code == .corrupt, "\(name): \(error)")
        #expect(try directory.contents == contents)
    }

    @Test(arguments: [1, 16, 99, 100, 512, 4_095, 4_096, 4_097, 8_192, 20_000, 40_960])
    func aTruncatedStoreIsRefused(length: Int) async throws {
        let contents = try await store(records: 500)
        try #require(contents.count > length)
        try directory.write(contents.prefix(length))
        let error = try #require(refusal())
        #expect(error.code == .notADatabase || error.code == .corrupt, "\(error)")
        #expect(try directory.contents == contents.prefix(length))
    }

    @Test(
        arguments: [0, 20, 4_096 + 3, 3 * 4_096, 5 * 4_096 + 5],
        [.standard, .always] as [SQLiteRecordsConfiguration.IntegrityCheck])
    func aDamagedStoreIsRefused(offset: Int, check: SQLiteRecordsConfiguration.IntegrityCheck) async throws {
        var contents = try await store(records: 500)
        contents.replaceSubrange(offset..<offset + 64, with: Data(repeating: 0xA5, count: 64))
        try directory.write(contents)
        let error = try #require(refusal(check))
        #expect(error.code == .notADatabase || error.code == .corrupt, "\(error)")
    }

    @Test func aFileOfNoBytesIsANewStore() async throws {
        try directory.write(Data())
        let store = try SQLiteExecutionRecords(path: directory.database)
        #expect(try await store.duplicates(over: -1, limit: 1) == [])
    }

    @Test(arguments: [
        "CREATE TABLE customers (name TEXT)",
        "PRAGMA user_version = 7",
        "PRAGMA application_id = 42; CREATE TABLE execution_record (step TEXT)",
        "CREATE TABLE execution_record (step TEXT)",
    ])
    func aDatabaseOfAnotherProgramIsRefusedAndLeftAlone(sql: String) throws {
        try directory.execute(sql)
        let before = try directory.contents
        let error = try #require(refusal())
        #expect(error.code == .foreignDatabase)
        #expect(try directory.contents == before)
        #expect(!FileManager.default.fileExists(atPath: directory.database + "-wal"))
    }

    @Test func aLaterLayoutIsRefusedByNumber() async throws {
        _ = try await store(records: 1)
        try directory.execute("PRAGMA user_version = 99")
        let before = try directory.contents
        let error = try #require(refusal())
        #expect(error.code == .newerSchema)
        #expect(error.message.contains("layout 99"))
        #expect(try directory.contents == before)
    }

    @Test func aChangedTableIsRefused() async throws {
        _ = try await store(records: 1)
        try directory.execute("ALTER TABLE execution_record ADD COLUMN note TEXT")
        #expect(refusal()?.code == .foreignDatabase)
    }

    @Test(arguments: ["", "\u{0}", ":memory:", "/", "/dev/null"])
    func aPathThatIsNoFileIsRefused(path: String) {
        let error = #expect(throws: SQLiteRecordsError.self) { try SQLiteExecutionRecords(path: path) }
        #expect(error?.code == .notAFile)
    }

    @Test(arguments: ["/proc/dedup.sqlite", "/nowhere/at/all/records.sqlite"])
    func aPathWhereNothingCanBeMadeIsRefused(path: String) {
        let error = #expect(throws: SQLiteRecordsError.self) { try SQLiteExecutionRecords(path: path) }
        #expect(error?.code == .cannotOpen)
        #expect(error.map { "\($0)".hasPrefix(path) } == true)
    }

    @Test(.enabled(if: geteuid() != 0, "The superuser may write everything."))
    func aFileThatMayNotBeWrittenIsRefused() async throws {
        _ = try await store(records: 1)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: directory.database)
        #expect(refusal()?.code == .readOnly)
    }

    @Test(arguments: [.never, .upTo(bytes: 8_192)] as [SQLiteRecordsConfiguration.IntegrityCheck])
    func damageThatOpeningDidNotCheckForIsAnErrorLater(
        check: SQLiteRecordsConfiguration.IntegrityCheck
    ) async throws {
        var contents = try await store(records: 500)
        let intact = contents.count / 2
        contents.replaceSubrange(intact..., with: Data(repeating: 0xA5, count: contents.count - intact))
        try directory.write(contents)
        let store = try SQLiteExecutionRecords(path: directory.database, configuration: .init(integrityCheck: check))
        let error = await #expect(throws: SQLiteRecordsError.self) { try await store.duplicates(over: -1, limit: .max) }
        #expect(error?.code == .corrupt)
    }

    /// Makes a store of so many records and returns its bytes.
    private func store(records: Int) async throws -> Data {
        let store = try SQLiteExecutionRecords(path: directory.database)
        try await store.save(
            (0..<records).map { ExecutionRecord(step: "step", fingerprint: .number(UInt64($0)), executions: $0) })
        try store.close()
        return try directory.contents
    }

    private func refusal(
        _ check: SQLiteRecordsConfiguration.IntegrityCheck = .standard
    ) -> SQLiteRecordsError? {
        do {
            _ = try SQLiteExecutionRecords(path: directory.database, configuration: .init(integrityCheck: check))
            return nil
        } catch {
            return error as? SQLiteRecordsError
        }
    }
}
#endif
