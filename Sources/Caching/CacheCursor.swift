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
    /// Removes every entry whose deadline has passed at `now`, without waiting for a lookup. Returns how many.
    ///
    /// Never needed for correct answers, nor to make room: an insertion that needs room finds expired entries itself. It
    /// frees the memory of entries that are not asked for any more, and reports them. Works in batches of at most 256 slots, each
    /// under one hold of one shard's lock. Blocks of entries in which nothing can have expired are skipped.
    @inlinable
    @discardableResult
    public func sweep(at now: MonotonicInstant = .now) -> Int {
        sweep(from: CacheCursor(), at: now, limit: .max).expired
    }

    /// Removes expired entries like ``sweep(at:)``, but at most `limit` of them.
    ///
    /// - Parameters:
    ///   - start: Where the previous call stopped.
    ///   - now: Entries with a deadline at or before this instant are removed.
    ///   - limit: How many entries may be removed, at least 1.
    /// - Returns: How many were removed, and where the next call starts; nil when all shards are done.
    @inlinable
    public func sweep(
        from start: CacheCursor, at now: MonotonicInstant = .now, limit: Int
    ) -> (expired: Int, next: CacheCursor?) {
        precondition(limit > 0, "A sweep must be allowed to remove at least one entry; pass a limit of 1 or more.")
        var expired = 0
        for number in start.shard..<shards.count {
            var isDone = false
            while !isDone {
                if expired == limit { return (expired, CacheCursor(shard: number, slot: 0)) }
                var removals = Removals<Key, Value>()
                isDone = shards.withLock(number) { shard in
                    shard.sweep(at: now, limit: limit - expired, into: &removals)
                }
                expired += removals.count
                report(removals)
            }
        }
        return (expired, nil)
    }

    /// Hands over the hits of each entry that has had any since the last drain, and sets them to zero.
    ///
    /// `body` runs outside every lock and may use the cache. Together with ``CacheRemoval/hits`` each hit is handed over
    /// exactly once, except hits of one entry beyond 2^29 - 1 between two drains.
    @inlinable
    public func drainHits(_ body: (Key, Value, Int) -> Void) {
        _ = drainHits(from: CacheCursor(), limit: .max, body)
    }

    /// Hands over the hits of at most `limit` entries, as ``drainHits(_:)`` does for all. The other entries keep theirs.
    ///
    /// - Parameters:
    ///   - start: Where the previous call stopped.
    ///   - limit: For how many entries the caller can take the hits; with 0 none are handed over.
    ///   - body: Gets the key, the value and the number of hits; runs outside every lock.
    /// - Returns: Where the next call starts; nil when the hits of every entry that was there at the beginning have been handed over.
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
}
