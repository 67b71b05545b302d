/// One part of a cache: a table, the eviction policy over its slots, the deadlines, the loads in progress and the counts. Its
/// locks are outside, in ``CacheShards``.
///
/// Nothing here calls the user's code except the key's hash and equality. Removed values go into ``Removals``, which the
/// caller reports after releasing the lock.
///
/// Everything on the way of a lookup, an insertion or a removal is inlinable: a user's module specialises it to its key and
/// value. The same code called through generic metadata took 6 times as long for a hit (10,000 entries, 32-byte key, 8-byte
/// value, both in one run), because each key comparison, hash and copy becomes an indirect call and each slot's address
/// a computation.
@usableFromInline
struct CacheShard<Key: CacheKey, Value: Sendable>: ~Copyable {
    // The fields that a hit reads come first, so that they lie in two cache lines.
    @usableFromInline var table: SlotTable<Key, Value>
    @usableFromInline var policy: ShardPolicy
    /// The counts of this shard, except the hits and misses that the lanes have counted.
    @usableFromInline var statistics = CacheStatistics()
    @usableFromInline let pool: CapacityPool
    /// The number of this shard in its cache.
    @usableFromInline let number: Int
    /// The part of the capacity that this shard may hold while others want more.
    @usableFromInline let fairShare: Int
    /// The weight of this shard's entries.
    @usableFromInline var weight = 0
    @usableFromInline var bounds = DeadlineBounds()
    @usableFromInline var loads = LoadTable<Key, LoadWaiter<Value>, LoadTask>()
    @usableFromInline var examinations = Examinations()
    /// Draws the jitter of times to live.
    @usableFromInline var random: SplitMix

    @usableFromInline
    init(
        kind: EvictionPolicyKind, pool: CapacityPool, fairShare: Int, expected: Int, blocks: SlotBlocks?, lanes: Int,
        seed: UInt64, number: Int
    ) {
        self.pool = pool
        self.fairShare = fairShare
        self.number = number
        table = SlotTable(expected: expected, blocks: blocks, lanes: lanes, seed: seed)
        policy = ShardPolicy(kind, capacity: fairShare)
        random = SplitMix(seed: seed ^ (UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
    }

    /// The half of a hash that the index uses; the other half has chosen the shard.
    @inlinable
    @inline(__always)
    static func indexHash(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash &>> 32) }

    /// Looks `key` up under the lock of one lane, at the same time as other lanes do: counts it and notes it in the lane.
    @inlinable
    @inline(__always)
    func lookup(
        _ key: Key, hash: UInt64, now: MonotonicInstant, lane: inout HitLane, number: Int, countsMiss: Bool = true
    ) -> LaneLookup<Value> {
        guard let slot = table.find(key, hash: Self.indexHash(hash)) else {
            if countsMiss { lane.misses &+= 1 }
            return .miss
        }
        let places = table.store.places
        var deadline = places.deadline(slot)
        guard now.nanoseconds < deadline else { return .needsShard }
        if policy.wantsReports {
            guard lane.takesNote else { return .needsShard }
            lane.note(slot, hash: hash)
        }
        if places.slides(slot) { deadline = slide(slot, at: now, from: deadline) }
        table.countHit(slot, lane: number)
        lane.hits &+= 1
        return .hit(makeHit(slot, at: now, deadline: deadline))
    }

    /// Looks `key` up under all locks of the shard: counts it, tells the policy, moves a sliding deadline, removes an entry
    /// that has expired.
    @inlinable
    @inline(__always)
    mutating func lookup(_ key: Key, hash: UInt64, now: MonotonicInstant) -> ShardLookup<Key, Value> {
        guard let slot = table.find(key, hash: Self.indexHash(hash)) else {
            statistics.misses &+= 1
            return .miss
        }
        let header = unsafe table.store.header(slot)
        guard unsafe now.nanoseconds < header.pointee.deadline else {
            statistics.misses &+= 1
            var removals = Removals<Key, Value>()
            expire(slot, hash: hash, into: &removals)
            return removals.first.map { .expired($0) } ?? .miss
        }
        statistics.hits &+= 1
        table.countHit(slot, lane: 0)
        if policy.wantsReports { policy.hit(slot, hash: hash) }
        var deadline = unsafe header.pointee.deadline
        if table.store.places.slides(slot) { deadline = slide(slot, at: now, from: deadline) }
        return .hit(makeHit(slot, at: now, deadline: deadline))
    }

    /// Moves the deadline of `slot` after a hit. Returns the deadline that it has then, which is later if another lane has moved
    /// it further. The bounds stay right, as a deadline never moves back.
    @inlinable
    @inline(never)
    func slide(_ slot: Slot, at now: MonotonicInstant, from deadline: Int64) -> Int64 {
        let moved = table.store.windows[Int(slot)].deadline(afterHitAt: now, current: deadline)
        return moved == deadline ? deadline : table.store.places.extendDeadline(of: slot, to: moved)
    }

    /// The value of `key` that is alive at `now`: a hit is counted, a miss is not, nothing is removed.
    @inlinable
    mutating func valueAfterMiss(for key: Key, hash: UInt64, now: MonotonicInstant) -> CacheHit<Value>? {
        guard peek(key, hash: hash, now: now) != nil, case .hit(let hit) = lookup(key, hash: hash, now: now) else {
            return nil
        }
        return hit
    }

    /// The value of `key` that is alive at `now`; nothing is counted or changed.
    @inlinable
    func peek(_ key: Key, hash: UInt64, now: MonotonicInstant) -> CacheHit<Value>? {
        guard let slot = table.find(key, hash: Self.indexHash(hash)) else { return nil }
        let deadline = table.store.places.deadline(slot)
        return now.nanoseconds < deadline ? makeHit(slot, at: now, deadline: deadline) : nil
    }

    /// The value in `slot`, which is alive at `now` and expires at `deadline`.
    @inlinable
    @inline(__always)
    func makeHit(_ slot: Slot, at now: MonotonicInstant, deadline: Int64) -> CacheHit<Value> {
        let places = table.store.places
        return unsafe CacheHit(
            value: places.value(slot).pointee, storedAt: places.header(slot).pointee.storedAt, foundAt: now,
            deadline: deadline)
    }

    /// Changes the bounds of the deadlines, and makes it known to the other shards if the earliest has changed.
    @inlinable
    mutating func changeBounds<Result>(_ change: (inout DeadlineBounds) -> Result) -> Result {
        let before = bounds.earliest
        let result = change(&bounds)
        if bounds.earliest != before { pool.setEarliestDeadline(bounds.earliest, of: number) }
        return result
    }
}

/// The result of a lookup under the lock of one lane.
@usableFromInline
enum LaneLookup<Value: Sendable>: Sendable {
    case hit(CacheHit<Value>)
    case miss
    /// The lookup has to be repeated under all locks of the shard: it found an expired entry to remove, or no room left for
    /// notes in the lane.
    case needsShard
}

/// The result of a lookup under all locks of a shard.
@usableFromInline
enum ShardLookup<Key: CacheKey, Value: Sendable>: Sendable {
    case hit(CacheHit<Value>)
    case miss
    /// A miss that has removed an expired entry.
    case expired(CacheRemoval<Key, Value>)
}
