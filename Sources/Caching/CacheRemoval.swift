/// Why an entry was removed from a cache. More causes may be added, so a `switch` needs a `default`.
public struct RemovalCause: Hashable, Sendable, CustomStringConvertible {
    @usableFromInline
    enum Kind: UInt8, Sendable { case evicted, expired, invalidated, replaced }

    @usableFromInline let kind: Kind

    @inlinable
    init(_ kind: Kind) { self.kind = kind }

    /// The eviction policy chose it to make room.
    @inlinable public static var evicted: RemovalCause { RemovalCause(.evicted) }

    /// Its deadline had passed.
    @inlinable public static var expired: RemovalCause { RemovalCause(.expired) }

    /// It was removed by its key, by a condition, or with all others.
    @inlinable public static var invalidated: RemovalCause { RemovalCause(.invalidated) }

    /// Another value was inserted for its key.
    @inlinable public static var replaced: RemovalCause { RemovalCause(.replaced) }

    /// The name of the cause, such as `evicted`.
    public var description: String { "\(kind)" }
}

/// An entry that was removed from a cache, and why.
public struct CacheRemoval<Key: CacheKey, Value: Sendable>: Sendable {
    /// The key of the entry.
    public let key: Key

    /// The value that was removed. It is released with this removal unless something else holds it.
    public let value: Value

    /// Why it was removed.
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

/// The entries that one operation has removed. They are carried out of the lock, to be reported and released outside it.
///
/// The first is kept inline: an insertion into a full cache removes one, and must not allocate for it.
@usableFromInline
package struct Removals<Key: CacheKey, Value: Sendable>: Sendable {
    @usableFromInline var first: CacheRemoval<Key, Value>?
    @usableFromInline var others: [CacheRemoval<Key, Value>] = []

    /// Makes an empty list.
    @inlinable
    package init() {}

    @inlinable
    mutating func append(_ removal: CacheRemoval<Key, Value>) {
        if first == nil { first = removal } else { others.append(removal) }
    }

    @inlinable var count: Int { first == nil ? 0 : others.count + 1 }

    /// Calls `listener` with each of them, in the order of their removal.
    @inlinable
    func report(to listener: (@Sendable (CacheRemoval<Key, Value>) -> Void)?) {
        guard let listener, let first else { return }
        listener(first)
        for removal in others { listener(removal) }
    }
}
