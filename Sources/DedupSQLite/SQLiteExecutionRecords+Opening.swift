#if SQLite
internal import GRDB

extension SQLiteExecutionRecords {
    /// Checks the file through a connection of its own, because a pool would change the journal mode of any database that it
    /// opens. That connection stays until the pool is open: the last connection to close a file locks out others that open
    /// it.
    static func open(
        _ file: RecordFile, _ configuration: SQLiteRecordsConfiguration, pause: (Duration) -> Void
    ) throws -> DatabasePool {
        let connections = connectionConfiguration(configuration)
        let inspector = try DatabaseQueue(path: file.realPath, configuration: connections)
        let checksIntegrity = configuration.integrityCheck.includesFile(ofSize: file.size)
        try inspector.read { database in
            try RecordSchema.inspect(database, path: file.path, checksIntegrity: checksIntegrity)
        }
        try enterWriteAheadMode(inspector, within: configuration.busyTimeout, pause: pause)
        let pool = try DatabasePool(path: file.realPath, configuration: connections)
        if configuration.durability == .full {
            // Not when a connection is prepared, because the pool sets NORMAL after that. It never changes it again.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON") }
        }
        try migrate(pool)
        try inspector.close()
        return pool
    }

    /// Switches a new file to write-ahead mode.
    ///
    /// SQLite takes a read lock for that and then needs the write lock too. It does not wait for the second while it holds
    /// the first, because two connections that do so would wait for each other; it fails at once, and its busy timeout has no
    /// effect. So the waiting is done here, without a lock.
    private static func enterWriteAheadMode(
        _ database: DatabaseQueue, within timeout: Duration, pause: (Duration) -> Void
    ) throws {
        let start = ContinuousClock.now
        var next = Duration.milliseconds(1)
        while true {
            do {
                return try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                let left = timeout - start.duration(to: .now)
                if left <= .zero { throw error }
                pause(min(next, left))
                next = min(next * 2, .milliseconds(50))
            }
        }
    }

    /// Brings the file to the current layout. Two stores that open a file at the same time both try; the second fails because
    /// the table exists already, and goes on from there. So there are no more failures than migrations.
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
