/// How far a walk over the entries of a cache has come: ``Cache/drainHits(from:limit:_:)`` or
/// ``Cache/sweep(from:at:limit:)``.
public struct CacheCursor: Hashable, Sendable {
    @usableFromInline var shard = 0
    @usableFromInline var slot = 0

    /// The beginning.
    public init() {}

    @usableFromInline
    init(shard: Int, slot: Int) {
        self.shard = shard
        self.slot = slot
    }
}

extension Cache {
    /// Hands over the hits of each entry that has had any since the last time, and sets them to zero.
    ///
    /// `body` runs outside every lock and may use the cache. Together with ``CacheRemoval/hits`` each hit is handed over
    /// exactly once, except those beyond 2^32 - 2 of one entry between two drains.
    @inlinable
    public func drainHits(_ body: (Key, Value, Int) -> Void) {
        _ = drainHits(from: CacheCursor(), limit: .max, body)
    }

    /// Hands over the hits of at most `limit` entries, as ``drainHits(_:)`` does for all. The hits of the others stay where
    /// they are.
    ///
    /// - Parameters:
    ///   - start: Where the last call has stopped.
    ///   - limit: How many entries' hits the caller can take; 0 hands over none.
    ///   - body: Gets the key, the value and the hits; runs outside every lock.
    /// - Returns: Where to go on; nil when the hits of every entry that was there at the beginning have been handed over.
    @inlinable
    public func drainHits(from start: CacheCursor, limit: Int, _ body: (Key, Value, Int) -> Void) -> CacheCursor? {
        var drained: [(Key, Value, Int)] = []
        var room = limit
        var first = start.slot
        for number in start.shard..<shards.count {
            var next: Int? = first
            first = 0
            while let slot = next {
                if room <= 0 { return CacheCursor(shard: number, slot: slot) }
                next = shards.withLock(number) { shard in
                    shard.drainHits(from: slot, limit: room, into: &drained)
                }
                room -= drained.count
                for (key, value, hits) in drained { body(key, value, hits) }
                drained.removeAll(keepingCapacity: true)
            }
        }
        return nil
    }

    /// Frees expired entries as ``sweep(at:)`` does, but at most `limit` of them.
    ///
    /// A walk that was begun is to be taken to its end: entries that it has not come to are not found by another one before
    /// they are looked up.
    ///
    /// - Parameters:
    ///   - start: Where the last call has stopped.
    ///   - now: Whose deadline has come by then is freed.
    ///   - limit: How many entries may be freed, at least 1.
    /// - Returns: How many were freed, and where to go on; nil when every entry has been seen.
    @inlinable
    public func sweep(
        from start: CacheCursor, at now: MonotonicInstant, limit: Int
    ) -> (expired: Int, next: CacheCursor?) {
        precondition(limit > 0, "A sweep that may free nothing comes to no end.")
        var expired = 0
        for number in start.shard..<shards.count {
            var next: Int? = number == start.shard ? start.slot : 0
            while let slot = next {
                if expired == limit { return (expired, CacheCursor(shard: number, slot: slot)) }
                if slot == 0, !shards.withLock(number, { shard in shard.beginSweep(at: now) }) { break }
                var departures = Departures<Key, Value>()
                next = shards.withLock(number) { shard in
                    shard.sweep(from: slot, at: now, limit: limit - expired, into: &departures)
                }
                expired += departures.count
                departures.report(to: onRemoval)
            }
        }
        return (expired, nil)
    }
}
