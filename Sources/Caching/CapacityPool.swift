internal import Synchronization

/// The room of a cache that nobody holds. Each entry holds its weight of it, so the weights of all shards together with what
/// is here always make the capacity: it cannot be exceeded, however unevenly keys fall on shards, and a cache that is
/// filled with as many keys as it has room for keeps every one.
///
/// Only an insertion into a cache that is not full, and a removal, write here; a hit never does.
@usableFromInline
final class CapacityPool: Sendable {
    /// All the room there is.
    @usableFromInline let limit: Int
    private let free: Atomic<Int>

    @usableFromInline
    init(limit: Int) {
        self.limit = limit
        free = Atomic(limit)
    }

    /// The room that is held by entries, or about to be.
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

    /// Gives back what is no longer held.
    @usableFromInline
    func give(_ room: Int) {
        if room > 0 { free.add(room, ordering: .relaxed) }
    }
}
