/// How far the hits of a cache have been handed over by ``Cache/drainHits(from:limit:_:)``.
public struct HitDrain: Hashable, Sendable {
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
        _ = drainHits(from: HitDrain(), limit: .max, body)
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
    public func drainHits(from start: HitDrain, limit: Int, _ body: (Key, Value, Int) -> Void) -> HitDrain? {
        var drained: [(Key, Value, Int)] = []
        var room = limit
        var first = start.slot
        for number in start.shard..<shards.count {
            var next: Int? = first
            first = 0
            while let slot = next {
                if room <= 0 { return HitDrain(shard: number, slot: slot) }
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
}
