extension Deduplicator {
    /// Where the history is kept: the store that the deduplicator was made with. It lacks what has not been written yet;
    /// see ``flush()``.
    public var records: any ExecutionRecordStore { store }
}
