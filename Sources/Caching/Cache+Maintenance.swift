extension Cache {
    /// Frees every entry whose deadline has come at `now`, without waiting for a lookup. Returns how many.
    ///
    /// Works in batches of 256 slots, each under one hold of one shard's lock; shards in which nothing can have expired are
    /// skipped. Costs one look at each slot of the others.
    @inlinable
    @discardableResult
    public func sweep(at now: MonotonicInstant) -> Int {
        sweep(from: CacheCursor(), at: now, limit: .max).expired
    }

    /// Removes every entry. What other threads insert meanwhile may stay.
    ///
    /// Each shard's lock is held for a moment only, however many entries there are.
    @inlinable
    public func removeAll() {
        for number in 0..<shards.count {
            var old = SlotTable<Key, Value>(
                expected: configuration.expectedSlots(inShares: shards.count), lanes: shards.laneCount)
            shards.withLock(number) { shard in shard.detach(into: &old) }
            var position = 0
            while let removal = old.takeNext(from: &position) { onRemoval?(removal) }
        }
    }
}

extension Cache {
    /// Removes the entries that meet a condition, which is asked outside every lock; returns how many.
    @inlinable
    @discardableResult
    public func removeAll(where isMeant: (Key, Value) -> Bool) -> Int {
        var keys: [Key] = []
        for number in 0..<shards.count {
            let entries = shards.withLock(number) { shard in shard.entries() }
            keys += entries.filter { isMeant($0.0, $0.1) }.map(\.0)
        }
        return keys.count { removeValue(for: $0) }
    }
}

extension CacheShard {
    @inlinable
    func entries() -> [(Key, Value)] {
        (0..<table.usedSlots).compactMap { number in
            let slot = Slot(number)
            guard unsafe table.store.header(slot).pointee.hasValue else { return nil }
            return unsafe (table.store.key(slot).pointee, table.store.value(slot).pointee)
        }
    }
}
