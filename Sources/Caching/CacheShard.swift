/// One part of a cache: a table, the eviction policy over its slots, and what has been counted. Its locks are outside.
///
/// Nothing here calls into the user's code except the key's hash and equality. Values that leave go into ``Departures``.
///
/// Everything generic in this module is inlinable: a user's module specialises it to his key and value. The same code
/// called through generic metadata took 6 times as long for a hit (10,000 entries, 32-byte key, 8-byte value, both in one
/// run), because each key comparison, hash and copy becomes an indirect call and each slot's address a computation.
@usableFromInline
struct CacheShard<Key: CacheKey, Value: Sendable>: ~Copyable {
    // What a hit reads comes first, so that it lies in two cache lines.
    @usableFromInline var table: SlotTable<Key, Value>
    @usableFromInline var policy: ShardPolicy
    /// What has been counted, but for the hits and misses that the lanes have counted.
    @usableFromInline var statistics = CacheStatistics()
    @usableFromInline let pool: CapacityPool
    @usableFromInline let seed: UInt64
    /// The part of the capacity that this shard may hold while others want more.
    @usableFromInline let fairShare: Int
    /// The room that this shard's values hold.
    @usableFromInline var weight = 0
    /// No value here expires before this; a sweep makes it exact.
    @usableFromInline var earliestDeadline = Int64.max
    /// Draws the jitter of times to live.
    @usableFromInline var random: SplitMix

    @usableFromInline
    init(
        kind: EvictionPolicyKind, pool: CapacityPool, fairShare: Int, expected: Int, lanes: Int, seed: UInt64,
        number: Int
    ) {
        self.pool = pool
        self.fairShare = fairShare
        self.seed = seed
        table = SlotTable(expected: expected, lanes: lanes)
        policy = ShardPolicy(kind, capacity: fairShare)
        random = SplitMix(seed: seed ^ (UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
    }

    /// The half of a hash that the index uses; the other half has chosen the shard.
    @inlinable
    @inline(__always)
    static func indexHash(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash &>> 32) }

    /// The value of `key`, alive at `now`: counted and noted in a lane, while others look too.
    @inlinable
    @inline(__always)
    func look(
        _ key: Key, hash: UInt64, now: MonotonicInstant, lane: inout HitLane, number: Int, countsMiss: Bool = true
    ) -> CacheLook<Value> {
        guard let slot = table.find(key, hash: Self.indexHash(hash)) else {
            if countsMiss { lane.misses &+= 1 }
            return .miss
        }
        let header = unsafe table.store.header(slot)
        guard unsafe now.nanoseconds < header.pointee.deadline else { return .changesShard }
        let isNoted = policy.wantsHit(slot)
        guard unsafe !header.pointee.slides, !isNoted || lane.takesNote,
            table.hits.add(slot, lane: number, slots: table.store.slotCount)
        else { return .changesShard }
        lane.hits &+= 1
        if isNoted { lane.note(slot, hash: hash) }
        return .hit(hit(slot, at: now))
    }

    /// The value of `key`, alive at `now`: counted, noted by the policy, its deadline moved if it slides.
    @inlinable
    @inline(__always)
    mutating func lookup(
        _ key: Key, hash: UInt64, now: MonotonicInstant
    ) -> CacheLookup<Key, Value> {
        guard let slot = table.find(key, hash: Self.indexHash(hash)) else {
            statistics.misses &+= 1
            return .miss
        }
        let header = unsafe table.store.header(slot)
        guard unsafe now.nanoseconds < header.pointee.deadline else {
            statistics.misses &+= 1
            var departures = Departures<Key, Value>()
            expire(slot, hash: hash, into: &departures)
            return departures.first.map { .expired($0) } ?? .miss
        }
        statistics.hits &+= 1
        table.addHits(table.hits.take(slot) + 1, to: slot)
        policy.hit(slot, hash: hash)
        if unsafe header.pointee.slides {
            unsafe header.pointee.deadline = table.store.windows[Int(slot)].deadline(
                afterHitAt: now, current: header.pointee.deadline)
        }
        return .hit(hit(slot, at: now))
    }

    /// The value of `key`, alive at `now`, without a trace.
    @inlinable
    func peek(_ key: Key, hash: UInt64, now: MonotonicInstant) -> CacheHit<Value>? {
        guard let slot = table.find(key, hash: Self.indexHash(hash)) else { return nil }
        guard unsafe now.nanoseconds < table.store.header(slot).pointee.deadline else { return nil }
        return hit(slot, at: now)
    }

    /// What a lookup of `slot`, which is alive at `now`, has found.
    @inlinable
    @inline(__always)
    func hit(_ slot: Slot, at now: MonotonicInstant) -> CacheHit<Value> {
        let header = unsafe table.store.header(slot)
        return unsafe CacheHit(
            value: table.store.value(slot).pointee, storedAt: header.pointee.storedAt, foundAt: now,
            deadline: header.pointee.deadline)
    }

    /// Removes the value of `key`, alive or past its deadline, for `cause`; false when there is none.
    @inlinable
    mutating func remove(
        _ key: Key, hash: UInt64, cause: RemovalCause, into departures: inout Departures<Key, Value>
    ) -> Bool {
        guard let slot = table.find(key, hash: Self.indexHash(hash)),
            unsafe table.store.header(slot).pointee.hasValue
        else { return false }
        pool.give(vacate(slot, hash: hash, cause: cause, into: &departures))
        return true
    }

    /// Frees `slot` if it holds a value, which has expired; a ghost stays.
    @inlinable
    mutating func expire(_ slot: Slot, hash: UInt64, into departures: inout Departures<Key, Value>) {
        guard unsafe table.store.header(slot).pointee.hasValue else { return }
        pool.give(vacate(slot, hash: hash, cause: .expired, into: &departures))
    }

    /// Frees `slot`, which has a value. Returns the room that it held, which now belongs to the caller.
    @inlinable
    mutating func vacate(
        _ slot: Slot, hash: UInt64, cause: RemovalCause, into departures: inout Departures<Key, Value>
    ) -> Int {
        let room = depart(slot, cause: cause, into: &departures)
        policy.remove(slot)
        table.release(slot, hash: Self.indexHash(hash))
        return room
    }

    /// Takes the value out of `slot` and counts it; the slot keeps its key. Returns the room that it held.
    @inlinable
    mutating func depart(
        _ slot: Slot, cause: RemovalCause, into departures: inout Departures<Key, Value>
    ) -> Int {
        let room = unsafe table.store.header(slot).pointee.weight
        departures.append(table.takeValue(slot, cause: cause))
        weight -= room
        switch cause {
        case .evicted: statistics.evictions += 1
        case .expired: statistics.expirations += 1
        case .invalidated: statistics.invalidations += 1
        case .replaced: statistics.replacements += 1
        }
        return room
    }
}

/// What a lookup beside others has come to.
@usableFromInline
enum CacheLook<Value: Sendable>: Sendable {
    case hit(CacheHit<Value>)
    case miss
    /// Something expired that has to be removed, a deadline that slides, or no room left in the lane: the lookup is to be
    /// made once more under the lock of the whole shard.
    case changesShard
}

/// What a lookup has come to.
@usableFromInline
enum CacheLookup<Key: CacheKey, Value: Sendable>: Sendable {
    case hit(CacheHit<Value>)
    case miss
    /// A miss that has removed what had expired.
    case expired(CacheRemoval<Key, Value>)
}
