extension CacheShard {
    /// How many slots one hold of the lock looks at: some ten microseconds when all of them have expired.
    @usableFromInline static var batch: Int { 256 }

    /// Whether a sweep at `now` could find anything. If so, the bound starts anew, and the sweep's batches build it up.
    @inlinable
    mutating func beginSweep(at now: MonotonicInstant) -> Bool {
        guard earliestDeadline <= now.nanoseconds, earliestDeadline != .max else { return false }
        earliestDeadline = .max
        return true
    }

    /// Frees what has expired at `now` in the batch that begins with the slot `start`, until `departures` hold `limit`.
    /// Returns the slot to go on with, nil when all have been seen.
    @inlinable
    mutating func sweep(
        from start: Int, at now: MonotonicInstant, limit: Int, into departures: inout Departures<Key, Value>
    ) -> Int? {
        let end = min(start + Self.batch, table.usedSlots)
        for number in start..<max(start, end) {
            let slot = Slot(number)
            let header = unsafe table.store.header(slot).pointee
            guard header.hasValue, header.deadline != .max else { continue }
            if header.deadline <= now.nanoseconds {
                if departures.count == limit { return number }
                expire(slot, hash: unsafe table.store.key(slot).pointee.seededHash(seed), into: &departures)
            } else {
                earliestDeadline = min(earliestDeadline, header.deadline)
            }
        }
        return end < table.usedSlots ? end : nil
    }

    /// Copies out and zeroes the hits of the batch that begins with the slot `start`, until `drained` holds `limit`. Returns
    /// the slot to go on with, nil when all have been seen.
    @inlinable
    mutating func drainHits(
        from start: Int, limit: Int, into drained: inout [(Key, Value, Int)]
    ) -> Int? {
        let end = min(start + Self.batch, table.usedSlots)
        for number in start..<max(start, end) {
            let slot = Slot(number)
            guard unsafe table.store.header(slot).pointee.hasValue else { continue }
            if drained.count == limit { return number }
            let hits = table.takeHits(of: slot)
            guard hits > 0 else { continue }
            unsafe drained.append((table.store.key(slot).pointee, table.store.value(slot).pointee, hits))
        }
        return end < table.usedSlots ? end : nil
    }

    /// Exchanges the table for an empty one and counts what was in it as invalidated. Takes no longer for a full shard.
    @inlinable
    mutating func detach(into old: inout SlotTable<Key, Value>) {
        swap(&table, &old)
        statistics.invalidations += policy.residentCount
        policy.reset()
        pool.give(weight)
        weight = 0
        earliestDeadline = .max
    }
}

extension SlotTable {
    /// Takes the next value out, from the slot `position` on; nil when there is none left.
    @inlinable
    mutating func takeNext(from position: inout Int) -> CacheRemoval<Key, Value>? {
        while position < usedSlots {
            let slot = Slot(position)
            position += 1
            if unsafe store.header(slot).pointee.hasValue { return takeValue(slot, cause: .invalidated) }
        }
        return nil
    }
}
