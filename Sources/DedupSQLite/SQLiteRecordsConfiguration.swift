#if SQLite
/// How ``SQLiteExecutionRecords`` uses its file.
public struct SQLiteRecordsConfiguration: Hashable, Sendable {
    /// How long a call waits for another connection or process that holds the file's write lock, before it fails with
    /// ``SQLiteRecordsError/Code/busy``. Zero fails at once, also when two open a new file at the same time; a day is the
    /// most. Default 5 seconds.
    public var busyTimeout: Duration

    /// The highest number of queries that read at the same time, while at most one transaction writes. Default 4.
    public var maximumReaders: Int

    /// The highest size of the database file in bytes, rounded down to whole pages; the write-ahead log beside it comes on
    /// top. A save that needs more fails with ``SQLiteRecordsError/Code/full`` and changes nothing. A file that is larger
    /// already does not grow. Default `nil`: no limit.
    public var maximumFileSize: Int?

    /// The highest number of records. When a save brings more, those that were changed longest ago are forgotten and
    /// counted in ``SQLiteExecutionRecords/forgottenRecords``. Default 1,000,000, which is about 300 MB; `nil` is no limit.
    public var maximumRecords: Int?

    /// Whether opening reads the whole file and refuses it if it is damaged. Default ``IntegrityCheck/standard``.
    public var integrityCheck: IntegrityCheck

    /// Makes a configuration; every setting has a default.
    public init(
        busyTimeout: Duration = .seconds(5),
        maximumReaders: Int = 4,
        maximumFileSize: Int? = nil,
        maximumRecords: Int? = 1_000_000,
        integrityCheck: IntegrityCheck = .standard
    ) {
        self.busyTimeout = busyTimeout
        self.maximumReaders = maximumReaders
        self.maximumFileSize = maximumFileSize
        self.maximumRecords = maximumRecords
        self.integrityCheck = integrityCheck
    }

    /// What is wrong with the configuration, field first, or `nil`.
    var problem: String? {
        if busyTimeout < .zero { return "busyTimeout is \(busyTimeout); it must be zero or longer." }
        if busyTimeout > .seconds(86_400) { return "busyTimeout is \(busyTimeout); it must be a day or shorter." }
        if maximumReaders < 1 { return "maximumReaders is \(maximumReaders); it must be at least 1." }
        if let maximumFileSize, maximumFileSize < 65_536 {
            return "maximumFileSize is \(maximumFileSize) bytes; it must be at least 65,536."
        }
        if let maximumRecords, maximumRecords < 1 {
            return "maximumRecords is \(maximumRecords); it must be at least 1, or nil for no limit."
        }
        if case .upTo(let bytes) = integrityCheck, bytes < 0 {
            return "integrityCheck is up to \(bytes) bytes; it must be 0 or more."
        }
        return nil
    }
}

extension SQLiteRecordsConfiguration {
    /// Whether opening looks for damage in the whole file (`PRAGMA quick_check`), which takes about the time to read it.
    ///
    /// Damage that opening has not looked for is found when it is met: the call fails with
    /// ``SQLiteRecordsError/Code/corrupt``, and nothing is taken for an empty store.
    public enum IntegrityCheck: Hashable, Sendable {
        /// Every time: a start takes longer as the file grows.
        case always
        /// While the file has no more than so many bytes.
        case upTo(bytes: Int)
        /// Never: a start takes the same time for every file.
        case never

        /// Up to 64 MiB: a start is delayed by a fraction of a second at most.
        public static let standard = IntegrityCheck.upTo(bytes: 64 << 20)

        func includesFile(ofSize bytes: Int) -> Bool {
            switch self {
            case .always: true
            case .upTo(let limit): bytes <= limit
            case .never: false
            }
        }
    }
}
#endif
