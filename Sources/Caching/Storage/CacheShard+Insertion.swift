/// A value on its way into a cache.
@usableFromInline
struct Insertion<Key: CacheKey, Value: Sendable>: Sendable {
    @usableFromInline let key: Key
    @usableFromInline let hash: UInt64
    @usableFromInline let value: Value
    @usableFromInline let weight: Int
    @usableFromInline let timeToLive: TimeToLive
    @usableFromInline let now: MonotonicInstant
    /// When the value was last used, if that was after `now`: a sliding time to live counts from there.
    @usableFromInline let usedAt: MonotonicInstant?
    /// The load that has made the value; nil for a value that was given to ``Cache/insert(_:for:timeToLive:weight:at:)``.
    @usableFromInline let load: UInt64?
    /// Room that has been taken for it, from the pool or from another shard.
    @usableFromInline var room = 0

    @inlinable
    init(
        key: Key, hash: UInt64, value: Value, weight: Int, timeToLive: TimeToLive, now: MonotonicInstant,
        usedAt: MonotonicInstant? = nil, load: UInt64? = nil
    ) {
        self.key = key
        self.hash = hash
        self.value = value
        self.weight = weight
        self.timeToLive = timeToLive
        self.now = now
        self.usedAt = usedAt
        self.load = load
    }

    /// The room that it still lacks.
    @inlinable var missingRoom: Int { weight - room }
}

/// The result of one attempt to insert, under the lock of the shard.
@usableFromInline
enum InsertionAttempt: Sendable {
    /// The value is stored, or has expired at once.
    case inserted
    /// The policy refused it.
    case refused
    /// The value comes from a load, and its key was removed or inserted since the load began.
    case superseded
    /// There is not enough room, and entries may have expired in other shards.
    case expiredElsewhere
    /// There is not enough room unless this shard drops below its fair share: another shard must give some.
    case needsRoom
}

extension CacheShard {
    /// Inserts a value: replaces the one that is there, removes expired entries or evicts others as far as room is needed.
    ///
    /// - Parameter checksOthers: Whether to return ``InsertionAttempt/expiredElsewhere`` rather than evict.
    @inlinable
    mutating func insert(
        _ insertion: inout Insertion<Key, Value>, checksOthers: Bool, into removals: inout Removals<Key, Value>
    ) -> InsertionAttempt {
        guard supersedesLoads(insertion) else {
            giveBackRoom(of: &insertion)
            return .superseded
        }
        var lifetime = insertion.timeToLive.lifetime(from: insertion.now, random: random.next())
        if let usedAt = insertion.usedAt { lifetime = lifetime.afterUse(at: usedAt) }
        if let slot = table.find(insertion.key, hash: Self.indexHash(insertion.hash)) {
            let header = unsafe table.store.header(slot).pointee
            if insertion.now.nanoseconds >= header.deadline {
                insertion.room += free(slot, hash: insertion.hash, cause: .expired, into: &removals)
            } else if lifetime.deadline > insertion.now.nanoseconds,
                takeRoom(for: &insertion, beyond: header.weight, into: &removals)
            {
                replace(slot, with: &insertion, lifetime: lifetime, into: &removals)
                return .inserted
            } else {
                insertion.room += free(slot, hash: insertion.hash, cause: .replaced, into: &removals)
            }
        }
        if lifetime.deadline <= insertion.now.nanoseconds {
            drop(&insertion, cause: .expired, into: &removals)
            return .inserted
        }
        if !takeRoom(for: &insertion, beyond: 0, into: &removals) {
            if checksOthers, pool.mayHaveExpired(at: insertion.now) { return .expiredElsewhere }
            if !canEvict(for: insertion) { return .needsRoom }
        }
        return insertNew(&insertion, lifetime: lifetime, into: &removals)
    }

    /// Whether `insertion` may be stored. A value from a load may while its load is current; any other may, and no load of
    /// its key that is in progress is current any more.
    @inlinable
    mutating func supersedesLoads(_ insertion: Insertion<Key, Value>) -> Bool {
        if loads.isEmpty { return insertion.load == nil }
        if let load = insertion.load { return loads.isCurrent(load) }
        loads.supersede(insertion.key)
        return true
    }

    /// Counts and reports a value that is not kept, and gives its room back.
    @inlinable
    mutating func drop(
        _ insertion: inout Insertion<Key, Value>, cause: RemovalCause, into removals: inout Removals<Key, Value>
    ) {
        statistics.insertions += 1
        count(cause, weight: insertion.weight)
        removals.append(CacheRemoval(key: insertion.key, value: insertion.value, cause: cause, hits: 0))
        giveBackRoom(of: &insertion)
    }

    /// Refuses a value that no eviction could make room for, and removes the one that it would have replaced.
    @inlinable
    mutating func refuse(_ insertion: Insertion<Key, Value>, into removals: inout Removals<Key, Value>) {
        statistics.rejectedTooHeavy += 1
        guard supersedesLoads(insertion),
            let slot = table.find(insertion.key, hash: Self.indexHash(insertion.hash))
        else { return }
        let header = unsafe table.store.header(slot).pointee
        let isExpired = insertion.now.nanoseconds >= header.deadline
        pool.give(free(slot, hash: insertion.hash, cause: isExpired ? .expired : .replaced, into: &removals))
    }

