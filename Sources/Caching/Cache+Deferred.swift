// For an owner that calls the cache inside a lock of its own: the same operations, but what leaves is handed to the caller,
// who reports and destroys it once that lock is released. Inlinable for the reason that the hit path is: without it the
// owner's module runs the unspecialised generic code.
extension Cache {
    /// The value for `key` that is alive at `now`, for a caller who has missed it a moment ago: counts a hit, but not a
    /// second miss, and removes nothing.
    @inlinable
    package func valueAfterMiss(for key: Key, at now: MonotonicInstant) -> CacheHit<Value>? {
        let hash = key.seededHash(seed)
        let look = shards.withLane(shards.number(for: hash)) { shard, lane, number in
            shard.look(key, hash: hash, now: now, lane: &lane, number: number, countsMiss: false)
        }
        switch look {
        case .hit(let hit): return hit
        case .miss: return nil
        case .changesShard: break
        }
        return shards.withLock(shards.number(for: hash)) { shard -> CacheHit<Value>? in
            guard shard.peek(key, hash: hash, now: now) != nil,
                case .hit(let hit) = shard.lookup(key, hash: hash, now: now)
            else { return nil }
            return hit
        }
    }

    /// Inserts as ``insert(_:for:timeToLive:weight:at:)`` does, and leaves reporting to the caller.
    @inlinable
    @discardableResult
    package func insert(
        _ value: Value, for key: Key, timeToLive: TimeToLive, weight: Int, at now: MonotonicInstant,
        departures: inout Departures<Key, Value>
    ) -> Bool {
        let hash = key.seededHash(seed)
        var insertion = Insertion(
            key: key, hash: hash, value: value, weight: effectiveWeight(weight), timeToLive: timeToLive, now: now)
        let number = shards.number(for: hash)
        guard insertion.weight <= pool.limit, insertion.weight <= SlotHeader.maximumWeight else {
            shards.withLock(number) { shard in shard.refuse(insertion, into: &departures) }
            return false
        }
        return place(&insertion, in: number, into: &departures)
    }

    /// Tells the removal callback what has left. To be called outside every lock.
    @inlinable
    package func report(_ departures: Departures<Key, Value>) {
        departures.report(to: onRemoval)
    }
}
