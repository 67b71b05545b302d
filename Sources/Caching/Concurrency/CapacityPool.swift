internal import Synchronization

/// The part of the capacity that no entry holds, and for each shard an instant before which nothing in it expires.
///
/// Each entry holds its weight of the capacity. The weights of all shards and the room here always add up to the
/// capacity, so it cannot be exceeded, however unevenly keys fall on shards. An insertion without room reads the
/// instants to find the shards that have expired entries, and locks no others.
///
/// Only removals, insertions into a cache that is not full, and changes of a shard's earliest deadline write here; a hit
/// never does.
@usableFromInline
final class CapacityPool: Sendable {
    /// The whole capacity.
    @usableFromInline let limit: Int
    private let free: Atomic<Int>
    /// The earliest deadline of each shard; `Int64.max` for none.
    private let deadlines: Lock<[Int64]>
    /// At most the smallest of them. Only written under their lock, but read without it.
    private let earliest = Atomic<Int64>(.max)

    @usableFromInline
    init(limit: Int, shards: Int) {
        self.limit = limit
        free = Atomic(limit)
        deadlines = Lock(Array(repeating: .max, count: shards))
    }

    /// The room that entries hold or are about to hold.
    var held: Int { limit - free.load(ordering: .relaxed) }

    /// Takes up to `wanted`, or the room that there is; relaxed, because the entries themselves are published by the shards' locks.
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

    /// Notes that nothing in `shard`, whose locks the caller holds, expires before `deadline`; `Int64.max` for never.
    @usableFromInline
    func setEarliestDeadline(_ deadline: Int64, of shard: Int) {
        deadlines.withLock { deadlines in
            deadlines[shard] = deadline
            if deadline < earliest.load(ordering: .relaxed) { earliest.store(deadline, ordering: .relaxed) }
        }
    }

    /// Whether an entry in some shard may have expired at `now`. Takes no lock while that is not so.
    @usableFromInline
    func mayHaveExpired(at now: MonotonicInstant) -> Bool {
        guard isPast(earliest.load(ordering: .relaxed), now) else { return false }
        return deadlines.withLock { deadlines in
            let smallest = deadlines.min() ?? .max
            earliest.store(smallest, ordering: .relaxed)
            return isPast(smallest, now)
        }
    }

    /// The shards in which an entry may have expired at `now`.
    @usableFromInline
    func shardsWithExpired(at now: MonotonicInstant) -> [Int] {
        deadlines.withLock { deadlines in deadlines.indices.filter { isPast(deadlines[$0], now) } }
    }

    private func isPast(_ deadline: Int64, _ now: MonotonicInstant) -> Bool {
        deadline <= now.nanoseconds && deadline != .max
    }
}
