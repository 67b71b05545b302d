/// How a ``RecordWriter`` batches.
public struct RecordWriterConfiguration: Hashable, Sendable {
    /// The highest number of records in one transaction, and the number of changed fingerprints that starts a write
    /// without waiting for the interval. Default 512.
    public var batchSize: Int

    /// The highest number of changed fingerprints that wait to be written, those that are being written included. A
    /// change of one more fingerprint is dropped and counted; a change of one that waits already is added to it and
    /// takes no room. Default 65,536, which is about 12 MB when it is full.
    public var pendingLimit: Int

    /// How long ``RecordWriter/run()`` waits between writes, and how long the writer leaves a failing store in peace
    /// before it tries again by itself. Default 1 second.
    public var interval: Duration

    /// How long the last write may take once ``RecordWriter/run()`` is cancelled, before it is given up. Default 10
    /// seconds.
    public var finalFlushLimit: Duration

    /// Makes a configuration; every setting has a default.
    public init(
        batchSize: Int = 512,
        pendingLimit: Int = 65_536,
        interval: Duration = .seconds(1),
        finalFlushLimit: Duration = .seconds(10)
    ) {
        self.batchSize = batchSize
        self.pendingLimit = pendingLimit
        self.interval = interval
        self.finalFlushLimit = finalFlushLimit
    }

    /// Checks every setting and how they fit together.
    ///
    /// - Throws: ``RecordWriterError/invalidConfiguration(field:message:)``, which names the setting and the remedy.
    public func validate() throws(RecordWriterError) {
        func require(_ condition: Bool, _ field: String, _ message: String) throws(RecordWriterError) {
            if !condition { throw .invalidConfiguration(field: field, message: message) }
        }
        try require(batchSize > 0, "batchSize", "is \(batchSize); a batch holds at least 1 record.")
        try require(
            pendingLimit >= batchSize, "pendingLimit",
            "is \(pendingLimit), less than the batchSize of \(batchSize); it must hold at least one batch.")
        try require(interval > .zero, "interval", "is \(interval); it must be longer than zero.")
        try require(finalFlushLimit > .zero, "finalFlushLimit", "is \(finalFlushLimit); it must be longer than zero.")
    }
}
