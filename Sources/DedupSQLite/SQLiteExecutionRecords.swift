#if SQLite
internal import Caching
public import Dedup
internal import Foundation
internal import GRDB

/// Execution records in an SQLite file: the store for a program on one machine.
///
///     let records = try SQLiteExecutionRecords(path: "executions.sqlite")
///
/// The file is written in write-ahead mode: readers and the writer do not wait for each other, and several connections,
/// also of several processes on one machine, may share the file; their changes add up. A batch is one transaction.
/// By default a saved batch survives a crash of the program, but after a power failure the last batches may be missing;
/// ``SQLiteRecordsConfiguration/durability`` changes that.
///
/// Opening a file that exists checks it first and changes nothing unless it is a record store: a directory, a damaged file,
/// a database of another program or of a later version is refused with a ``SQLiteRecordsError`` that names the remedy. A file
/// of no bytes holds no records and is taken for a new one, unless a write-ahead log lies beside it. A new file can be read
/// and written by its owner only (mode 0600), also if it is made through a symbolic link; an existing file keeps its mode.
///
/// The file must stay in its place while the store is open. If it is removed, or another file is put in its place, every call
/// fails with ``SQLiteRecordsError/Code/replaced``. To replace it, close the store and move the files `-wal` and `-shm` beside
/// it too: SQLite would take an old log for one of the new file.
///
/// The file holds a bounded number of records, a million by default: when one more is saved, the record that was changed
/// longest ago is forgotten and counted in ``forgottenRecords``. ``prune(lastExecutionBefore:)`` forgets by age. The space of
/// forgotten records is used again; the file does not shrink.
///
/// The file needs SQLite 3.37 or later. It should be on a local disk: network file systems do not keep SQLite's locks.
public final class SQLiteExecutionRecords: ExecutionRecordStore {
    private struct State {
        var forgotten = 0
        var isClosed = false
    }

    /// The path that the store was opened with.
    public let path: String

    private let pool: DatabasePool
    private let file: RecordFile
    private let identity: RecordFile.Identity
    private let maximumRecords: Int?
    private let state = Lock(State())

    /// Opens the record store at `path`, or makes a new one. Reads the file on the calling thread.
    ///
    /// - Throws: ``SQLiteRecordsError``.
    public convenience init(path: String, configuration: SQLiteRecordsConfiguration = .init()) throws {
        try self.init(path: path, configuration: configuration) { Thread.sleep(forTimeInterval: $0 / .seconds(1)) }
    }

    /// Opens a store; `pause` is called to wait for another connection that is writing.
    package init(path: String, configuration: SQLiteRecordsConfiguration, pause: (Duration) -> Void) throws {
        if let problem = configuration.problem {
            throw SQLiteRecordsError(.invalidConfiguration, path: path, problem)
        }
        self.path = path
        maximumRecords = configuration.maximumRecords
        let file = try RecordFile(preparing: path)
        self.file = file
        do {
            pool = try Self.open(file, configuration, pause: pause)
        } catch {
            throw SQLiteRecordsError.translated(error, path: path)
        }
        guard let identity = file.identity else {
            throw SQLiteRecordsError(.replaced, path: path, "The file was removed while it was opened.")
        }
        self.identity = identity
    }

    /// How many records this store has forgotten to make room; other stores that share its file count their own.
    public var forgottenRecords: Int { state.withLock { $0.forgotten } }

    /// Lets `body` read or write, unless the store is closed or has lost its file, and translates SQLite's errors.
    func access<Result: Sendable>(_ body: (DatabasePool) async throws -> Result) async throws -> Result {
        if state.withLock({ $0.isClosed }) { throw SQLiteRecordsError.closed(path: path) }
        try file.checkIsStill(identity)
        do {
            return try await body(pool)
        } catch {
            throw SQLiteRecordsError.translated(error, path: path)
        }
    }

    /// Closes the file, after the calls that are in progress. Later calls throw ``SQLiteRecordsError/Code/closed``; closing
    /// again does nothing.
    ///
    /// - Throws: ``SQLiteRecordsError`` if the file cannot be closed.
    public func close() throws {
        do {
            try pool.close()
        } catch {
            throw SQLiteRecordsError.translated(error, path: path)
        }
        state.withLock { $0.isClosed = true }
    }

