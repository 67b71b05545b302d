#if SQLite
internal import Caching

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The file of a record store, looked at before SQLite opens it.
///
/// SQLite takes a file of no bytes for a new database, and makes files that everybody may read. So what is there is
/// checked here first, and a new file is made for its owner only.
struct RecordFile {
    let path: String

    /// Held while files are looked at and made. Closing any descriptor of a file ends all locks that the process has on
    /// it, so the descriptor of a new file has to be closed before SQLite can open the file elsewhere in this process.
    private static let preparing = Lock(())

    /// The path in a form that SQLite cannot take for a URI or an option such as `:memory:`.
    var sqlitePath: String { path.hasPrefix("/") ? path : "./" + path }

    /// How many bytes the file has; 0 if that cannot be found out.
    var size: Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    /// Makes sure that there is a file that may be a record store: makes an empty one, readable and writable for its owner
    /// only (0600), if there is none.
    func prepare() throws(SQLiteRecordsError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw error(.notAFile, "This is not a path. Give the path of a file, as in \"executions.sqlite\".")
        }
        guard path != ":memory:" else {
            throw error(.notAFile, "Records in memory need no database. Use InMemoryExecutionRecords.")
        }
        try Self.preparing.withLock { (_: inout Void) throws(SQLiteRecordsError) in try checkOrCreate() }
    }

    private func checkOrCreate() throws(SQLiteRecordsError) {
        var information = stat()
        if stat(path, &information) == 0 {
            try check(information)
        } else if errno == ENOENT {
            try create()
        } else {
            throw error(.cannotOpen, "The file cannot be looked at: \(systemMessage). Check the path.")
        }
    }

    private func check(_ information: stat) throws(SQLiteRecordsError) {
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw error(.notAFile, "This is a directory or a device. Give the path of a file.")
        }
        guard access(path, R_OK | W_OK) == 0 else {
            throw error(.readOnly, "The file may not be read and written: \(systemMessage). Give this process access.")
        }
        // The smallest page of a database has 512 bytes. SQLite takes a file of one byte for a new database.
        guard information.st_size == 0 || information.st_size >= 512 else {
            throw error(
                .notADatabase,
                "The file has \(information.st_size) bytes, too few for a database. Give another path.")
        }
        // A new database writes its first page before it has a log. A log without a page is what is left of a database
        // that somebody emptied.
        var log = stat()
        if information.st_size == 0, stat(path + "-wal", &log) == 0, log.st_size > 0 {
            throw error(
                .corrupt,
                "The file is empty, but its write-ahead log is not: it has been cut short. Restore it from a backup, "
                    + "or move it and the files beside it away to begin a new one.")
        }
    }

    private func create() throws(SQLiteRecordsError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            // Another process that made the file a moment ago is welcome.
            throw error(
                .cannotOpen, "The file cannot be made: \(systemMessage). Check that its directory may be written.")
        }
    }

    private var systemMessage: String { String(cString: strerror(errno)) }

    private func error(_ code: SQLiteRecordsError.Code, _ message: String) -> SQLiteRecordsError {
        SQLiteRecordsError(code, path: path, message)
    }
}
#endif
