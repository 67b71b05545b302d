#if SQLite
internal import GRDB

/// Why ``SQLiteExecutionRecords`` refused a file or could not do what it was asked to.
///
/// The message never contains stored data.
public struct SQLiteRecordsError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failures.
    public enum Code: String, CaseIterable, Sendable {
        /// A setting makes no sense; the message names it.
        case invalidConfiguration
        /// The path leads to a directory or a device, or is no path at all.
        case notAFile
        /// The file is no SQLite database.
        case notADatabase
        /// The file is a database of another program.
        case foreignDatabase
        /// The file was written by a later version of this library.
        case newerSchema
        /// The file is damaged or cut short.
        case corrupt
        /// The file or its directory may not be written.
        case readOnly
        /// The file cannot be opened or made.
        case cannotOpen
        /// Another connection kept the file locked for longer than the busy timeout. Try again.
        case busy
        /// The disk or the file's maximum size is full. Nothing was changed; make room and try again.
        case full
        /// The system failed to read or write. Nothing was changed.
        case inputOutput
        /// The store has been closed.
        case closed
        /// SQLite refused for another reason.
        case other
    }

    /// The kind of failure.
    public let code: Code

    /// The file.
    public let path: String

    /// What happened and what to do about it.
    public let message: String

    /// SQLite's own extended result code, where SQLite has failed.
    public let sqliteCode: Int32?

    /// The message after the path.
    public var description: String { "\(path): \(message)" }

    /// Whether the same call may succeed later without anybody's doing.
    public var isTransient: Bool { code == .busy }

    init(_ code: Code, path: String, _ message: String, sqliteCode: Int32? = nil) {
        self.code = code
        self.path = path
        self.message = message
        self.sqliteCode = sqliteCode
    }
}

extension SQLiteRecordsError {
    /// Translates SQLite's result code.
    init(_ error: DatabaseError, path: String) {
        let (code, message) = Self.meaning(of: error.resultCode)
        // The statement and its arguments stay out of the message: they are other people's data.
        let detail = error.message.map { " SQLite says: \($0)." } ?? ""
        self.init(code, path: path, message + detail, sqliteCode: error.extendedResultCode.rawValue)
    }

    private static func meaning(of resultCode: ResultCode) -> (Code, String) {
        switch resultCode {
        case .SQLITE_NOTADB:
            (.notADatabase, "The file is not an SQLite database. Give another path, or move the file away.")
        case .SQLITE_CORRUPT:
            (.corrupt, "The database is damaged. Restore it from a backup, or move it away to begin a new one.")
        case .SQLITE_READONLY, .SQLITE_PERM:
            (.readOnly, "The database may not be written. Give this process write access to it and its directory.")
        case .SQLITE_CANTOPEN:
            (.cannotOpen, "The database cannot be opened. Check that its directory exists and may be written.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            (.busy, "Another connection keeps the database locked. Try again, or raise busyTimeout.")
        case .SQLITE_FULL:
            (.full, "There is no room left. Free some on the disk, or raise maximumFileSize.")
        case .SQLITE_IOERR:
            (.inputOutput, "The system failed to read or write the database. Check the disk.")
        case .SQLITE_MISUSE:
            (.closed, "The record store has been closed. Open it anew.")
        default:
            (.other, "SQLite refused.")
        }
    }

    /// Runs `body` and translates what SQLite throws.
    static func translating<Result>(path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw SQLiteRecordsError(error, path: path)
        }
    }

    /// Runs `body` and translates what SQLite throws.
    static func translating<Result: Sendable>(
        path: String, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw SQLiteRecordsError(error, path: path)
        }
    }
}
#endif
