/// Why an entry has left a cache.
public enum RemovalCause: String, CaseIterable, Hashable, Sendable {
    /// The eviction policy chose it to make room.
    case evicted
    /// Its deadline had come.
    case expired
    /// It was removed by name, or with all others.
    case invalidated
    /// Another value was inserted for its key.
    case replaced
}

/// An entry that has left a cache, and why.
public struct CacheRemoval<Key: CacheKey, Value: Sendable>: Sendable {
    /// The key that the entry was found by.
    public let key: Key

    /// The value that left. Destroyed with this removal, unless somebody else holds it.
    public let value: Value

    /// Why it left.
    public let cause: RemovalCause

    /// How many hits it had that ``Cache/drainHits(_:)`` has not handed over.
    public let hits: Int

    @inlinable
    init(key: Key, value: Value, cause: RemovalCause, hits: Int) {
        self.key = key
        self.value = value
        self.cause = cause
        self.hits = hits
    }
}
