extension Cache {
    /// Inserts `value` for `key` and replaces the value that is there. Without room it removes expired entries and then
    /// evicts others.
    ///
    /// With a time to live of zero or less the value is not kept: it counts as inserted and expired, and the older value is
    /// removed.
    ///
    /// A load of this key that is in progress still answers its callers, but its result is not stored over this value.
    ///
    /// - Parameters:
    ///   - value: The value to keep.
    ///   - key: The key to find it by.
    ///   - timeToLive: How long the entry lives, counted from `now`; for ever by default.
    ///   - weight: How much of a capacity in weight it takes, at least 1 (the default). Ignored where the capacity is in
    ///     entries: there each weighs 1.
    ///   - now: The instant of the insertion.
    /// - Returns: False when the value weighs more than the whole capacity (or 2^31 - 1), or when the policy refuses it. Then
    ///   it is not stored, ``CacheStatistics/rejectedTooHeavy`` counts it, and an older value for the key is removed as
    ///   replaced. True otherwise; a concurrent insertion may evict the value at any time, even before this returns.
    @inlinable
    @discardableResult
    public func insert(
        _ value: Value, for key: Key, timeToLive: TimeToLive = .forever, weight: Int = 1,
        at now: MonotonicInstant = .now
    ) -> Bool {
        var removals = Removals<Key, Value>()
        let isInserted = insert(value, for: key, timeToLive: timeToLive, weight: weight, at: now, removals: &removals)
        report(removals)
        return isInserted
    }

    /// Inserts like ``insert(_:for:timeToLive:weight:at:)``, for a caller that holds a lock of its own: the removed entries
    /// are handed to the caller, which passes them to ``report(_:)`` after releasing its lock.
    ///
    /// Inlinable like the hit path: otherwise the caller's module would run the unspecialised generic code.
    ///
    /// - Parameter usedAt: When the value was last used, if that was after `now`: a sliding time to live counts from there.
    @inlinable
    @discardableResult
    package func insert(
        _ value: Value, for key: Key, timeToLive: TimeToLive, weight: Int, at now: MonotonicInstant,
        usedAt: MonotonicInstant? = nil, removals: inout Removals<Key, Value>
    ) -> Bool {
        var insertion = Insertion(
            key: key, hash: key.seededHash(seed), value: value, weight: effectiveWeight(weight),
            timeToLive: timeToLive, now: now, usedAt: usedAt)
        return insert(&insertion, removals: &removals)
    }

    /// Tells the removal callback of removed entries. Must be called outside every lock.
    @inlinable
    package func report(_ removals: Removals<Key, Value>) {
        removals.report(to: onRemoval)
    }

    /// The weight that an entry of `weight` is counted with.
    @inlinable
    func effectiveWeight(_ weight: Int) -> Int {
        if case .entries = configuration.capacity { 1 } else { max(1, weight) }
    }

    /// Inserts into the shard of the key, with room from other shards if need be.
    @inlinable
    func insert(_ insertion: inout Insertion<Key, Value>, removals: inout Removals<Key, Value>) -> Bool {
        let number = shards.number(for: insertion.hash)
        guard insertion.weight <= pool.limit, insertion.weight <= SlotHeader.maximumWeight else {
            shards.withLock(number) { shard in shard.refuse(insertion, into: &removals) }
            return false
        }
        // Two rounds are enough unless other threads hold the missing room at this very moment, on its way into their
        // own shards. As they might do so for ever, the rounds are bounded.
        for round in 0..<16 {
            let attempt = shards.withLock(number) { shard in
                shard.insert(&insertion, checksOthers: round == 0, into: &removals)
            }
            switch attempt {
            case .inserted: return true
            case .refused, .superseded: return false
            case .expiredElsewhere: gatherExpired(for: &insertion, from: number, into: &removals)
            case .needsRoom: gatherRoom(for: &insertion, besides: number, round: round, into: &removals)
            }
        }
        shards.withLock(number) { shard in shard.drop(&insertion, cause: .evicted, into: &removals) }
        return true
    }

    /// Takes the room that `insertion` lacks from entries that have expired in any shard.
    @inlinable
    func gatherExpired(
        for insertion: inout Insertion<Key, Value>, from own: Int, into removals: inout Removals<Key, Value>
    ) {
        let expired = pool.shardsWithExpired(at: insertion.now)
        // Each inserter starts behind its own shard, so that not all of them lock the same one.
        let start = expired.firstIndex { $0 > own } ?? 0
        for number in expired[start...] + expired[..<start] where insertion.missingRoom > 0 {
            insertion.room += shards.withLock(number) { shard in
                shard.freeExpired(insertion.missingRoom, at: insertion.now, into: &removals)
            }
        }
    }

    /// Takes the room that `insertion` lacks from the shards that hold more than their share, then from any.
    @inlinable
    func gatherRoom(
        for insertion: inout Insertion<Key, Value>, besides own: Int, round: Int,
        into removals: inout Removals<Key, Value>
    ) {
        let share = max(1, pool.limit / shards.count)
        for keeping in [share, 0] {
            // Each inserter starts behind its own shard, so that not all of them empty the first.
            for offset in 1...shards.count {
                if insertion.missingRoom <= 0 { return }
                let number = (own + offset) % shards.count
                insertion.room += shards.withLock(number) { shard in
                    shard.freeRoom(insertion.missingRoom, keeping: keeping, at: insertion.now, into: &removals)
                }
            }
        }
        // Two inserters that each hold half of what both need would wait for each other: give it all back.
        if round % 2 == 1 {
            pool.give(insertion.room)
            insertion.room = 0
        }
    }
}
