/// How an attempt to insert ended.
@usableFromInline
enum InsertionAttempt: Sendable {
    /// The value is in.
    case inserted
    /// The policy refused it.
    case refused
    /// There is not enough room here without going below the shard's fair share: another shard must give some.
    case needsRoom
}

/// A value on its way into a cache.
@usableFromInline
struct Insertion<Key: CacheKey, Value: Sendable>: Sendable {
    @usableFromInline let key: Key
    @usableFromInline let hash: UInt64
    @usableFromInline let value: Value
    @usableFromInline let weight: Int
    @usableFromInline let timeToLive: TimeToLive
    @usableFromInline let now: MonotonicInstant
    /// Room that has been taken for it, from the pool or from another shard.
    @usableFromInline var room = 0

    @inlinable
    init(key: Key, hash: UInt64, value: Value, weight: Int, timeToLive: TimeToLive, now: MonotonicInstant) {
        self.key = key
        self.hash = hash
        self.value = value
        self.weight = weight
        self.timeToLive = timeToLive
        self.now = now
    }
}

extension CacheShard {
    /// Inserts a value, replacing what is there and evicting what must go.
    @inlinable
    mutating func insert(
        _ insertion: inout Insertion<Key, Value>, into departures: inout Departures<Key, Value>
    ) -> InsertionAttempt {
        let lifetime = insertion.timeToLive.lifetime(from: insertion.now, random: random.next())
        let found = table.find(insertion.key, hash: Self.indexHash(insertion.hash))
        var ghost: Slot?
        if let slot = found {
            let header = unsafe table.store.header(slot).pointee
            if !header.hasValue {
                ghost = slot
            } else if insertion.now.nanoseconds >= header.deadline {
                insertion.room += vacate(slot, hash: insertion.hash, cause: .expired, into: &departures)
            } else if lifetime.deadline > insertion.now.nanoseconds, takeRoom(for: &insertion, beyond: header.weight) {
                replace(slot, with: &insertion, lifetime: lifetime, into: &departures)
                return .inserted
            } else {
                insertion.room += vacate(slot, hash: insertion.hash, cause: .replaced, into: &departures)
            }
        }
        if lifetime.deadline <= insertion.now.nanoseconds {
            dismiss(&insertion, cause: .expired, into: &departures)
            return .inserted
        }
        if !takeRoom(for: &insertion, beyond: 0), !canMakeRoom(for: insertion) { return .needsRoom }
        return admit(&insertion, ghost: ghost, lifetime: lifetime, into: &departures)
    }

    /// Counts and reports a value that has come and gone at once, and gives its room back.
    @inlinable
    mutating func dismiss(
        _ insertion: inout Insertion<Key, Value>, cause: RemovalCause,
        into departures: inout Departures<Key, Value>
    ) {
        statistics.insertions += 1
        if cause == .expired { statistics.expirations += 1 } else { statistics.evictions += 1 }
        departures.append(CacheRemoval(key: insertion.key, value: insertion.value, cause: cause, hits: 0))
        pool.give(insertion.room)
        insertion.room = 0
    }

    /// Refuses a value that no eviction could make room for, and takes out the one that it would have replaced.
    @inlinable
    mutating func refuse(_ insertion: Insertion<Key, Value>, into departures: inout Departures<Key, Value>) {
        statistics.rejectedTooHeavy += 1
        guard let slot = table.find(insertion.key, hash: Self.indexHash(insertion.hash)) else { return }
        let header = unsafe table.store.header(slot).pointee
        guard header.hasValue else { return }
        let isExpired = insertion.now.nanoseconds >= header.deadline
        pool.give(vacate(slot, hash: insertion.hash, cause: isExpired ? .expired : .replaced, into: &departures))
    }

