#if SQLite
/// The settings of ``SQLiteExecutionRecords``.
public struct SQLiteRecordsConfiguration: Hashable, Sendable {
    /// How long a call waits while another connection or process holds the file's write lock, before it fails with
    /// ``SQLiteRecordsError/Code/busy``. With zero it fails at once, also when two stores open a new file at the same time;
    /// a day is the most. Default 5 seconds.
    public var busyTimeout: Duration

    /// The highest number of queries that read at the same time, while at most one transaction writes. Default 4.
    public var maximumReaders: Int

    /// The highest size of the database file in bytes, rounded down to whole pages, without the write-ahead log beside it.
    /// A save that needs more fails with ``SQLiteRecordsError/Code/full`` and changes nothing. A file that is already larger
    /// does not grow. Default `nil`: no limit.
    public var maximumFileSize: Int?

    /// The highest number of records. When a save adds more, the records that were changed longest ago are forgotten and
    /// counted in ``SQLiteExecutionRecords/forgottenRecords``. Default 1,000,000, which is about 300 MB; `nil` is no limit.
    public var maximumRecords: Int?

    /// Whether opening reads the whole file and refuses it if it is damaged. Default ``IntegrityCheck/standard``.
    public var integrityCheck: IntegrityCheck

    /// Whether a batch that was saved survives a power failure. Default ``Durability/standard``.
    public var durability: Durability

    /// Makes a configuration; every setting has a default.
    public init(
        busyTimeout: Duration = .seconds(5),
        maximumReaders: Int = 4,
        maximumFileSize: Int? = nil,
        maximumRecords: Int? = 1_000_000,
        integrityCheck: IntegrityCheck = .standard,
        durability: Durability = .standard
    ) {
        self.busyTimeout = busyTimeout
        self.maximumReaders = maximumReaders
        self.maximumFileSize = maximumFileSize
        self.maximumRecords = maximumRecords
        self.integrityCheck = integrityCheck
        self.durability = durability
    }

    /// The first fault of the configuration, beginning with the field, or `nil`.
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
    /// How much a saved batch survives. In both cases a batch is in the file wholly or not at all, and nothing is damaged.
    public enum Durability: String, CaseIterable, Hashable, Sendable {
        /// A saved batch survives a crash or the end of the program. After a power failure or a crash of the system the last
        /// batches may be missing. (Write-ahead log, `synchronous = NORMAL`.)
        case standard
        /// A saved batch survives a power failure too, provided that the disk keeps its promises: each save waits until the
        /// disk has it, which takes milliseconds. Choose it with `RecordStoreFailurePolicy.failClosed`, if a side effect must
        /// not be without its record. (Write-ahead log, `synchronous = FULL`, on Apple systems also `fullfsync`.)
        case full
    }

    /// Whether opening checks the whole file for damage (`PRAGMA quick_check`), which takes about the time to read it.
    ///
    /// Damage that opening has not found is found when its page is read: the call fails with
    /// ``SQLiteRecordsError/Code/corrupt``, and nothing is taken for an empty store.
    public enum IntegrityCheck: Hashable, Sendable {
        /// Every time: a start takes longer as the file grows.
        case always
        /// If the file has no more than so many bytes.
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
