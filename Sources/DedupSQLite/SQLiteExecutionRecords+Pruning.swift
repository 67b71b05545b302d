#if SQLite
public import Dedup
internal import Foundation
internal import GRDB

extension SQLiteExecutionRecords {
    /// Forgets every record whose last execution began before `time`, and every record without an execution.
    ///
    /// Works in transactions of at most 500 records, so that other writes get their turn. Reads every record once.
    ///
    /// - Returns: How many records were forgotten. They do not count in ``forgottenRecords``.
    /// - Throws: ``SQLiteRecordsError`` or `CancellationError`; records that were forgotten by then stay forgotten.
    @discardableResult
    public func prune(lastExecutionBefore time: WallTime) async throws -> Int {
        var pruned = 0
        var last = StatementArguments([Data(), Data()])
        while true {
            try Task.checkCancellation()
            let batch = try await outdated(before: time, after: last)
            guard let end = batch.last else { return pruned }
            pruned += try await delete(batch, outdatedBefore: time)
            last = end
        }
    }

    private static let pruningBatch = 500

    /// The keys of the next outdated records behind a key.
    private func outdated(before time: WallTime, after last: StatementArguments) async throws -> [StatementArguments] {
        try await access { pool in
            try await pool.read { database in
                let statement = try database.cachedStatement(sql: RecordStatements.outdated)
                let arguments = last + [time.nanosecondsSinceEpoch, Self.pruningBatch]
                return try Row.fetchAll(statement, arguments: arguments).map { [$0[0] as Data, $0[1] as Data] }
            }
        }
    }

    private func delete(_ keys: [StatementArguments], outdatedBefore time: WallTime) async throws -> Int {
        try await access { pool in
            try await pool.write { database in
                let statement = try database.cachedStatement(sql: RecordStatements.prune)
                return try keys.reduce(0) { count, key in
                    try statement.execute(arguments: key + [time.nanosecondsSinceEpoch])
                    return count + database.changesCount
                }
            }
        }
    }
}
#endif
