extension Cache {
    /// Inserts `value` for `key`, in place of the value that is there, evicting others when there is no room.
    ///
    /// A time to live of zero or less keeps nothing: the value counts as inserted and expired, and what was there is gone.
    ///
    /// - Parameters:
    ///   - value: What is kept.
    ///   - key: What it is found by.
    ///   - timeToLive: How long it lives, from `now` on.
    ///   - weight: How much room it takes, at least 1, in a cache whose capacity is a weight; in one whose capacity is in
    ///     entries it is always 1.
    ///   - now: The instant of the insertion.
    /// - Returns: False when the value weighs more than the whole capacity (or 2^31 - 1), or the policy refuses it. It is
    ///   not stored, ``CacheStatistics/rejectedTooHeavy`` counts it, and an older value for the key is removed as replaced.
    ///   True otherwise; the value may still be evicted at any time, by a concurrent insertion as early as now.
    @inlinable
    @discardableResult
    public func insert(
        _ value: Value, for key: Key, timeToLive: TimeToLive, weight: Int = 1, at now: MonotonicInstant
    ) -> Bool {
        var departures = Departures<Key, Value>()
        let isInserted = insert(
            value, for: key, timeToLive: timeToLive, weight: weight, at: now, departures: &departures)
        departures.report(to: onRemoval)
        return isInserted
    }

    /// The room that an entry of `weight` takes.
    @inlinable
    func effectiveWeight(_ weight: Int) -> Int {
        if case .entries = configuration.capacity { 1 } else { max(1, weight) }
    }

    /// Inserts into the shard `number`, with room from other shards if need be.
    @inlinable
    func place(
        _ insertion: inout Insertion<Key, Value>, in number: Int, into departures: inout Departures<Key, Value>
    ) -> Bool {
        // One round is enough unless other threads hold the missing room at this very moment, on its way into their own
        // shards. As they might do so for ever, the rounds are bounded.
        for round in 0..<16 {
            let attempt = shards.withLock(number) { shard in shard.insert(&insertion, into: &departures) }
            switch attempt {
            case .inserted: return true
            case .refused: return false
            case .needsRoom: gatherRoom(for: &insertion, besides: number, round: round, into: &departures)
            }
        }
        shards.withLock(number) { shard in shard.dismiss(&insertion, cause: .evicted, into: &departures) }
        return true
    }

    /// Takes the room that `insertion` lacks from the shards that hold more than their share, then from any.
    @usableFromInline
    func gatherRoom(
        for insertion: inout Insertion<Key, Value>, besides own: Int, round: Int,
        into departures: inout Departures<Key, Value>
    ) {
        let share = max(1, pool.limit / shards.count)
        for keeping in [share, 0] {
            // Each inserter starts behind its own shard, so that not all of them empty the first.
            for offset in 1...shards.count {
                let missing = insertion.weight - insertion.room
                if missing <= 0 { return }
                let number = (own + offset) % shards.count
                insertion.room += shards.withLock(number) { shard in
                    shard.surrender(missing, keeping: keeping, into: &departures)
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
