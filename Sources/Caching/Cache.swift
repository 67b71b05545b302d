/// A bounded, concurrent cache whose entries can expire.
///
/// It never reads a clock (the caller passes the instant), calls nothing foreign under a lock but the key's own hash and
/// equality, and never holds more than its capacity. Any number of threads may use it. It is divided into shards by a seeded
/// hash of the key; a shard is one table, one eviction policy and the deadlines, behind one lock a processor: a lookup takes
/// one of them, a change all.
///
/// **Capacity.** The room is one for all shards: however unevenly keys fall, a cache filled with as many keys as it has room
/// for keeps them all. When it is full, an insertion evicts from its own shard, unless that holds less than its fair share
/// (capacity / shards); then the shards that hold more give. With several shards the policy decides within each.
///
/// **A hit** takes one lock, reads no clock, and writes nothing that hits on another processor write, except that of a
/// sliding entry, which locks the shard as a whole. It allocates nothing but, once, a byte for each slot of its shard.
public final class Cache<Key: CacheKey, Value: Sendable>: Sendable {
    @usableFromInline let seed: UInt64
    @usableFromInline let shards: CacheShards<Key, Value>
    @usableFromInline let pool: CapacityPool
    @usableFromInline let onRemoval: (@Sendable (CacheRemoval<Key, Value>) -> Void)?

    /// What the cache was made with, the number of shards filled in.
    public let configuration: CacheConfiguration

    /// Makes an empty cache.
    ///
    /// - Parameters:
    ///   - configuration: Capacity, policy and shards.
    ///   - onRemoval: Told of each value that leaves, in the thread that made it leave, after the lock is released; it may
    ///     call back into the cache. Not told of what the cache holds when the cache itself goes.
    /// - Throws: ``CacheConfigurationError`` naming the field that is wrong.
    @inlinable
    public convenience init(
        _ configuration: CacheConfiguration = .init(),
        onRemoval: (@Sendable (CacheRemoval<Key, Value>) -> Void)? = nil
    ) throws(CacheConfigurationError) {
        try self.init(configuration, lanes: nil, onRemoval: onRemoval)
    }

    /// Makes an empty cache whose hits have `lanes` lanes, a power of two, in each shard; nil for as many as suit.
    @inlinable
    package init(
        _ configuration: CacheConfiguration, lanes: Int?,
        onRemoval: (@Sendable (CacheRemoval<Key, Value>) -> Void)? = nil
    ) throws(CacheConfigurationError) {
        try configuration.validate()
        let count = configuration.shards ?? configuration.defaultShards
        let seed = configuration.seed ?? .random(in: .min ... .max)
        let pool = CapacityPool(limit: configuration.capacity.limit)
        let share = max(1, configuration.capacity.limit / count)
        let expected = configuration.expectedSlots(inShares: count)
        self.configuration = configuration.divided(into: count)
        self.seed = seed
        self.pool = pool
        self.onRemoval = onRemoval
        let lanes = lanes ?? configuration.lanes(forShards: count)
        shards = CacheShards(count: count, lanes: lanes) { number in
            CacheShard(
                kind: configuration.policy, pool: pool, fairShare: share, expected: expected, lanes: lanes, seed: seed,
                number: number)
        }
    }

    /// The value for `key` that is alive at `now`; nil when there is none.
    ///
    /// Counts a hit or a miss, tells the policy, and moves the deadline of an entry that slides. An entry whose deadline has
    /// come is removed.
    @inlinable
    public func value(for key: Key, at now: MonotonicInstant) -> CacheHit<Value>? {
        let hash = key.seededHash(seed)
        let look = shards.withLane(shards.number(for: hash)) { shard, lane, number in
            shard.look(key, hash: hash, now: now, lane: &lane, number: number)
        }
        switch look {
        case .hit(let hit): return hit
        case .miss: return nil
        case .changesShard: return valueUnderLock(for: key, hash: hash, at: now)
        }
    }

    /// The same for a lookup that changes more than a lane.
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

    /// The value for `key` that is alive at `now`, without counting, telling the policy or moving a deadline.
    @inlinable
    public func peek(for key: Key, at now: MonotonicInstant) -> CacheHit<Value>? {
        let hash = key.seededHash(seed)
        return shards.withLane(shards.number(for: hash)) { shard, _, _ in shard.peek(key, hash: hash, now: now) }
    }

    /// Removes the value for `key`; whether there was one. What has expired and is still there counts as one.
    @inlinable
    @discardableResult
    public func removeValue(for key: Key) -> Bool {
        let hash = key.seededHash(seed)
        var departures = Departures<Key, Value>()
        let isRemoved = shards.withLock(shards.number(for: hash)) { shard in
            shard.remove(key, hash: hash, cause: .invalidated, into: &departures)
        }
        departures.report(to: onRemoval)
        return isRemoved
    }

    /// The number of entries, those that have expired and are not yet removed included; never above the capacity.
    ///
    /// While other threads insert, an insertion that has taken its room counts already.
    public var count: Int {
        if case .entries = configuration.capacity { return pool.held }
        return (0..<shards.count).reduce(0) { sum, number in sum + shards.withLock(number) { $0.policy.residentCount } }
    }

    /// The weight of all entries, those that have expired and are not yet removed included; never above the capacity. An
    /// entry weighs 1 where the capacity is in entries.
    public var weight: Int { pool.held }

    /// What the cache has done so far.
    public var statistics: CacheStatistics {
        (0..<shards.count).reduce(CacheStatistics()) { sum, number in sum + shards.statistics(of: number) }
    }
}