    /// Frees `wanted` room for another shard, as far as that is possible: removes expired entries, then evicts until no more
    /// than `keeping` is held. Returns the room, which belongs to the caller.
    @inlinable
    mutating func freeRoom(
        _ wanted: Int, keeping: Int, at now: MonotonicInstant, into removals: inout Removals<Key, Value>
    ) -> Int {
        var room = freeExpired(wanted, at: now, into: &removals)
        while room < wanted && weight > keeping {
            guard let freed = evictOne(into: &removals) else { break }
            room += freed
        }
        return room
    }

    /// Takes the room that `insertion` lacks besides `held` from the pool, then from expired entries of this shard. Returns
    /// whether that is enough.
    @inlinable
    mutating func takeRoom(
        for insertion: inout Insertion<Key, Value>, beyond held: Int, into removals: inout Removals<Key, Value>
    ) -> Bool {
        var missing = insertion.missingRoom - held
        if missing > 0 {
            let taken = pool.take(upTo: missing)
            insertion.room += taken
            missing -= taken
        }
        if missing > 0, bounds.earliest <= insertion.now.nanoseconds {
            let freed = freeExpired(missing, at: insertion.now, into: &removals)
            insertion.room += freed
            missing -= freed
        }
        return missing <= 0
    }

    @inlinable
    func giveBackRoom(of insertion: inout Insertion<Key, Value>) {
        pool.give(insertion.room)
        insertion.room = 0
    }

    /// Whether evicting from this shard makes enough room without pushing it below its fair share.
    @inlinable
    func canEvict(for insertion: Insertion<Key, Value>) -> Bool {
        weight + insertion.weight > fairShare && weight + insertion.room >= insertion.weight
    }

    /// Puts a new value in the place of one that is alive.
    @inlinable
    mutating func replace(
        _ slot: Slot, with insertion: inout Insertion<Key, Value>, lifetime: Lifetime,
        into removals: inout Removals<Key, Value>
    ) {
        // A policy asks for the hits of a slot, whichever value had them, unless it was told of each; those of this one are about to
        // be forgotten.
        let recent = table.hits.lanes.takeRecent(slot)
        if !policy.wantsReports {
            for _ in 0..<min(3, recent) { policy.hit(slot, hash: insertion.hash) }
        }
        insertion.room += removeValue(in: slot, cause: .replaced, into: &removals)
        policy.hit(slot, hash: insertion.hash)
        policy.reweigh(slot, weight: insertion.weight)
        store(&insertion, in: slot, lifetime: lifetime)
    }

    /// Gives the insertion a slot, evicts as many entries as it needs room for, and stores its value.
    @inlinable
    mutating func insertNew(
        _ insertion: inout Insertion<Key, Value>, lifetime: Lifetime, into removals: inout Removals<Key, Value>
    ) -> InsertionAttempt {
        let slot = table.claimSlot(for: insertion.key, hash: Self.indexHash(insertion.hash))
        policy.reserve(slots: table.usedSlots, of: table.store.slotCount)
        guard policy.admit(slot, weight: insertion.weight, hash: insertion.hash) else {
            table.release(slot, hash: Self.indexHash(insertion.hash))
            statistics.rejectedTooHeavy += 1
            giveBackRoom(of: &insertion)
            return .refused
        }
        while insertion.missingRoom > 0, let freed = evictOne(into: &removals) { insertion.room += freed }
        policy.insert(slot, weight: insertion.weight, hash: insertion.hash)
        store(&insertion, in: slot, lifetime: lifetime)
        return .inserted
    }

    /// Puts the value into its slot, and gives back the room that it does not need.
    @inlinable
    mutating func store(_ insertion: inout Insertion<Key, Value>, in slot: Slot, lifetime: Lifetime) {
        table.putValue(insertion.value, in: slot, weight: insertion.weight, lifetime: lifetime, now: insertion.now)
        weight += insertion.weight
        insertion.room -= insertion.weight
        giveBackRoom(of: &insertion)
        statistics.insertions += 1
        if lifetime.deadline != .max { changeBounds { $0.insert(lifetime.deadline, at: slot) } }
    }

    /// Evicts the policy's victim. Returns the room that it held; nil when the shard holds no entry.
    @inlinable
    mutating func evictOne(into removals: inout Removals<Key, Value>) -> Int? {
        // The table is asked through a copy of its addresses, as the policy of the same shard is being changed.
        let (places, hits, seed) = (table.store.places, table.hits.lanes, table.seed)
        let victim = policy.evict(
            hitsOf: { hits.takeRecent($0) },
            hashOf: { unsafe places.key($0).pointee.seededHash(seed) })
        guard let victim else { return nil }
        let hash = table.hash(of: victim)
        let room = removeValue(in: victim, cause: .evicted, into: &removals)
        table.release(victim, hash: Self.indexHash(hash))
        return room
    }
}
