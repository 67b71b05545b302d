#if SQLite
import Caching
import Dedup
import DedupSQLite
import DedupTesting
import Foundation
import GRDB
import Synchronization
import Testing

/// Many that open one file at the same time, as the processes of a service do when it starts.
@Suite(.timeLimit(.minutes(3))) struct OpeningTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func manyMayOpenANewFileAtTheSameTime() async throws {
        let openers = 8
        for round in 0..<30 {
            let path = directory.path + "/records-\(round).sqlite"
            let stores = try await open(path, times: openers).map { try $0.get() }
            for store in stores {
                try await store.save([ExecutionRecord(step: "a", fingerprint: .number(1), executions: 1)])
            }
            #expect(try await stores[0].find(.number(1), step: "a")?.executions == openers, "round \(round)")
            for store in stores { try store.close() }
        }
    }

    /// What happens when two switch a new file to write-ahead mode at the same time, only more often: SQLite gives up at
    /// once, whatever its busy timeout.
    @Test func aNewFileThatSomebodyWritesIsOpenedBetweenTwoWrites() async throws {
        for round in 0..<10 {
            let path = directory.path + "/written-\(round).sqlite"
            let writer = try OtherWriter(path: path)
            try await writer.hasBegun.wait()
            let stores = await open(path, times: 1)
            writer.stop()
            for store in stores { try store.get().close() }
        }
    }

    @Test func aNewFileThatSomebodyWritesForEverIsBusyInTheEnd() async throws {
        let other = try directory.otherConnection()
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let error = #expect(throws: SQLiteRecordsError.self) {
            try SQLiteExecutionRecords(path: directory.database, configuration: .init(busyTimeout: .milliseconds(20)))
        }
        #expect(error?.code == .busy && error?.isTransient == true)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try SQLiteExecutionRecords(path: directory.database).close()
    }

    /// Opens the file on so many threads at once: tasks would take turns on the few threads of the runtime.
    private func open(_ path: String, times: Int) async -> [Result<SQLiteExecutionRecords, any Error>] {
        await withCheckedContinuation { continuation in
            let opened = Opened(expected: times, continuation)
            for _ in 0..<times {
                Thread { opened.add(Result { try SQLiteExecutionRecords(path: path) }) }.start()
            }
        }
    }
}

/// Another program that has a write transaction half of the time, until it is told to stop. It never changes the file.
private final class OtherWriter: Sendable {
    /// Open once the first transaction has begun.
    let hasBegun = Latch()
    private let isStopped = Atomic(false)

    init(path: String) throws {
        let file = try DatabaseQueue(path: path)
        Thread { [self] in
            while !isStopped.load(ordering: .relaxed) {
                try? file.writeWithoutTransaction { database in
                    try database.inTransaction(.immediate) {
                        hasBegun.open()
                        try Self.spendTime(in: database)
                        return .rollback
                    }
                    try Self.spendTime(in: database)
                }
            }
        }.start()
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    /// Counts, without a look at the file.
    private static func spendTime(in database: Database) throws {
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT max(i) FROM n"
        _ = try Int.fetchOne(database, sql: sql)
    }
}

/// What the threads have opened so far.
private final class Opened: Sendable {
    typealias Results = [Result<SQLiteExecutionRecords, any Error>]

    private let results = Lock<Results>([])
    private let expected: Int
    private let continuation: CheckedContinuation<Results, Never>

    init(expected: Int, _ continuation: CheckedContinuation<Results, Never>) {
        self.expected = expected
        self.continuation = continuation
    }

    func add(_ result: Result<SQLiteExecutionRecords, any Error>) {
        let all = results.withLock { results -> Results? in
            results.append(result)
            return results.count == expected ? results : nil
        }
        if let all { continuation.resume(returning: all) }
    }
}
#endif
