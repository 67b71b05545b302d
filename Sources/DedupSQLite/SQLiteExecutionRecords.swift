#if SQLite
internal import Caching
public import Dedup
internal import Foundation
internal import GRDB

/// Execution records in an SQLite file: the embedded default.
///
///     let records = try SQLiteExecutionRecords(path: "executions.sqlite")
///
/// The file is written in write-ahead mode: readers and the writer do not wait for each other, and several connections,
/// also of several processes on one machine, may share the file; their changes add up. A batch is one transaction. After a
/// crash of the program nothing that was saved is lost; after a power failure the last batches may be, but a batch is
/// there wholly or not at all.
///
/// Opening a file that exists checks it first and changes nothing unless it is a record store: a directory, a damaged file,
/// a database of another program or of a later version is refused with a ``SQLiteRecordsError`` that says what to do. A file
/// of no bytes holds no records and is taken for a new one, unless a write-ahead log lies beside it. A new file can be read
/// and written by its owner only (mode 0600); one that exists keeps its mode.
///
/// The file holds a bounded number of records, a million by default: when one more comes, the record that was changed
/// longest ago is forgotten and counted in ``forgottenRecords``. ``prune(lastExecutionBefore:)`` forgets by age. The room of
/// what was forgotten is used again; the file does not shrink.
///
/// The file needs SQLite 3.37 or later. It should be on a local disk: network file systems do not keep SQLite's locks.
public final class SQLiteExecutionRecords: ExecutionRecordStore {
    /// The path that the store was opened with.
    public let path: String

    let pool: DatabasePool
    private let maximumRecords: Int?
    private let forgotten = Lock(0)

    /// Opens the record store at `path`, or makes a new one. Reads the file on the calling thread.
    ///
    /// - Throws: ``SQLiteRecordsError``.
    public init(path: String, configuration: SQLiteRecordsConfiguration = .init()) throws {
        if let problem = configuration.problem {
            throw SQLiteRecordsError(.invalidConfiguration, path: path, problem)
        }
        self.path = path
        maximumRecords = configuration.maximumRecords
        let file = RecordFile(path: path)
        try file.prepare()
        pool = try SQLiteRecordsError.translating(path: path) { try Self.open(file, configuration) }
    }

    /// How many records this store, not others that share its file, has forgotten for want of room.
    public var forgottenRecords: Int { forgotten.withLock { $0 } }

    /// Adds the changes in one transaction.
    ///
    /// - Throws: ``SQLiteRecordsError``, after which nothing of the batch is stored, or `CancellationError`.
    public func save(_ changes: [ExecutionRecord]) async throws {
        if changes.isEmpty { return }
        let count = try await SQLiteRecordsError.translating(path: path) {
            try await pool.write { [maximumRecords] database in
                try Self.add(changes, to: database)
                return try maximumRecords.map { try Self.forget(beyond: $0, after: changes.count, in: database) } ?? 0
            }
        }
        forgotten.withLock { $0 += count }
    }

    private static func add(_ changes: [ExecutionRecord], to database: Database) throws {
        let numbering = try database.cachedStatement(sql: RecordStatements.numberChanges)
        guard let last = try Int64.fetchOne(numbering, arguments: [changes.count]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the totals are missing")
        }
        let statement = try database.cachedStatement(sql: RecordStatements.save)
        for (number, change) in zip((last - Int64(changes.count) + 1)..., changes) {
            try statement.execute(arguments: change.arguments(number: number))
        }
    }

    /// Forgets what is beyond `maximum`. A file that was filled under a higher one comes down over several saves, so that
    /// none of them takes long.
    private static func forget(beyond maximum: Int, after changes: Int, in database: Database) throws -> Int {
        let counting = try database.cachedStatement(sql: RecordStatements.count)
        let excess = try (Int.fetchOne(counting) ?? 0) - maximum
        guard excess > 0 else { return 0 }
        let statement = try database.cachedStatement(sql: RecordStatements.forget)
        try statement.execute(arguments: [min(excess, max(1_000, 2 * changes))])
        return database.changesCount
    }

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
        let statistics = try await SQLiteRecordsError.translating(path: path) {
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

    /// Closes the file, after what is going on has ended. Later calls throw ``SQLiteRecordsError/Code/closed``.
    ///
    /// - Throws: ``SQLiteRecordsError`` if the file cannot be closed.
    public func close() throws {
        try SQLiteRecordsError.translating(path: path) { try pool.close() }
    }

    private func records(_ sql: String, _ arguments: StatementArguments) async throws -> [ExecutionRecord] {
        try await SQLiteRecordsError.translating(path: path) {
            try await pool.read { database in
                let statement = try database.cachedStatement(sql: sql)
                return try Array(Row.fetchCursor(statement, arguments: arguments).map(ExecutionRecord.init))
            }
        }
    }
}
#endif