    /// Evicts until `wanted` room is free or no more than `keeping` is held. Returns the room, which belongs to the caller.
    @inlinable
    mutating func surrender(_ wanted: Int, keeping: Int, into departures: inout Departures<Key, Value>) -> Int {
        var room = 0
        while room < wanted && weight > keeping {
            guard let freed = evictOne(into: &departures) else { break }
            room += freed
        }
        return room
    }

    /// Takes from the pool what `insertion` lacks besides `held`; whether that is enough.
    @inlinable
    func takeRoom(for insertion: inout Insertion<Key, Value>, beyond held: Int) -> Bool {
        let missing = insertion.weight - held - insertion.room
        if missing > 0 { insertion.room += pool.take(upTo: missing) }
        return insertion.room + held >= insertion.weight
    }

    /// Whether evicting from this shard, which must not push it below its fair share, makes enough room.
    @inlinable
    func canMakeRoom(for insertion: Insertion<Key, Value>) -> Bool {
        weight + insertion.weight > fairShare && weight + insertion.room >= insertion.weight
    }

    /// Puts a new value where a live one is.
    @inlinable
    mutating func replace(
        _ slot: Slot, with insertion: inout Insertion<Key, Value>, lifetime: Lifetime,
        into departures: inout Departures<Key, Value>
    ) {
        insertion.room += depart(slot, cause: .replaced, into: &departures)
        policy.hit(slot, hash: insertion.hash)
        policy.reweigh(slot, weight: insertion.weight)
        settle(slot, &insertion, lifetime: lifetime)
    }

    /// Gives the insertion a slot, or its ghost back, evicts what it displaces, and puts its value in.
    @inlinable
    mutating func admit(
        _ insertion: inout Insertion<Key, Value>, ghost: Slot?, lifetime: Lifetime,
        into departures: inout Departures<Key, Value>
    ) -> InsertionAttempt {
        let slot = ghost ?? table.claimSlot(for: insertion.key, hash: Self.indexHash(insertion.hash))
        policy.reserve(slots: table.usedSlots, of: table.store.slotCount)
        guard policy.admit(slot, weight: insertion.weight, hash: insertion.hash) else {
            table.release(slot, hash: Self.indexHash(insertion.hash))
            statistics.rejectedTooHeavy += 1
            pool.give(insertion.room)
            insertion.room = 0
            return .refused
        }
        dropGhosts()
        while insertion.room < insertion.weight, let freed = evictOne(into: &departures) { insertion.room += freed }
        policy.insert(slot, weight: insertion.weight, hash: insertion.hash)
        settle(slot, &insertion, lifetime: lifetime)
        return .inserted
    }

    /// Puts the value into its slot, pays for it, and gives back the room that is left.
    @inlinable
    mutating func settle(_ slot: Slot, _ insertion: inout Insertion<Key, Value>, lifetime: Lifetime) {
        table.putValue(insertion.value, in: slot, weight: insertion.weight, lifetime: lifetime, now: insertion.now)
        weight += insertion.weight
        pool.give(insertion.room - insertion.weight)
        insertion.room = 0
        statistics.insertions += 1
        earliestDeadline = min(earliestDeadline, lifetime.deadline)
    }

    /// Evicts the policy's victim. Returns the room that it held; nil when nothing is resident.
    @inlinable
    mutating func evictOne(into departures: inout Departures<Key, Value>) -> Int? {
        guard let victim = policy.evict() else { return nil }
        let room = depart(victim.slot, cause: .evicted, into: &departures)
        if victim.becomesGhost { dropGhosts() } else { forget(victim.slot) }
        return room
    }

    /// Frees the ghosts that the policy no longer wants.
    @inlinable
    mutating func dropGhosts() {
        while let ghost = policy.dropGhost() { forget(ghost) }
    }

    /// Frees a slot that has a key and no value.
    @inlinable
    mutating func forget(_ slot: Slot) {
        let hash = unsafe table.store.key(slot).pointee.seededHash(seed)
        table.release(slot, hash: Self.indexHash(hash))
    }
}
