/// Slots found by key: the index, the memory of the slots and the list of free slots. It decides nothing.
///
/// A slot is free (nothing in it is initialised but the header) or has a key and a value. In between it is claimed: it has a
/// key, and the shard evicts others before it puts the value.
@usableFromInline
struct SlotTable<Key: CacheKey, Value: Sendable>: ~Copyable {
    @usableFromInline var index: SlotIndex
    @usableFromInline var store: SlotStore<Key, Value>
    @usableFromInline var hits: HitCounts
    /// Seeds the hashes of keys.
    @usableFromInline let seed: UInt64
    /// The slots below this number have been used at least once; their headers are initialised.
    @usableFromInline var usedSlots = 0
    /// The free slot to use next; `Int64.max` for none.
    @usableFromInline var firstFree = Int64.max

    @inlinable
    init(expected: Int, blocks: SlotBlocks?, lanes: Int, seed: UInt64) {
        index = SlotIndex(expected: expected)
        store = SlotStore(expected: expected, blocks: blocks)
        hits = HitCounts(lanes: lanes)
        self.seed = seed
    }

    @inlinable
    deinit {
        for slot in 0..<usedSlots {
            let slot = Slot(slot)
            guard unsafe store.header(slot).pointee.hasValue else { continue }
            unsafe store.value(slot).deinitialize(count: 1)
            unsafe store.key(slot).deinitialize(count: 1)
        }
    }

    /// The slot that `key` is in. `hash` is the half of its hash that the index uses.
    @inlinable
    @inline(__always)
    func find(_ key: Key, hash: UInt32) -> Slot? {
        index.find(hash) { slot in unsafe store.key(slot).pointee == key }
    }

    /// The whole hash of the key in `slot`.
    @inlinable
    func hash(of slot: Slot) -> UInt64 { unsafe store.key(slot).pointee.seededHash(seed) }

    /// Gives `key`, which has none, a slot: in the index, without a value.
    @inlinable
    mutating func claimSlot(for key: Key, hash: UInt32) -> Slot {
        if index.isFull { growIndex() }
        let slot: Slot
        if firstFree != .max {
            slot = Slot(firstFree)
            firstFree = unsafe store.header(slot).pointee.storedAt
        } else {
            precondition(
                usedSlots < Int(SlotLinks.none), "A shard of a cache has no number for another entry; use more shards.")
            if usedSlots == store.slotCount { store.addChunk() }
            slot = Slot(usedSlots)
            usedSlots += 1
            hits.reserve(slots: usedSlots, of: store.slotCount)
        }
        unsafe store.header(slot).initialize(
            to: SlotHeader(deadline: SlotHeader.noValue, storedAt: 0, weightAndSliding: 0))
        unsafe store.key(slot).initialize(to: key)
        index.insert(slot, hash: hash)
        return slot
    }

    /// Makes the index larger and puts all slots with keys into it.
    ///
    /// It hashes every key again, under the locks of the shard. In the order of the slots, which is that of memory: in the order of
    /// the index, each key would be a miss of the processor's cache.
    @inlinable
    @inline(never)
    mutating func growIndex() {
        index.grow()
        for slot in 0..<Slot(usedSlots) where unsafe store.header(slot).pointee.hasValue {
            index.insert(slot, hash: CacheShard<Key, Value>.indexHash(hash(of: slot)))
        }
    }

    /// Frees `slot`, which has a key and no value.
    ///
    /// The caller has the key, too, in a removal or an insertion, and releases it outside the lock: it may be the last reference to
    /// something of the user's.
    @inlinable
    mutating func release(_ slot: Slot, hash: UInt32) {
        index.remove(slot, hash: hash)
        unsafe store.key(slot).deinitialize(count: 1)
        unsafe store.header(slot).pointee = SlotHeader(
            deadline: SlotHeader.noValue, storedAt: firstFree, weightAndSliding: 0)
        firstFree = Int64(slot)
    }

    /// Takes the value out of `slot`, which has one; the key stays.
    @inlinable
    mutating func takeValue(_ slot: Slot, cause: RemovalCause) -> CacheRemoval<Key, Value> {
        let hits = drainHits(of: slot)
        self.hits.lanes.clear(slot)
        unsafe store.header(slot).pointee.deadline = SlotHeader.noValue
        return CacheRemoval(
            key: unsafe store.key(slot).pointee, value: unsafe store.value(slot).move(), cause: cause, hits: hits)
    }

    /// Counts a hit of `slot` in a lane, under the lock of that.
    @inlinable
    @inline(__always)
    func countHit(_ slot: Slot, lane: Int) {
        if hits.lanes.add(slot, lane: lane) { store.places.carryHits(to: slot) }
    }

    /// The hits of `slot`, which has a value, since they were last drained. They start again at zero.
    @usableFromInline
    func drainHits(of slot: Slot) -> Int {
        let carried = unsafe Int(store.header(slot).pointee.carriedHits)
        unsafe store.header(slot).pointee.carriedHits = 0
        return carried + hits.lanes.drain(slot)
    }

    /// Puts a value into `slot`, which has a key and no value.
    @inlinable
    mutating func putValue(_ value: Value, in slot: Slot, weight: Int, lifetime: Lifetime, now: MonotonicInstant) {
        unsafe store.value(slot).initialize(to: value)
        unsafe store.header(slot).pointee = SlotHeader(
            deadline: lifetime.deadline, storedAt: now.nanoseconds,
            weightAndSliding: UInt32(weight) | (lifetime.sliding == nil ? 0 : SlotHeader.slidingBit))
        if let window = lifetime.sliding { store.setWindow(window, of: slot) }
    }

    /// Takes the next key and value out, from the slot `position` on, as invalidated; nil when there is none left. For a table
    /// that is emptied and then no longer used: the index keeps the slot.
    @inlinable
    mutating func takeNext(from position: inout Int) -> CacheRemoval<Key, Value>? {
        while position < usedSlots {
            let slot = Slot(position)
            position += 1
            guard unsafe store.header(slot).pointee.hasValue else { continue }
            let removal = takeValue(slot, cause: .invalidated)
            unsafe store.key(slot).deinitialize(count: 1)
            return removal
        }
        return nil
    }
}
