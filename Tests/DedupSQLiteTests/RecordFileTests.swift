#if SQLite
import Dedup
import DedupSQLite
import DedupTesting
import Foundation
import Testing

/// The file of a store in its directory: symbolic links, permissions, and moving it.
@Suite struct RecordFileTests {
    let directory: TemporaryDirectory
    private let change = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var database: String { directory.database }

    private func link(_ name: String, to target: String) throws -> String {
        let path = directory.path + "/" + name
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        return path
    }

    private func expectPrivate(_ file: String, _ location: SourceLocation = #_sourceLocation) throws {
        for file in [file, file + "-wal", file + "-shm"] {
            #expect(try directory.permissions(of: file) == 0o600, "\(file)", sourceLocation: location)
        }
    }

    // MARK: - A new file

    @Test func aNewFileCanBeReadByItsOwnerOnly() async throws {
        let store = try SQLiteExecutionRecords(path: database)
        try await store.save([change])
        try expectPrivate(database)
    }

    /// One link, a chain of two, and one whose target begins with a directory.
    @Test(arguments: [["records.sqlite"], ["second", "records.sqlite"], ["./records.sqlite"]])
    func aNewFileBehindALinkCanBeReadByItsOwnerOnly(targets: [String]) async throws {
        for (name, target) in zip(["first"] + targets, targets) { _ = try link(name, to: target) }
        let store = try SQLiteExecutionRecords(path: directory.path + "/first")
        try await store.save([change])
        try expectPrivate(database)
        #expect(try await SQLiteExecutionRecords(path: database).find(.number(1), step: "a") == change)
    }

    /// With the mask of most systems, under which a file that SQLite makes can be read by all. In a process of its own,
    /// because the mask is the process's.
    @Test(arguments: ["records.sqlite", "link", "linked/records.sqlite"])
    func theMaskOfTheProcessDoesNotOpenANewFileToOthers(name: String) async {
        await #expect(processExitsWith: .success) { [name = name as String] in
            umask(0o022)
            let directory = try TemporaryDirectory()
            let files = FileManager.default
            try files.createSymbolicLink(atPath: directory.path + "/link", withDestinationPath: "records.sqlite")
            try files.createSymbolicLink(atPath: directory.path + "/linked", withDestinationPath: directory.path)
            let store = try SQLiteExecutionRecords(path: directory.path + "/" + name)
            try await store.save([ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)])
            for ending in ["", "-wal", "-shm"] {
                #expect(try directory.permissions(of: directory.database + ending) == 0o600, "\(ending)")
            }
        }
    }

    @Test func aNewFileInALinkedDirectoryCanBeReadByItsOwnerOnly() async throws {
        let store = try SQLiteExecutionRecords(path: try link("linked", to: directory.path) + "/records.sqlite")
        try await store.save([change])
        try expectPrivate(database)
    }

    @Test(
        arguments: [("nowhere/records.sqlite", .cannotOpen), ("link", .cannotOpen), (".", .notAFile)]
            as [(String, SQLiteRecordsError.Code)])
    func aLinkBehindWhichNoFileCanBeIsRefused(target: String, code: SQLiteRecordsError.Code) throws {
        let path = try link("link", to: target)
        let error = #expect(throws: SQLiteRecordsError.self) { try SQLiteExecutionRecords(path: path) }
        #expect(error?.code == code && error?.path == path)
    }

    // MARK: - A log without its file

    /// Its records would be lost, because SQLite deletes the log of an empty file.
    @Test(arguments: [false, true], [false, true])
    func aLogWithoutItsFileIsRefused(isRemoved: Bool, isBehindALink: Bool) async throws {
        let store = try SQLiteExecutionRecords(path: database)
        try await store.save([change])
        let log = try Data(contentsOf: URL(fileURLWithPath: database + "-wal"))
        try store.close()
        try directory.write(Data())
        if isRemoved { try FileManager.default.removeItem(atPath: database) }
        try log.write(to: URL(fileURLWithPath: database + "-wal"))
        let path = isBehindALink ? try link("link", to: "records.sqlite") : database
        let error = #expect(throws: SQLiteRecordsError.self) { try SQLiteExecutionRecords(path: path) }
        #expect(error?.code == .corrupt)
        #expect(try Data(contentsOf: URL(fileURLWithPath: database + "-wal")) == log)
        #expect(FileManager.default.fileExists(atPath: database) != isRemoved)
    }

    // MARK: - While the store is open

    private func expectReplaced(_ store: SQLiteExecutionRecords) async {
        let calls: [() async throws -> Void] = [
            { try await store.save([change]) }, { _ = try await store.find(.number(1), step: "a") },
            { _ = try await store.statistics(step: nil, limit: 1) },
            { _ = try await store.duplicates(over: 0, limit: 1) },
            { try await store.prune(lastExecutionBefore: WallTime(nanosecondsSinceEpoch: 0)) },
        ]
        for call in calls {
            let error = await #expect(throws: SQLiteRecordsError.self) { try await call() }
            #expect(error?.code == .replaced && error?.isTransient == false)
        }
    }

    @Test func anotherFileInItsPlaceIsNoticed() async throws {
        let other = try SQLiteExecutionRecords(path: directory.path + "/other.sqlite")
        try other.close()
        let store = try SQLiteExecutionRecords(path: database)
        try await store.save([change])
        #expect(rename(directory.path + "/other.sqlite", database) == 0)
        await expectReplaced(store)
    }

    @Test func aFileThatWasRemovedIsNoticed() async throws {
        let store = try SQLiteExecutionRecords(path: database)
        try await store.save([change])
        try FileManager.default.removeItem(atPath: database)
        await expectReplaced(store)
    }

    @Test func aFileThatComesBackIsTheSame() async throws {
        let store = try SQLiteExecutionRecords(path: database)
        try await store.save([change])
        #expect(rename(database, database + "-elsewhere") == 0)
        await expectReplaced(store)
        #expect(rename(database + "-elsewhere", database) == 0)
        try await store.save([change])
        #expect(try await store.find(.number(1), step: "a")?.hits == 2)
    }

    @Test func aLinkThatIsPointedElsewhereDoesNotMoveTheStore() async throws {
        let path = try link("link", to: "records.sqlite")
        let store = try SQLiteExecutionRecords(path: path)
        try FileManager.default.removeItem(atPath: path)
        try await store.save([change])
        #expect(store.path == path)
        #expect(try await SQLiteExecutionRecords(path: database).find(.number(1), step: "a") == change)
    }

    /// Connections that read are opened when they are needed. In a process of its own, because the directory is the
    /// process's.
    @Test func anotherWorkingDirectoryDoesNotMoveTheStore() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            try #require(FileManager.default.changeCurrentDirectoryPath(directory.path))
            let store = try SQLiteExecutionRecords(path: "records.sqlite")
            try #require(FileManager.default.changeCurrentDirectoryPath("/"))
            let change = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)
            try await store.save([change])
            #expect(try await store.find(.number(1), step: "a") == change)
        }
    }
}
#endif
