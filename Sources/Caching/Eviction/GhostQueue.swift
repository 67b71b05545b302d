/// The keys whose values were evicted and that a policy still remembers: only their hashes, in the order in which they left.
///
/// A hash of 64 bits stands for its key: with a million ghosts, one request in 10^13 is taken for that of another key. So a ghost
/// holds neither key nor slot, and costs 8 to 12 bytes in a ring and 5 to 16 in an index of the places in the ring (and 4 more where entries have weights). One that was
/// taken out leaves its place in the ring behind, until that comes to the front or the ring is full.
package struct GhostQueue: Sendable {
    /// How many there are.
    package private(set) var count = 0
    /// The weight of all.
    package private(set) var weight = 0

    /// The ring: hashes from the place `first` on, `length` of them, taken ones included.
    private var hashes: [UInt64] = []
    private var weights = SlotWeights()
    private var first = 0
    private var length = 0
    /// The places whose ghosts were not taken out.
    private var living = SlotBits()
    /// Open addressing with linear probing and a power of two of words, each the number of a place and one, or 0.
    private var index: [UInt32] = []

    /// Makes an empty queue.
    package init() {}

    /// Whether `hash` is there.
    package func contains(_ hash: UInt64) -> Bool { find(hash) != nil }

    /// Takes `hash` out; whether it was there.
    package mutating func take(_ hash: UInt64) -> Bool {
        guard let position = find(hash) else { return false }
        forget(place: Int(index[position]) - 1, at: position)
        return true
    }

    /// Adds `hash` as the newest. It is not there: a policy takes it out when its key is admitted. (If two keys have one hash,
    /// it may be there twice, as two ghosts.)
    package mutating func append(_ hash: UInt64, weight own: Int) {
        if length == hashes.count { makeRoom() }
        let end = first + length
        let place = end < hashes.count ? end : end - hashes.count
        length += 1
        put(hash, weight: own, in: place)
    }

    /// Forgets the oldest; there is one.
    package mutating func removeFirst() {
        while true {
            let place = first
            first = first + 1 == hashes.count ? 0 : first + 1
            length -= 1
            guard living.contains(Slot(place)) else { continue }
            var position = home(hashes[place])
            while Int(index[position]) != place + 1 { position = (position + 1) & (index.count - 1) }
            return forget(place: place, at: position)
        }
    }

    private func home(_ hash: UInt64) -> Int {
        // Hashes of a simulation are small numbers; the multiplication spreads them.
        Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 32) & (index.count - 1)
    }

    private func find(_ hash: UInt64) -> Int? {
        guard count > 0 else { return nil }
        var position = home(hash)
        while index[position] != 0 {
            if hashes[Int(index[position]) - 1] == hash { return position }
            position = (position + 1) & (index.count - 1)
        }
        return nil
    }

    private mutating func put(_ hash: UInt64, weight own: Int, in place: Int) {
        hashes[place] = hash
        weights.set(own, for: Slot(place), slots: hashes.count)
        living.insert(Slot(place))
        count += 1
        weight += own
        var position = home(hash)
        while index[position] != 0 { position = (position + 1) & (index.count - 1) }
        index[position] = UInt32(place + 1)
    }

    private mutating func forget(place: Int, at position: Int) {
        living.remove(Slot(place))
        count -= 1
        weight -= weights.weight(of: Slot(place))
        vacate(position)
    }

    /// Empties a word of the index and moves those behind it up, as far as their homes allow.
    private mutating func vacate(_ start: Int) {
        let mask = index.count - 1
        var hole = start
        var position = (hole + 1) & mask
        while index[position] != 0 {
            let home = home(hashes[Int(index[position]) - 1])
            if (position - home) & mask >= (position - hole) & mask {
                index[hole] = index[position]
                hole = position
            }
            position = (position + 1) & mask
        }
        index[hole] = 0
    }

    /// Leaves the places of those that were taken out, and makes the ring larger if few were.
    private mutating func makeRoom() {
        let old = self
        self = GhostQueue()
        let capacity = max(16, old.count + old.count / 2)
        hashes = Array(repeating: 0, count: capacity)
        living.reserve(slots: capacity)
        index = Array(repeating: 0, count: 1 << (Int.bitWidth - (capacity * 4 / 3).leadingZeroBitCount))
        for offset in 0..<old.length {
            let place = (old.first + offset) % old.hashes.count
            guard old.living.contains(Slot(place)) else { continue }
            put(old.hashes[place], weight: old.weights.weight(of: Slot(place)), in: length)
            length += 1
        }
    }
}
