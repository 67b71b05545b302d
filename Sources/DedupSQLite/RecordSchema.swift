#if SQLite
internal import GRDB

/// The layout of the database, its versions, and the test whether a file is a record store.
///
/// The application id names the program of the file, the user version its layout. Both are in the header of every SQLite
/// file, and `file(1)` shows them.
enum RecordSchema {
    /// "Dedu" in ASCII.
    static let applicationID: Int32 = 0x4465_6475

    /// The layout that this version of the library writes.
    static let version: Int32 = 2

    /// Every step from an empty file to the current layout. A released migration never changes.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 execution records") { database in
            try database.execute(sql: firstLayout)
        }
        migrator.registerMigration("2 order of changes") { database in
            try database.execute(sql: orderOfChanges)
        }
        return migrator
    }

    /// Durations are nanoseconds, times are nanoseconds since 1970. A table without row ids keeps the records of a step
    /// together, as statistics read them; the index keeps the records that were offered most at one end.
    private static let firstLayout = """
        CREATE TABLE execution_record (
            step                TEXT NOT NULL,
            fingerprint         BLOB NOT NULL CHECK (length(fingerprint) = 32),
            executions          INTEGER NOT NULL CHECK (executions >= 0),
            hits                INTEGER NOT NULL CHECK (hits >= 0),
            joins               INTEGER NOT NULL CHECK (joins >= 0),
            failures            INTEGER NOT NULL CHECK (failures >= 0),
            first_execution_ns  INTEGER,
            last_execution_ns   INTEGER,
            total_ns            INTEGER CHECK (total_ns >= 0),
            minimum_ns          INTEGER CHECK (minimum_ns >= 0),
            maximum_ns          INTEGER CHECK (maximum_ns >= 0),
            offered             INTEGER NOT NULL GENERATED ALWAYS AS
                                (min(executions + hits + joins, 9223372036854775807)) VIRTUAL,
            PRIMARY KEY (step, fingerprint)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX execution_record_by_offered ON execution_record (offered DESC, step, fingerprint);
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = 1;
        """

    /// The number of the last change of each record, to find the one that was changed longest ago, and the number of records,
    /// because counting them reads all of them.
    private static let orderOfChanges = """
        ALTER TABLE execution_record ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX execution_record_by_change ON execution_record (changed, step, fingerprint);
        CREATE TABLE record_totals (
            id          INTEGER PRIMARY KEY CHECK (id = 1),
            records     INTEGER NOT NULL CHECK (records >= 0),
            changes     INTEGER NOT NULL CHECK (changes >= 0)
        ) STRICT;
        INSERT INTO record_totals SELECT 1, count(*), 0 FROM execution_record;
        CREATE TRIGGER execution_record_comes AFTER INSERT ON execution_record
        BEGIN UPDATE record_totals SET records = records + 1; END;
        CREATE TRIGGER execution_record_goes AFTER DELETE ON execution_record
        BEGIN UPDATE record_totals SET records = records - 1; END;
        PRAGMA user_version = 2;
        """

    /// The columns of each layout.
    private static func columns(of version: Int32) -> [String] {
        let first = [
            "step", "fingerprint", "executions", "hits", "joins", "failures", "first_execution_ns",
            "last_execution_ns", "total_ns", "minimum_ns", "maximum_ns", "offered",
        ]
        return version < 2 ? first : first + ["changed"]
    }
}

// MARK: - Inspection

extension RecordSchema {
    /// Accepts a new database and a record store, without changing either.
    ///
    /// - Throws: ``SQLiteRecordsError`` for a file of another program or a later version, or a damaged one.
    static func inspect(_ database: Database, path: String, checksIntegrity: Bool) throws {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let found = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application == 0 && found == 0, try isEmpty(database) { return }
        guard application == applicationID else {
            throw SQLiteRecordsError(
                .foreignDatabase, path: path,
                "This is a database of another program. It was left as it is; give the path of another file.")
        }
        guard found <= version else {
            throw SQLiteRecordsError(
                .newerSchema, path: path,
                "The file has layout \(found), this version of the library knows layouts up to \(version). It was left "
                    + "as it is; update the program, or give the path of another file.")
        }
        if checksIntegrity { try checkIntegrity(database, path: path) }
        try checkColumns(database, version: found, path: path)
    }

    /// Whether the database has no tables, or only the one in which GRDB lists migrations: another process may be about to
    /// make the first layout.
    private static func isEmpty(_ database: Database) throws -> Bool {
        try Int.fetchOne(
            database, sql: "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'") == 0
    }

    private static func checkIntegrity(_ database: Database, path: String) throws {
        let problem = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
        guard problem == "ok" else {
            throw SQLiteRecordsError(
                .corrupt, path: path,
                "The database is damaged (\(problem ?? "no answer")). Restore it from a backup, or move it away to begin "
                    + "a new one.")
        }
    }

    private static func checkColumns(_ database: Database, version: Int32, path: String) throws {
        let found = try String.fetchAll(
            database, sql: "SELECT name FROM pragma_table_xinfo('execution_record') ORDER BY cid")
        guard found == columns(of: version) else {
            throw SQLiteRecordsError(
                .foreignDatabase, path: path,
                "The table execution_record does not have the columns of layout \(version). It was changed; restore "
                    + "the file from a backup, or give the path of another one.")
        }
    }
}
#endif
