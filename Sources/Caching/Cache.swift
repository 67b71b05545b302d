/// A bounded, concurrent cache whose entries can expire and which loads each missing value once.
///
///     let pages = try Cache<String, Page>(CacheConfiguration(capacity: .entries(10_000)))
///     let page = try await pages.value(for: path, timeToLive: .minutes(5)) {
///         try await render(path)
///     }
///
/// The closure runs when there is no value for the key: once, for all callers that ask for this key in the meantime.
/// Without a closure the cache is a store: ``value(for:at:)``, ``insert(_:for:timeToLive:weight:at:)``,
/// ``removeValue(for:)``, ``removeAll(where:)``. Any type can be a key that says so, see ``CacheKey``.
///
/// Any number of threads may use a cache. It calls nothing of yours under a lock except the hash and the equality of the
/// key, and it starts no thread and no timer. Where a function takes an instant, the default is the monotonic clock; a
/// test passes its own instants and gets the same answers each time.
///
/// **Shards.** A cache is divided into shards by a seeded hash of the key. A shard is one table, one eviction policy and
/// the deadlines of its entries. It has a lock for each processor, up to eight, or one if it is the only shard: a lookup
/// takes one of them, a change takes all.
///
/// **Capacity.** All shards share one capacity, which is never exceeded. A cache that is filled with as many keys as it has
/// room for keeps all of them, however unevenly the keys fall on the shards. When there is no room, an insertion first
/// removes entries that have expired, in any shard. If that is not enough, it evicts: from its own shard, unless that holds
/// less than its fair share (capacity / shards), else from the shards that hold more. With several shards the policy
/// decides within each shard.
///
/// **A hit** takes one lock, which hits on other processors do not take, and counts itself in a byte that its processor has for the
/// entry: so an entry takes a byte more for each processor, up to eight. A hit allocates nothing, apart from room for what it
/// notes for each processor and shard, once.
public final class Cache<Key: CacheKey, Value: Sendable>: Sendable {
    @usableFromInline let seed: UInt64
    @usableFromInline let shards: CacheShards<Key, Value>
    @usableFromInline let pool: CapacityPool
    @usableFromInline let onRemoval: (@Sendable (CacheRemoval<Key, Value>) -> Void)?

    /// The configuration of the cache, with the number of shards filled in.
    public let configuration: CacheConfiguration

    /// Makes an empty cache.
    ///
    /// - Parameters:
    ///   - configuration: Capacity, policy and shards.
    ///   - onRemoval: Called with each value that is removed, on the thread that removed it, outside every lock; it may call
    ///     the cache. Not called for the entries that are left when the cache itself is released.
    /// - Throws: ``CacheConfigurationError`` naming the field that is wrong.
    @inlinable
    public convenience init(
        _ configuration: CacheConfiguration = .init(),
        onRemoval: (@Sendable (CacheRemoval<Key, Value>) -> Void)? = nil
    ) throws(CacheConfigurationError) {
        try self.init(configuration, lanes: nil, onRemoval: onRemoval)
    }

    /// Makes an empty cache with `lanes` locks in each shard, a power of two; nil for a number that suits the machine.
    @inlinable
    package init(
        _ configuration: CacheConfiguration, lanes: Int?,
        onRemoval: (@Sendable (CacheRemoval<Key, Value>) -> Void)? = nil
    ) throws(CacheConfigurationError) {
        try configuration.validate()
        let count = configuration.shards ?? configuration.defaultShards
        let seed = configuration.seed ?? .random(in: .min ... .max)
        let pool = CapacityPool(limit: configuration.capacity.limit, shards: count)
        let share = max(1, configuration.capacity.limit / count)
        let expected = configuration.expectedSlots(inShares: count)
        self.configuration = configuration.divided(into: count)
        self.seed = seed
        self.pool = pool
        self.onRemoval = onRemoval
        let lanes = lanes ?? configuration.lanes(forShards: count)
        let blocks = SlotStore<Key, Value>.blocks(expected: expected, shards: count)
        shards = CacheShards(count: count, lanes: lanes) { number in
            CacheShard(
                kind: configuration.policy, pool: pool, fairShare: share, expected: expected, blocks: blocks,
                lanes: lanes, seed: seed, number: number)
        }
    }

    /// The value for `key`, or nil when there is none that is alive at `now`.
    ///
    /// Counts a hit or a miss, tells the eviction policy, and moves the deadline of a sliding entry. An entry whose deadline
    /// has passed is removed.
    @inlinable
    public func value(for key: Key, at now: MonotonicInstant = .now) -> CacheHit<Value>? {
        value(for: key, at: now, inLane: shards.currentLane)
    }

