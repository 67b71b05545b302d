internal import Synchronization

/// The part of the capacity that no entry holds, and for each shard an instant before which nothing in it expires.
///
/// Each entry holds its weight of the capacity. The weights of all shards together with what is here always make the
/// capacity, so it cannot be exceeded, however unevenly keys fall on shards. The instants tell an insertion without room
/// which shards to take expired entries from, without locking any that have none.
///
/// Only removals, and insertions into a cache that is not full, write here; a hit never does.
@usableFromInline
@safe
final class CapacityPool: Sendable {
    /// The whole capacity.
    @usableFromInline let limit: Int
    private let free: Atomic<Int>
    // Unsafe memory, because an array of atomics is not possible. Allocated and initialised in `init` with one element for
    // each shard, freed in `deinit`; the pointer is never written again and atomics may be shared.
    private nonisolated(unsafe) let deadlines: UnsafeMutablePointer<Atomic<Int64>>
    private let shards: Int

    @usableFromInline
    init(limit: Int, shards: Int) {
        self.limit = limit
        self.shards = shards
        free = Atomic(limit)
        unsafe deadlines = .allocate(capacity: shards)
        for shard in 0..<shards { unsafe (deadlines + shard).initialize(to: Atomic(.max)) }
    }

    deinit {
        unsafe deadlines.deinitialize(count: shards)
        unsafe deadlines.deallocate()
    }

    /// The room that entries hold or are about to hold.
    var held: Int { limit - free.load(ordering: .relaxed) }

    /// Takes up to `wanted`, or what there is; relaxed, because the entries themselves are published by the shards' locks.
    @usableFromInline
    func take(upTo wanted: Int) -> Int {
        var available = free.load(ordering: .relaxed)
        while available > 0 && wanted > 0 {
            let taken = min(available, wanted)
            let (exchanged, original) = free.compareExchange(
                expected: available, desired: available - taken, ordering: .relaxed)
            if exchanged { return taken }
            available = original
        }
        return 0
    }

    /// Gives room back.
    @usableFromInline
    func give(_ room: Int) {
        if room > 0 { free.add(room, ordering: .relaxed) }
    }

    /// Makes known that nothing in `shard`, whose lock the caller holds, expires before `deadline`; `Int64.max` for never.
    @usableFromInline
    func setEarliestDeadline(_ deadline: Int64, of shard: Int) {
        unsafe deadlines[shard].store(deadline, ordering: .relaxed)
    }

    /// Whether something in `shard` may have expired at `now`.
    @usableFromInline
    func hasExpired(shard: Int, at now: MonotonicInstant) -> Bool {
        let deadline = unsafe deadlines[shard].load(ordering: .relaxed)
        return deadline <= now.nanoseconds && deadline != .max
    }

    /// Whether something in a shard besides `own` may have expired at `now`.
    @usableFromInline
    func othersHaveExpired(besides own: Int, at now: MonotonicInstant) -> Bool {
        (0..<shards).contains { $0 != own && hasExpired(shard: $0, at: now) }
    }
}
