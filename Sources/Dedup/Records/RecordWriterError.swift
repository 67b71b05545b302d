/// What a ``RecordWriter`` itself can fail with; the errors of its store are passed on as they are.
public enum RecordWriterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A setting makes no sense.
    case invalidConfiguration(field: String, message: String)

    /// The last write did not end within ``RecordWriterConfiguration/finalFlushLimit``; so many changes may be lost.
    case finalFlushTimedOut(pendingChanges: Int)

    /// What is wrong and, for a setting, how to put it right.
    public var description: String {
        switch self {
        case .invalidConfiguration(let field, let message):
            "RecordWriterConfiguration.\(field) \(message)"
        case .finalFlushTimedOut(let pendingChanges):
            "The record store did not take the last \(pendingChanges) changes in time; they may be lost."
        }
    }
}
