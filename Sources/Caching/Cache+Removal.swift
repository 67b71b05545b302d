extension Cache {
    /// Removes the value for `key`.
    ///
    /// A load of this key that is in progress still answers its callers, but its result is not stored. Later callers
    /// begin another load.
    ///
    /// - Returns: Whether there was a value, alive or expired.
    @inlinable
    @discardableResult
    public func removeValue(for key: Key) -> Bool {
        var removals = Removals<Key, Value>()
        let isRemoved = removeValue(for: key, removals: &removals)
        report(removals)
        return isRemoved
    }

    /// Removes like ``removeValue(for:)``, for a caller that holds a lock of its own: the removed entry is handed to the
    /// caller, which passes it to ``report(_:)`` after releasing its lock.
    @inlinable
    @discardableResult
    package func removeValue(for key: Key, removals: inout Removals<Key, Value>) -> Bool {
        let hash = key.seededHash(seed)
        return shards.withLock(shards.number(for: hash)) { shard in
            shard.remove(key, hash: hash, into: &removals)
        }
    }

    /// Removes every entry. Entries that other threads insert at the same time may stay.
    ///
    /// Loads in progress still answer their callers, but their results are not stored. Each shard's lock is held for a
    /// moment only, however many entries there are.
    @inlinable
    public func removeAll() {
        let expected = configuration.expectedSlots(inShares: shards.count)
        let blocks = SlotStore<Key, Value>.blocks(expected: expected, shards: shards.count)
        for number in 0..<shards.count {
            var old = SlotTable<Key, Value>(expected: expected, blocks: blocks, lanes: shards.laneCount, seed: seed)
            shards.withLock(number) { shard in shard.detach(into: &old) }
            var position = 0
            while let removal = old.takeNext(from: &position) { onRemoval?(removal) }
        }
    }

    /// Removes the entries that `isIncluded` picks, as invalidated.
    ///
    /// The closure sees every entry that is in the cache during the whole call, alive or expired. It runs outside every
    /// lock and may use the cache. The entries are read in batches of 256 slots; one that is replaced or removed between
    /// the reading and the removal of its batch is left alone. An entry that is inserted during the call, or loaded, may or
    /// may not be seen.
    ///
    /// - Parameter isIncluded: Whether the entry with this key and this value is to be removed. If it throws, the entries of
    ///   its batch stay, those of earlier batches are removed already.
    /// - Returns: How many entries were removed.
    @inlinable
    @discardableResult
    public func removeAll(where isIncluded: (Key, Value) throws -> Bool) rethrows -> Int {
        var count = 0
        for number in 0..<shards.count {
            var next: Int? = 0
            while let slot = next {
                var batch: [ExaminedEntry<Key, Value>] = []
                let (examination, rest) = shards.withLock(number) { shard in shard.examine(from: slot, into: &batch) }
                next = rest
                var removals = Removals<Key, Value>()
                // Also when the closure throws: then `chosen` is empty and only the examination ends.
                var chosen: [Slot] = []
                defer {
                    shards.withLock(number) { shard in shard.remove(chosen, of: examination, into: &removals) }
                    count += removals.count
                    report(removals)
                }
                chosen = try batch.filter { try isIncluded($0.key, $0.value) }.map(\.slot)
            }
        }
        return count
    }
}
