#if SQLite
internal import Foundation
internal import GRDB

extension SQLiteExecutionRecords {
    /// Checks the file through a connection of its own, because a pool would change the mode of whatever it opens. That
    /// connection stays until the pool is there: the last one to close a file locks out those that open it.
    static func open(_ file: RecordFile, _ configuration: SQLiteRecordsConfiguration) throws -> DatabasePool {
        let connections = connectionConfiguration(configuration)
        let inspector = try DatabaseQueue(path: file.sqlitePath, configuration: connections)
        let checksIntegrity = configuration.integrityCheck.includesFile(ofSize: file.size)
        try inspector.read { database in
            try RecordSchema.inspect(database, path: file.path, checksIntegrity: checksIntegrity)
        }
        try enterWriteAheadMode(inspector, within: configuration.busyTimeout)
        let pool = try DatabasePool(path: file.sqlitePath, configuration: connections)
        try migrate(pool)
        try inspector.close()
        return pool
    }

    /// Switches a new file to write-ahead mode.
    ///
    /// SQLite takes a read lock for that and then wants the write lock too. While it has the one it does not wait for the
    /// other, because two of its kind would wait for each other, and so it fails at once, whatever its busy timeout. The
    /// waiting is done here, with no lock in hand.
    private static func enterWriteAheadMode(_ database: DatabaseQueue, within timeout: Duration) throws {
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(1)
        while true {
            do {
                return try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                let left = timeout - start.duration(to: .now)
                if left <= .zero { throw error }
                Thread.sleep(forTimeInterval: min(pause, left) / .seconds(1))
                pause = min(pause * 2, .milliseconds(50))
            }
        }
    }

    /// Brings the file to the current layout. Two that open a file at the same time both try; whoever comes second fails at
    /// what the first has just made, and goes on from there. So there are no more failures than migrations.
    private static func migrate(_ pool: DatabasePool) throws {
        let migrator = RecordSchema.migrator
        for _ in migrator.migrations {
            do {
                return try migrator.migrate(pool)
            } catch {
                if try pool.read(migrator.hasCompletedMigrations) { return }
            }
        }
        try migrator.migrate(pool)
    }

    private static func connectionConfiguration(_ configuration: SQLiteRecordsConfiguration) -> Configuration {
        var connections = Configuration()
        connections.label = "DedupSQLite"
        connections.foreignKeysEnabled = false
        connections.maximumReaderCount = configuration.maximumReaders
        connections.busyMode = .timeout(configuration.busyTimeout / .seconds(1))
        if let size = configuration.maximumFileSize {
            connections.prepareDatabase { database in
                let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                try database.execute(sql: "PRAGMA max_page_count = \(max(1, size / pageSize))")
            }
        }
        return connections
    }
}
#endif