    /// A number that the connection says which writes, such as "synchronous".
    package func pragma(_ name: String) throws -> Int? {
        try pool.unsafeReentrantWrite { try Int.fetchOne($0, sql: "PRAGMA \(name)") }
    }
}

// MARK: - Saving

extension SQLiteExecutionRecords {
    /// Adds the changes in one transaction.
    ///
    /// - Throws: ``SQLiteRecordsError``, and then nothing of the batch is stored, or `CancellationError`.
    public func save(_ changes: [ExecutionRecord]) async throws {
        if changes.isEmpty { return }
        let count = try await access { pool in
            try await pool.write { [maximumRecords] database in
                try Self.add(changes, to: database)
                return try maximumRecords.map { try Self.forget(beyond: $0, after: changes.count, in: database) } ?? 0
            }
        }
        state.withLock { $0.forgotten += count }
    }

    private static func add(_ changes: [ExecutionRecord], to database: Database) throws {
        let numbering = try database.cachedStatement(sql: RecordStatements.numberChanges)
        guard let last = try Int64.fetchOne(numbering, arguments: [changes.count]) else {
            throw DamagedRecord(problem: "the totals are missing")
        }
        let statement = try database.cachedStatement(sql: RecordStatements.save)
        for (number, change) in zip((last - Int64(changes.count) + 1)..., changes) {
            try statement.execute(arguments: change.arguments(number: number))
        }
    }

    /// Forgets the records beyond `maximum`. A file that was filled under a higher maximum shrinks to a lower one over several
    /// saves, so that none of them takes long.
    private static func forget(beyond maximum: Int, after changes: Int, in database: Database) throws -> Int {
        let counting = try database.cachedStatement(sql: RecordStatements.count)
        let excess = try (Int.fetchOne(counting) ?? 0) - maximum
        guard excess > 0 else { return 0 }
        let statement = try database.cachedStatement(sql: RecordStatements.forget)
        try statement.execute(arguments: [min(excess, max(1_000, 2 * changes))])
        return database.changesCount
    }
}

// MARK: - Reading

extension SQLiteExecutionRecords {
    /// The record of a fingerprint, or `nil` if none is stored.
    ///
    /// - Throws: ``SQLiteRecordsError`` or `CancellationError`.
    public func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        let id = ExecutionRecord.ID(step: step, fingerprint: fingerprint)
        return try await records(RecordStatements.find, id.arguments).first
    }

    /// The sums over the records of each step; see `ExecutionRecordStore`.
    ///
    /// - Throws: `RecordQueryError`, ``SQLiteRecordsError`` or `CancellationError`.
    public func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        try RecordQueryError.validate(limit: limit)
        let statistics = try await access { pool in
            try await pool.read { database in
                let sql = step == nil ? RecordStatements.statistics : RecordStatements.statisticsOfStep
                let statement = try database.cachedStatement(sql: sql)
                let arguments: StatementArguments = step.map { [Data($0.utf8)] } ?? []
                return try Array(Row.fetchCursor(statement, arguments: arguments).map(StepRecordStatistics.init))
            }
        }
        return Array(statistics.sorted(by: StepRecordStatistics.mostOfferedFirst).prefix(limit))
    }

    /// The records offered most; see `ExecutionRecordStore`.
    ///
    /// - Throws: `RecordQueryError`, ``SQLiteRecordsError`` or `CancellationError`.
    public func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        try RecordQueryError.validate(limit: limit)
        return try await records(RecordStatements.duplicates, [threshold, limit])
    }

    private func records(_ sql: String, _ arguments: StatementArguments) async throws -> [ExecutionRecord] {
        try await access { pool in
            try await pool.read { database in
                let statement = try database.cachedStatement(sql: sql)
                return try Array(Row.fetchCursor(statement, arguments: arguments).map(ExecutionRecord.init))
            }
        }
    }
}
#endif