    /// The same with a lane that the caller chooses. The cache has it.
    @inlinable
    @inline(__always)
    func value(for key: Key, at now: MonotonicInstant, inLane lane: Int) -> CacheHit<Value>? {
        let hash = key.seededHash(seed)
        let lookup = shards.withLane(lane, of: shards.number(for: hash)) { shard, lane, number in
            shard.lookup(key, hash: hash, now: now, lane: &lane, number: number)
        }
        switch lookup {
        case .hit(let hit): return hit
        case .miss: return nil
        case .needsShard: return valueUnderLock(for: key, hash: hash, at: now)
        }
    }

    /// The same for tests: otherwise it is the system that chooses the processor of a thread, and so the lane.
    package func value(for key: Key, at now: MonotonicInstant, lane: Int) -> CacheHit<Value>? {
        precondition(
            (0..<shards.laneCount).contains(lane), "The cache has \(shards.laneCount) lanes, not one of number \(lane)."
        )
        return value(for: key, at: now, inLane: lane)
    }

    /// The same for a lookup that changes the shard: under all its locks.
    @inlinable
    @inline(never)
    func valueUnderLock(for key: Key, hash: UInt64, at now: MonotonicInstant) -> CacheHit<Value>? {
        switch shards.withLock(shards.number(for: hash), { shard in shard.lookup(key, hash: hash, now: now) }) {
        case .hit(let hit): return hit
        case .miss: return nil
        case .expired(let removal):
            onRemoval?(removal)
            return nil
        }
    }

    /// The value for `key` that is alive at `now`, for a caller that has just missed it and holds a lock of its own.
    ///
    /// Counts a hit, but no second miss. Removes nothing, so there is nothing to report under the caller's lock.
    @inlinable
    package func valueAfterMiss(for key: Key, at now: MonotonicInstant) -> CacheHit<Value>? {
        let hash = key.seededHash(seed)
        let lookup = shards.withLane(shards.number(for: hash)) { shard, lane, number in
            shard.lookup(key, hash: hash, now: now, lane: &lane, number: number, countsMiss: false)
        }
        switch lookup {
        case .hit(let hit): return hit
        case .miss: return nil
        case .needsShard:
            return shards.withLock(shards.number(for: hash)) { shard in
                shard.valueAfterMiss(for: key, hash: hash, now: now)
            }
        }
    }

    /// The value for `key` that is alive at `now`; nothing is counted, no policy is told and no deadline is moved.
    @inlinable
    public func peek(for key: Key, at now: MonotonicInstant = .now) -> CacheHit<Value>? {
        let hash = key.seededHash(seed)
        return shards.withLane(shards.number(for: hash)) { shard, _, _ in shard.peek(key, hash: hash, now: now) }
    }

    /// The number of entries, including those that have expired and are not yet removed. Never above the capacity.
    ///
    /// An insertion that another thread has begun may be counted already.
    public var count: Int {
        if case .entries = configuration.capacity { return pool.held }
        return (0..<shards.count).reduce(0) { sum, number in sum + shards.withLock(number) { $0.policy.residentCount } }
    }

    /// The weight of all entries, including those that have expired and are not yet removed. Never above the capacity. An
    /// entry weighs 1 in a cache whose capacity is in entries.
    public var weight: Int { pool.held }

    /// The counts of the cache. They may be read at any time.
    public var statistics: CacheStatistics {
        (0..<shards.count).reduce(CacheStatistics()) { sum, number in sum + shards.statistics(of: number) }
    }
}

/// A value that a lookup has found alive.
public struct CacheHit<Value: Sendable>: Sendable {
    /// The value.
    public let value: Value

    /// When the value was inserted.
    public let storedAt: MonotonicInstant

    /// The instant of the lookup.
    public let foundAt: MonotonicInstant

    @usableFromInline let deadlineNanoseconds: Int64

    /// When the entry expires, as this lookup has left it (a hit moves a sliding deadline); nil if it never does.
    @inlinable
    public var deadline: MonotonicInstant? {
        deadlineNanoseconds == .max ? nil : MonotonicInstant(nanoseconds: deadlineNanoseconds)
    }

    /// How old the value was at the lookup. Negative only when the caller's instants went backwards.
    public var age: Duration { storedAt.duration(to: foundAt) }

    @inlinable
    init(value: Value, storedAt: Int64, foundAt: MonotonicInstant, deadline: Int64) {
        self.value = value
        self.storedAt = MonotonicInstant(nanoseconds: storedAt)
        self.foundAt = foundAt
        deadlineNanoseconds = deadline
    }
}
