/// The slots by the hashes of their keys: an open-addressing hash table of 64-bit words, each 32 bits of hash beside the
/// number of the slot.
///
/// Linear probing within a cache line, no tombstones: a removal shifts its followers back, so the cost of an operation
/// does not depend on the table's past. A word's home is its hash scaled to the table's length, not masked, so that the table
/// grows by a quarter rather than by doubling (a load from 0.6 to 0.75: 11 to 14 bytes a slot) and moves its words in order.
///
/// Unsafe memory and not an array, because a probe would pay for bounds checks, and a write for a uniqueness check, that
/// `length` already answers. The words are allocated in `init` and in `grow`, freed in `deinit`, and every index is below
/// `length`.
@safe
@usableFromInline
struct SlotIndex: ~Copyable {
    @usableFromInline var words: UnsafeMutablePointer<UInt64>
    @usableFromInline var length: Int
    @usableFromInline var used = 0

    @inlinable
    init() {
        length = 8
        unsafe words = .allocate(capacity: 8)
        unsafe words.initialize(repeating: 0, count: 8)
    }

    @inlinable
    deinit { unsafe words.deallocate() }

    @inlinable
    func home(_ hash: UInt32) -> Int { Int(truncatingIfNeeded: (UInt64(hash) &* UInt64(length)) &>> 32) }

    /// The slot whose hash is `hash` and for which `isMatch` is true; nil when there is none.
    @inlinable
    @inline(__always)
    func find(_ hash: UInt32, where isMatch: (Slot) -> Bool) -> Slot? {
        var position = home(hash)
        while true {
            let word = unsafe words[position]
            if word == 0 { return nil }
            if UInt32(truncatingIfNeeded: word &>> 32) == hash {
                let slot = Slot(truncatingIfNeeded: word) &- 1
                if isMatch(slot) { return slot }
            }
            position &+= 1
            if position == length { position = 0 }
        }
    }

    /// Adds `slot`, which is not there, under `hash`.
    @usableFromInline
    mutating func insert(_ slot: Slot, hash: UInt32) {
        if (used + 1) * 4 > length * 3 { grow() }
        place(UInt64(hash) << 32 | UInt64(slot &+ 1))
        used += 1
    }

    /// Takes out `slot`, which is there under `hash`.
    @usableFromInline
    mutating func remove(_ slot: Slot, hash: UInt32) {
        let word = UInt64(hash) << 32 | UInt64(slot &+ 1)
        var hole = home(hash)
        while unsafe words[hole] != word {
            if unsafe words[hole] == 0 { preconditionFailure("A slot was removed that the index does not hold.") }
            hole = next(hole)
        }
        var position = next(hole)
        while unsafe words[position] != 0 {
            let follower = unsafe words[position]
            let home = home(UInt32(truncatingIfNeeded: follower >> 32))
            // The follower may move into the hole unless its home lies behind the hole, on the way to where it is.
            if distance(from: home, to: position) >= distance(from: hole, to: position) {
                unsafe words[hole] = follower
                hole = position
            }
            position = next(position)
        }
        unsafe words[hole] = 0
        used -= 1
    }

    private func next(_ position: Int) -> Int { position + 1 == length ? 0 : position + 1 }

    private func distance(from start: Int, to end: Int) -> Int { end >= start ? end - start : end - start + length }

    private mutating func place(_ word: UInt64) {
        var position = home(UInt32(truncatingIfNeeded: word >> 32))
        while unsafe words[position] != 0 { position = next(position) }
        unsafe words[position] = word
    }

    private mutating func grow() {
        let old = unsafe words
        let oldLength = length
        length = max(16, oldLength + oldLength / 4)
        unsafe words = .allocate(capacity: length)
        unsafe words.initialize(repeating: 0, count: length)
        for position in 0..<oldLength {
            let word = unsafe old[position]
            if word != 0 { place(word) }
        }
        unsafe old.deallocate()
    }
}
