/// How ``SQLiteExecutionRecords`` uses its file.
public struct SQLiteRecordsConfiguration: Hashable, Sendable {
    /// How long a call waits for another connection or process that holds the file's write lock, before it fails with
    /// ``SQLiteRecordsError/Code/busy``. Zero fails at once, also when two open a new file at the same time. Default 5
    /// seconds.
    public var busyTimeout: Duration

    /// The highest number of queries that read at the same time, while at most one transaction writes. Default 4.
    public var maximumReaders: Int

    /// The highest size of the database file in bytes, rounded down to whole pages; the write-ahead log beside it comes on
    /// top. A save that needs more fails with ``SQLiteRecordsError/Code/full`` and changes nothing. A file that is larger
    /// already does not grow. Default `nil`: no limit.
    public var maximumFileSize: Int?

    /// Whether opening reads the whole file and refuses it if it is damaged. Costs about the time to read the file once.
    /// Default `true`.
    public var checksIntegrity: Bool

    /// Makes a configuration; every setting has a default.
    public init(
        busyTimeout: Duration = .seconds(5),
        maximumReaders: Int = 4,
        maximumFileSize: Int? = nil,
        checksIntegrity: Bool = true
    ) {
        self.busyTimeout = busyTimeout
        self.maximumReaders = maximumReaders
        self.maximumFileSize = maximumFileSize
        self.checksIntegrity = checksIntegrity
    }

    /// What is wrong with the configuration, field first, or `nil`.
    var problem: String? {
        if busyTimeout < .zero { return "busyTimeout is \(busyTimeout); it must be zero or longer." }
        if maximumReaders < 1 { return "maximumReaders is \(maximumReaders); it must be at least 1." }
        if let maximumFileSize, maximumFileSize < 65_536 {
            return "maximumFileSize is \(maximumFileSize) bytes; it must be at least 65,536."
        }
        return nil
    }
}
