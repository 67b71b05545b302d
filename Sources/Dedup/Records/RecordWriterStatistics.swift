/// What a ``RecordWriter`` has done with the changes it was given.
///
/// At every moment `added == written + dropped + pending`: a change is never lost without being counted.
public struct RecordWriterStatistics: Hashable, Sendable {
    /// How many changes were given to the writer.
    public let added: Int

    /// How many of them the store has accepted.
    public let written: Int

    /// How many of them found no room and were dropped.
    public let dropped: Int

    /// How many of them wait to be written or are being written.
    public var pending: Int { added - written - dropped }

    /// How many fingerprints these pending changes occupy; changes of one fingerprint are added up while they wait.
    public let pendingFingerprints: Int

    /// How many transactions the store has accepted.
    public let writes: Int

    /// How many transactions the store has refused. Their changes are pending still.
    public let failedWrites: Int

    /// How many transactions the store has refused since it last accepted one: above zero while it is failing.
    public let consecutiveFailures: Int
}
