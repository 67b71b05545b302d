/// Slots found by key: the index, the memory of the slots and the list of free slots. It decides nothing.
///
/// A slot is free (nothing in it is initialised but the header), a ghost (header and key) or has a value (all three).
@usableFromInline
struct SlotTable<Key: CacheKey, Value: Sendable>: ~Copyable {
    @usableFromInline var index = SlotIndex()
    @usableFromInline var store: SlotStore<Key, Value>
    @usableFromInline let hits: HitCounts
    /// The slots below this number have been used at least once; their headers are initialised.
    @usableFromInline var usedSlots = 0
    /// The free slot to use next; `Int64.max` for none.
    @usableFromInline var firstFree = Int64.max

    @inlinable
    init(expected: Int, lanes: Int) {
        store = SlotStore(expected: expected)
        hits = HitCounts(lanes: lanes)
    }

    @inlinable
    deinit {
        for slot in 0..<usedSlots {
            let slot = Slot(slot)
            if unsafe store.header(slot).pointee.hasValue { unsafe store.value(slot).deinitialize(count: 1) }
            if !isFree(slot) { unsafe store.key(slot).deinitialize(count: 1) }
        }
    }

    /// The slot that `key` is in, with a value or as a ghost. `hash` is the half of its hash that the index uses.
    @inlinable
    @inline(__always)
    func find(_ key: Key, hash: UInt32) -> Slot? {
        index.find(hash) { slot in unsafe store.key(slot).pointee == key }
    }

    /// Gives `key`, which has none, a slot: in the index, without a value.
    @inlinable
    mutating func claimSlot(for key: Key, hash: UInt32) -> Slot {
        let slot: Slot
        if firstFree != .max {
            slot = Slot(firstFree)
            firstFree = unsafe store.header(slot).pointee.storedAt
        } else {
            if usedSlots == store.slotCount { store.addChunk() }
            slot = Slot(usedSlots)
            usedSlots += 1
        }
        unsafe store.header(slot).initialize(
            to: SlotHeader(deadline: SlotHeader.noValue, storedAt: 0, hits: 0, weightAndSliding: 0))
        unsafe store.key(slot).initialize(to: key)
        index.insert(slot, hash: hash)
        return slot
    }

    /// Frees `slot`, which has a key and no value. Returns the key, to be released outside the lock: it may be the last
    /// reference to something of the user's.
    @inlinable
    mutating func release(_ slot: Slot, hash: UInt32) -> Key {
        index.remove(slot, hash: hash)
        let key = unsafe store.key(slot).move()
        unsafe store.header(slot).pointee = SlotHeader(
            deadline: SlotHeader.noValue, storedAt: firstFree, hits: .max, weightAndSliding: .max)
        firstFree = Int64(slot)
        return key
    }

    /// Takes the value out of `slot`, which has one; the key stays.
    @inlinable
    mutating func takeValue(_ slot: Slot, cause: RemovalCause) -> CacheRemoval<Key, Value> {
        let hits = takeHits(of: slot)
        unsafe store.header(slot).pointee.deadline = SlotHeader.noValue
        return CacheRemoval(
            key: unsafe store.key(slot).pointee, value: unsafe store.value(slot).move(), cause: cause, hits: hits)
    }

    /// Adds hits to those of `slot`, which stop at the maximum.
    @inlinable
    func addHits(_ count: Int, to slot: Slot) {
        let sum = unsafe Int(store.header(slot).pointee.hits) + count
        unsafe store.header(slot).pointee.hits = UInt32(min(sum, Int(UInt32.max - 1)))
    }

    /// The hits of `slot`, which start again at zero.
    @inlinable
    func takeHits(of slot: Slot) -> Int {
        addHits(hits.take(slot), to: slot)
        defer { unsafe store.header(slot).pointee.hits = 0 }
        return Int(unsafe store.header(slot).pointee.hits)
    }

    /// Puts a value into `slot`, which has a key and no value.
    @inlinable
    mutating func putValue(_ value: Value, in slot: Slot, weight: Int, lifetime: Lifetime, now: MonotonicInstant) {
        unsafe store.value(slot).initialize(to: value)
        unsafe store.header(slot).pointee = SlotHeader(
            deadline: lifetime.deadline, storedAt: now.nanoseconds, hits: 0,
            weightAndSliding: UInt32(weight) | (lifetime.sliding == nil ? 0 : SlotHeader.slidingBit))
        if let window = lifetime.sliding { store.setWindow(window, of: slot) }
    }

    /// Takes the next value out, from the slot `position` on, as invalidated; nil when there is none left.
    @inlinable
    mutating func takeNext(from position: inout Int) -> CacheRemoval<Key, Value>? {
        while position < usedSlots {
            let slot = Slot(position)
            position += 1
            if unsafe store.header(slot).pointee.hasValue { return takeValue(slot, cause: .invalidated) }
        }
        return nil
    }

    /// Whether nothing is in `slot`, not even a key. A used slot cannot look like this: its hits stop one short.
    @inlinable
    func isFree(_ slot: Slot) -> Bool {
        let header = unsafe store.header(slot).pointee
        return !header.hasValue && header.hits == .max
    }
}
