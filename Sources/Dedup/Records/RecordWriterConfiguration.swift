internal import Caching

/// How a ``RecordWriter`` batches.
public struct RecordWriterConfiguration: Hashable, Sendable {
    /// The highest number of records in one transaction, and the number of changed fingerprints that starts a write
    /// without waiting for the interval. Default 512.
    public var batchSize: Int

    /// The highest number of changed fingerprints that wait to be written, including those that are being written. A
    /// change of one more fingerprint is dropped and counted; a change of a fingerprint that waits already is added to it
    /// and takes no room. Default 65,536, which is about 12 MB when it is full.
    public var pendingLimit: Int

    /// How long ``RecordWriter/run()`` waits between writes, and how long after a failure the next full batch waits before
    /// it is tried in the background. Default 1 second.
    public var interval: Duration

    /// How long the last write may take after ``RecordWriter/run()`` was cancelled. Default 10 seconds.
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
    /// - Throws: ``RecordWriterError`` with code ``RecordWriterError/Code/invalidConfiguration``, which names the setting and
    ///   the remedy.
    public func validate() throws(RecordWriterError) {
        func require(_ condition: Bool, _ field: String, _ message: String) throws(RecordWriterError) {
            if !condition { throw .invalidConfiguration(field, message) }
        }
        try require(batchSize > 0, "batchSize", "is \(batchSize); a batch holds at least 1 record.")
        try require(
            pendingLimit >= batchSize, "pendingLimit",
            "is \(pendingLimit), less than the batchSize of \(batchSize); it must hold at least one batch.")
        try require(interval > .zero, "interval", "is \(interval); it must be longer than zero.")
        try require(finalFlushLimit > .zero, "finalFlushLimit", "is \(finalFlushLimit); it must be longer than zero.")
    }
}

// MARK: - Errors

/// An error of a ``RecordWriter`` itself; errors of its store are passed on as they are.
public struct RecordWriterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of errors. Later versions may add some, so a `switch` over codes needs a `default`.
    public struct Code: RawRepresentable, CaseIterable, Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, CaseIterable {
            case invalidConfiguration, finalFlushTimedOut
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// A setting makes no sense; ``RecordWriterError/field`` names it.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The last write did not end within ``RecordWriterConfiguration/finalFlushLimit``.
        public static let finalFlushTimedOut = Code(.finalFlushTimedOut)

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

    /// The kind of error.
    public let code: Code

    /// What happened and, for a setting, how to put it right.
    public let message: String

    /// The setting of ``RecordWriterConfiguration`` that makes no sense; nil for other codes.
    public let field: String?

    /// How many changes the last write has not written and may be lost; 0 for other codes.
    public let pendingChanges: Int

    /// The setting, if it is about one, and the message.
    public var description: String { field.map { "RecordWriterConfiguration.\($0) \(message)" } ?? message }

    static func invalidConfiguration(_ field: String, _ message: String) -> RecordWriterError {
        RecordWriterError(code: .invalidConfiguration, message: message, field: field, pendingChanges: 0)
    }

    static func finalFlushTimedOut(pendingChanges: Int) -> RecordWriterError {
        RecordWriterError(
            code: .finalFlushTimedOut,
            message: "The record store did not take the last \(pendingChanges) changes in time; they may be lost.",
            field: nil, pendingChanges: pendingChanges)
    }
}

extension RecordWriterError: LibraryError {}
