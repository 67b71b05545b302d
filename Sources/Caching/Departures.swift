/// The entries that one operation has removed, carried out of the lock so that they are reported and destroyed outside it.
///
/// The first is kept inline: an insertion into a full cache removes one, and must not allocate for it.
@usableFromInline
package struct Departures<Key: CacheKey, Value: Sendable>: Sendable {
    @usableFromInline var first: CacheRemoval<Key, Value>?
    @usableFromInline var others: [CacheRemoval<Key, Value>] = []

    @inlinable
    package init() {}

    @inlinable
    mutating func append(_ removal: CacheRemoval<Key, Value>) {
        if first == nil { first = removal } else { others.append(removal) }
    }

    @inlinable var count: Int { first == nil ? 0 : others.count + 1 }

    /// Tells `report`, in the order of leaving. What has left is destroyed with this value.
    @inlinable
    func report(to report: (@Sendable (CacheRemoval<Key, Value>) -> Void)?) {
        guard let report, let first else { return }
        report(first)
        for removal in others { report(removal) }
    }
}
