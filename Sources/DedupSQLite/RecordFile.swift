#if SQLite
internal import Caching

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The file of a record store, checked or made before SQLite opens it.
///
/// SQLite takes a file of no bytes for a new database, and makes files that all users may read. So an existing file is
/// checked here first, and a new one is made for its owner only (mode 0600).
struct RecordFile: Sendable {
    /// Which file a path leads to, as the file system tells files apart.
    struct Identity: Equatable, Sendable {
        private let device: UInt64
        private let number: UInt64

        fileprivate init(_ information: stat) {
            device = UInt64(truncatingIfNeeded: information.st_dev)
            number = UInt64(truncatingIfNeeded: information.st_ino)
        }
    }

    /// The path as it was given, for messages.
    let path: String

    /// The absolute path without symbolic links. It means the same file when the working directory changes or a link is
    /// pointed elsewhere, and SQLite cannot take it for a URI or for an option such as `:memory:`.
    let realPath: String

    /// Held while files are checked and made. Closing any descriptor of a file ends all locks that the process has on it,
    /// so the descriptor of a new file has to be closed before SQLite can open the file elsewhere in this process.
    private static let preparing = Lock(())

    /// Makes sure that there is a file that may be a record store: makes an empty one if there is none, also where a symbolic
    /// link leads to.
    init(preparing path: String) throws(SQLiteRecordsError) {
        self.path = path
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SQLiteRecordsError(
                .notAFile, path: path, "This is not a path. Give the path of a file, as in \"executions.sqlite\".")
        }
        guard path != ":memory:" else {
            throw SQLiteRecordsError(
                .notAFile, path: path, "Records in memory need no database. Use InMemoryExecutionRecords.")
        }
        realPath = try Self.preparing.withLock { (_: inout Void) throws(SQLiteRecordsError) in
            try Self.checkedOrCreated(path)
        }
    }

    /// How many bytes the file has; 0 if that cannot be found out.
    var size: Int {
        var information = stat()
        return stat(realPath, &information) == 0 ? Int(information.st_size) : 0
    }

    /// The file that the path leads to now; nil if there is none.
    var identity: Identity? {
        var information = stat()
        return stat(realPath, &information) == 0 ? Identity(information) : nil
    }

    /// Throws if the path leads to another file than `opened`, or to none.
    ///
    /// SQLite goes on with the file that it has open, although that has another name or none, and its records would not be
    /// found again.
    func checkIsStill(_ opened: Identity) throws(SQLiteRecordsError) {
        guard identity != opened else { return }
        throw SQLiteRecordsError(
            .replaced, path: path,
            "The file was removed, or another was put in its place, while the store was open. Nothing was changed; open "
                + "the store anew, and replace its file, with those beside it, only while it is closed.")
    }
}

// MARK: - Checking and making

extension RecordFile {
    /// Checks the file, or makes one, and returns its real path.
    private static func checkedOrCreated(_ path: String) throws(SQLiteRecordsError) -> String {
        var information = stat()
        var isNew = false
        if stat(path, &information) == 0 {
            try check(path, information)
        } else if errno == ENOENT {
            isNew = try create(path)
            information.st_size = 0
        } else {
            throw systemError(.cannotOpen, path, "The file cannot be found", "Check the path.")
        }
        guard let pointer = realpath(path, nil) else {
            throw systemError(.cannotOpen, path, "The file was removed while it was opened", "Try again.")
        }
        defer { free(pointer) }
        let realPath = String(cString: pointer)
        if information.st_size == 0, hasLog(realPath) {
            if isNew { unlink(realPath) }
            throw SQLiteRecordsError(
                .corrupt, path: path,
                "The file is empty or missing, but its write-ahead log is not: it has been cut short or removed. Restore "
                    + "it from a backup, or move it and the files beside it away to begin a new one.")
        }
        return realPath
    }

    /// Whether records lie in the log beside the file. A new database writes its first page before it has a log, so a log
    /// without a page is the rest of a database that was emptied or removed, and SQLite would delete it.
    private static func hasLog(_ realPath: String) -> Bool {
        var log = stat()
        return stat(realPath + "-wal", &log) == 0 && log.st_size > 0
    }

    private static func check(_ path: String, _ information: stat) throws(SQLiteRecordsError) {
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw SQLiteRecordsError(
                .notAFile, path: path, "This is a directory or a device. Give the path of a file.")
        }
        guard access(path, R_OK | W_OK) == 0 else {
            throw systemError(.readOnly, path, "The file may not be read and written", "Give this process access.")
        }
        // The smallest page of a database has 512 bytes. SQLite takes a file of one byte for a new database.
        guard information.st_size == 0 || information.st_size >= 512 else {
            throw SQLiteRecordsError(
                .notADatabase, path: path,
                "The file has \(information.st_size) bytes, too few for a database. Give another path.")
        }
    }

    /// Makes an empty file; returns false if there was one after all.
    private static func create(_ path: String) throws(SQLiteRecordsError) -> Bool {
        if makeFile(path, O_EXCL) { return true }
        guard errno == EEXIST else { throw cannotMake(path) }
        var information = stat()
        // Another process has made the file in the meantime.
        if stat(path, &information) == 0 { return false }
        // There is a symbolic link that leads to no file. Without O_EXCL the file is made where the link leads to, for its
        // owner only all the same; SQLite would make it for all users.
        guard makeFile(path, 0) else { throw cannotMake(path) }
        return true
    }

    private static func makeFile(_ path: String, _ flags: Int32) -> Bool {
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | flags, 0o600)
        if descriptor < 0 { return false }
        close(descriptor)
        return true
    }

    private static func cannotMake(_ path: String) -> SQLiteRecordsError {
        systemError(.cannotOpen, path, "The file cannot be made", "Check that its directory exists and may be written.")
    }

    /// An error with the system's reason between the two sentences.
    private static func systemError(
        _ code: SQLiteRecordsError.Code, _ path: String, _ problem: String, _ remedy: String
    ) -> SQLiteRecordsError {
        SQLiteRecordsError(code, path: path, "\(problem): \(String(cString: strerror(errno))). \(remedy)")
    }
}
#endif
