extension CacheShard {
    /// The number of slots that are read under one hold of the lock: about ten microseconds if all of them have expired.
    @usableFromInline static var batch: Int { 256 }

    /// Removes the value of `key`, alive or expired, as invalidated; false when there is none. A load of it is superseded.
    @inlinable
    mutating func remove(_ key: Key, hash: UInt64, into removals: inout Removals<Key, Value>) -> Bool {
        if !loads.isEmpty { loads.supersede(key) }
        guard let slot = table.find(key, hash: Self.indexHash(hash)) else { return false }
        pool.give(free(slot, hash: hash, cause: .invalidated, into: &removals))
        return true
    }

    /// Removes the value in `slot`, which has expired, and frees the slot.
    @inlinable
    mutating func expire(_ slot: Slot, hash: UInt64, into removals: inout Removals<Key, Value>) {
        pool.give(free(slot, hash: hash, cause: .expired, into: &removals))
    }

    /// Removes the value in `slot` and frees the slot. Returns the room that the entry held; it belongs to the caller.
    @inlinable
    mutating func free(
        _ slot: Slot, hash: UInt64, cause: RemovalCause, into removals: inout Removals<Key, Value>
    ) -> Int {
        let room = removeValue(in: slot, cause: cause, into: &removals)
        policy.remove(slot)
        table.release(slot, hash: Self.indexHash(hash))
        return room
    }

    /// Removes the value in `slot` and counts it; the slot keeps its key. Returns the room that the entry held.
    @inlinable
    mutating func removeValue(
        in slot: Slot, cause: RemovalCause, into removals: inout Removals<Key, Value>
    ) -> Int {
        let room = unsafe table.store.header(slot).pointee.weight
        removals.append(table.takeValue(slot, cause: cause))
        if !examinations.isEmpty { examinations.valueRemoved(from: slot) }
        weight -= room
        count(cause, weight: room)
        return room
    }

    /// Counts the removal of a value.
    @inlinable
    mutating func count(_ cause: RemovalCause, weight: Int) {
        switch cause.kind {
        case .evicted:
            statistics.evictions += 1
            statistics.evictedWeight += weight
        case .expired: statistics.expirations += 1
        case .invalidated: statistics.invalidations += 1
        case .replaced: statistics.replacements += 1
        }
    }

    /// Removes entries that have expired at `now` until `wanted` room is free, and some more if there are. Returns the room,
    /// which belongs to the caller.
    ///
    /// The surplus spares the next insertions the search, and one that comes from another shard its lock. Reads at most 1,024
    /// slots without finding an expired entry; the bounds of the blocks that it has read are exact then.
    @inlinable
    mutating func freeExpired(
        _ wanted: Int, at now: MonotonicInstant, into removals: inout Removals<Key, Value>
    ) -> Int {
        var room = 0
        var readInVain = 0
        while room < max(wanted, DeadlineBounds.blockSize), readInVain < 1_024,
            let block = bounds.block(expiredAt: now.nanoseconds)
        {
            let freed = expireBlock(block, at: now, limit: .max, into: &removals)
            if freed == 0 { readInVain += DeadlineBounds.blockSize }
            room += freed
        }
        return room
    }

    /// Removes the entries of a block that have expired at `now`, until `removals` has `limit`. Returns the room that they
    /// held.
    @inlinable
    mutating func expireBlock(
        _ block: Int, at now: MonotonicInstant, limit: Int, into removals: inout Removals<Key, Value>
    ) -> Int {
        var room = 0
        var bound = Int64.max
        let start = block * DeadlineBounds.blockSize
        for number in start..<min(start + DeadlineBounds.blockSize, table.usedSlots) {
            let slot = Slot(number)
            let header = unsafe table.store.header(slot).pointee
            guard header.hasValue, header.deadline != .max else { continue }
            if header.deadline > now.nanoseconds {
                bound = min(bound, header.deadline)
            } else if removals.count == limit {
                return room
            } else {
                let hash = table.hash(of: slot)
                room += free(slot, hash: hash, cause: .expired, into: &removals)
            }
        }
        changeBounds { $0.set(bound, of: block) }
        return room
    }

    /// Removes entries that have expired at `now` in a few blocks, until `removals` has `limit`. Returns whether no block is
    /// left in which an entry may have expired.
    @inlinable
    mutating func sweep(at now: MonotonicInstant, limit: Int, into removals: inout Removals<Key, Value>) -> Bool {
        for _ in 0..<Self.batch / DeadlineBounds.blockSize where removals.count < limit {
            guard let block = bounds.block(expiredAt: now.nanoseconds) else { return true }
            pool.give(expireBlock(block, at: now, limit: limit, into: &removals))
        }
        return false
    }

    /// Copies and zeroes the hits of the batch that begins with the slot `start`, until `drained` holds `limit`. Returns the
    /// slot of the next batch, nil when this was the last.
    @inlinable
    mutating func drainHits(
        from start: Int, limit: Int, into drained: inout [(Key, Value, Int)]
    ) -> Int? {
        let end = min(start + Self.batch, table.usedSlots)
        for number in start..<max(start, end) {
            let slot = Slot(number)
            guard unsafe table.store.header(slot).pointee.hasValue else { continue }
            if drained.count == limit { return number }
            let hits = table.drainHits(of: slot)
            guard hits > 0 else { continue }
            unsafe drained.append((table.store.key(slot).pointee, table.store.value(slot).pointee, hits))
        }
        return end < table.usedSlots ? end : nil
    }

    /// Copies the entries of the batch that begins with the slot `start`, for a caller that looks at them outside the lock
    /// and then calls ``remove(_:of:into:)``.
    ///
    /// - Returns: The number of the examination, and the slot of the next batch; nil when this was the last.
    @inlinable
    mutating func examine(
        from start: Int, into entries: inout [ExaminedEntry<Key, Value>]
    ) -> (examination: UInt64, next: Int?) {
        let end = max(start, min(start + Self.batch, table.usedSlots))
        for number in start..<end {
            let slot = Slot(number)
            guard unsafe table.store.header(slot).pointee.hasValue else { continue }
            unsafe entries.append(
                ExaminedEntry(slot: slot, key: table.store.key(slot).pointee, value: table.store.value(slot).pointee))
        }
        return (examinations.begin(start..<end), end < table.usedSlots ? end : nil)
    }

    /// Ends an examination and removes those of the examined `slots` that still hold the value that was examined.
    @inlinable
    mutating func remove(_ slots: [Slot], of examination: UInt64, into removals: inout Removals<Key, Value>) {
        let changed = examinations.end(examination)
        for slot in slots where !changed.contains(slot) {
            let hash = table.hash(of: slot)
            pool.give(free(slot, hash: hash, cause: .invalidated, into: &removals))
        }
    }

    /// Exchanges the table for an empty one and counts its entries as invalidated. Takes no longer for a full shard.
    @inlinable
    mutating func detach(into old: inout SlotTable<Key, Value>) {
        swap(&table, &old)
        statistics.invalidations += policy.residentCount
        policy.reset()
        pool.give(weight)
        weight = 0
        changeBounds { $0.reset() }
        examinations.allValuesRemoved()
        if !loads.isEmpty { loads.supersedeAll() }
    }
}

/// An entry that was copied out of a shard to be looked at outside the lock.
@usableFromInline
struct ExaminedEntry<Key: CacheKey, Value: Sendable>: Sendable {
    @usableFromInline let slot: Slot
    @usableFromInline let key: Key
    @usableFromInline let value: Value

    @inlinable
    init(slot: Slot, key: Key, value: Value) {
        self.slot = slot
        self.key = key
        self.value = value
    }
}
