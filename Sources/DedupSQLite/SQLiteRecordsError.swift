#if SQLite
internal import Caching
internal import GRDB

/// Why ``SQLiteExecutionRecords`` refused a file or could not do its work.
///
/// The message never contains stored data.
public struct SQLiteRecordsError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failures. Later versions may add some, so a `switch` over codes needs a `default`.
    public struct Code: RawRepresentable, CaseIterable, Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, CaseIterable {
            case invalidConfiguration, notAFile, notADatabase, foreignDatabase, newerSchema, corrupt, readOnly
            case cannotOpen, replaced, busy, full, inputOutput, closed, other
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// A setting makes no sense; the message names it.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The path leads to a directory or a device, or is no path at all.
        public static let notAFile = Code(.notAFile)
        /// The file is no SQLite database.
        public static let notADatabase = Code(.notADatabase)
        /// The file is a database of another program.
        public static let foreignDatabase = Code(.foreignDatabase)
        /// The file was written by a later version of this library.
        public static let newerSchema = Code(.newerSchema)
        /// The file is damaged or cut short.
        public static let corrupt = Code(.corrupt)
        /// The file or its directory may not be written.
        public static let readOnly = Code(.readOnly)
        /// The file cannot be opened or made.
        public static let cannotOpen = Code(.cannotOpen)
        /// The file was removed or replaced while the store was open. Open the store anew.
        public static let replaced = Code(.replaced)
        /// Another connection kept the file locked for longer than the busy timeout. Try again.
        public static let busy = Code(.busy)
        /// The disk is full, or the file has its maximum size. Nothing was changed; make room and try again.
        public static let full = Code(.full)
        /// The system failed to read or write. Nothing was changed.
        public static let inputOutput = Code(.inputOutput)
        /// The store has been closed.
        public static let closed = Code(.closed)
        /// SQLite refused for another reason.
        public static let other = Code(.other)

        /// All codes of this version.
        public static var allCases: [Code] { Kind.allCases.map(Code.init) }

        /// The code with this name, or nil if this version has none.
        public init?(rawValue: String) {
            guard let kind = Kind(rawValue: rawValue) else { return nil }
            self.kind = kind
        }

        /// The name of the code, the same in every version.
        public var rawValue: String { kind.rawValue }

        /// The name of the code.
        public var description: String { rawValue }
    }

    /// The kind of failure.
    public let code: Code

    /// The file.
    public let path: String

    /// What happened and how to mend it.
    public let message: String

    /// SQLite's own extended result code, if SQLite has failed.
    public let sqliteCode: Int32?

    /// The message after the path.
    public var description: String { "\(path): \(message)" }

    /// Whether the same call may succeed later although nothing is mended.
    public var isTransient: Bool { code == .busy }

    init(_ code: Code, path: String, _ message: String, sqliteCode: Int32? = nil) {
        self.code = code
        self.path = path
        self.message = message
        self.sqliteCode = sqliteCode
    }
}

// MARK: - Translating

/// A row that no version of the library has written.
struct DamagedRecord: Error {
    /// Where the damage is, for the error's message.
    let problem: String
}

extension SQLiteRecordsError: LibraryError {}

extension SQLiteRecordsError {
    /// The error of a call of a store that has been closed.
    static func closed(path: String) -> SQLiteRecordsError {
        SQLiteRecordsError(.closed, path: path, "The record store has been closed. Open it anew.")
    }

    /// Translates SQLite's result code.
    init(_ error: DatabaseError, path: String) {
        let (code, message) = Self.meaning(of: error)
        // The statement and its arguments stay out of the message, because they may hold stored data.
        self.init(code, path: path, message + Self.detail(of: error), sqliteCode: error.extendedResultCode.rawValue)
    }

    /// SQLite's text, where it tells something. It is "out of memory" for a connection that is closed, and may be "not an
    /// error" for one that has not failed last.
    private static func detail(of error: DatabaseError) -> String {
        guard let text = error.message, error.resultCode != .SQLITE_MISUSE, text != "not an error",
            text != "out of memory"
        else { return "" }
        return " SQLite says: \(text)."
    }

    private static func meaning(of error: DatabaseError) -> (Code, String) {
        switch error.resultCode {
        case .SQLITE_NOTADB:
            (.notADatabase, "The file is not an SQLite database. Give another path, or move the file away.")
        case .SQLITE_CORRUPT:
            (.corrupt, "The database is damaged. Restore it from a backup, or move it away to begin a new one.")
        case .SQLITE_READONLY, .SQLITE_PERM:
            (.readOnly, "The database may not be written. Give this process write access to it and its directory.")
        case .SQLITE_CANTOPEN:
            (.cannotOpen, "The database cannot be opened. Check that its directory exists and may be written.")
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            (.busy, "Another connection keeps the database locked. Try again, or raise busyTimeout.")
        case .SQLITE_FULL:
            (.full, "There is no room left. Free some on the disk, or raise maximumFileSize.")
        case .SQLITE_IOERR:
            (.inputOutput, "The system failed to read or write the database. Check the disk.")
        case .SQLITE_NOMEM:
            (.other, "The system has too little memory left for SQLite. Nothing was changed; free some and try again.")
        case .SQLITE_MISUSE:
            (.closed, "The record store has been closed. Open it anew.")
        default:
            (.other, "SQLite refused.")
        }
    }

    /// The error to throw in place of one of SQLite's; other errors stay as they are.
    static func translated(_ error: any Error, path: String) -> any Error {
        switch error {
        case let error as DatabaseError: SQLiteRecordsError(error, path: path)
        case let error as DamagedRecord:
            SQLiteRecordsError(
                .corrupt, path: path,
                "The database is damaged: \(error.problem). Restore it from a backup, or move it away to begin a new one."
            )
        default: error
        }
    }
}
#endif
