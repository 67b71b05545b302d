#if SQLite
import Caching
import Dedup
import DedupSQLite
import DedupTesting
import Foundation
import GRDB
import Testing

/// Several stores that open one file at the same time, as the processes of a service do when it starts.
@Suite(.timeLimit(.minutes(3))) struct OpeningTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func manyStoresMayOpenANewFileAtTheSameTime() async throws {
        let openers = 8
        for round in 0..<8 {
            let path = directory.path + "/records-\(round).sqlite"
            let stores = try await open(path, times: openers).map { try $0.get() }
            for store in stores {
                try await store.save([ExecutionRecord(step: "a", fingerprint: .number(1), executions: 1)])
            }
            #expect(try await stores[0].find(.number(1), step: "a")?.executions == openers, "round \(round)")
            for store in stores { try store.close() }
        }
    }

    /// The same as when two stores switch a new file to write-ahead mode at the same time: SQLite fails at once,
    /// and its busy timeout has no effect.
    @Test func openingANewFileWaitsForAnotherWriter() async throws {
        let other = try directory.otherConnection()
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        var pauses: [Duration] = []
        let store = try SQLiteExecutionRecords(
            path: directory.database, configuration: .init(busyTimeout: .seconds(3_600))
        ) { pause in
            pauses.append(pause)
            if pauses.count == 8 { try? other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") } }
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 50, 50].map { .milliseconds($0) })
        try await store.save([ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)])
    }

    @Test func aNewFileThatAnotherWriterKeepsIsBusy() async throws {
        let other = try directory.otherConnection()
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let error = #expect(throws: SQLiteRecordsError.self) {
            try SQLiteExecutionRecords(path: directory.database, configuration: .init(busyTimeout: .milliseconds(20)))
        }
        #expect(error?.code == .busy && error?.isTransient == true)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try SQLiteExecutionRecords(path: directory.database).close()
    }

    /// NORMAL is 1 and FULL is 2; see https://www.sqlite.org/pragma.html#pragma_synchronous.
    @Test(arguments: [(.standard, 1), (.full, 2)] as [(SQLiteRecordsConfiguration.Durability, Int)])
    func theWritingConnectionIsAsDurableAsConfigured(
        durability: SQLiteRecordsConfiguration.Durability, synchronous: Int
    ) async throws {
        let store = try SQLiteExecutionRecords(path: directory.database, configuration: .init(durability: durability))
        try await store.save([ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)])
        #expect(try store.pragma("synchronous") == synchronous)
        #expect(try store.pragma("fullfsync") == (durability == .full ? 1 : 0))
    }

    /// Opens the file on so many threads at once: tasks would take turns on the few threads of the runtime. How long one of
    /// them waits is up to the machine, so none gives up.
    private func open(_ path: String, times: Int) async -> [Result<SQLiteExecutionRecords, any Error>] {
        await withCheckedContinuation { continuation in
            let opened = Opened(expected: times, continuation)
            for _ in 0..<times {
                Thread {
                    opened.add(
                        Result {
                            try SQLiteExecutionRecords(path: path, configuration: .init(busyTimeout: .seconds(3_600)))
                        })
                }.start()
            }
        }
    }
}

/// The stores that the threads have opened.
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
