/// One bit a slot, packed: a million slots fit in 125 kilobytes, which a processor's second-level cache holds.
package struct SlotBits: Sendable {
    private var words: [UInt64] = []

    package init() {}

    /// Makes all slots below `count` usable; new bits are clear.
    package mutating func reserve(slots count: Int) {
        let wanted = (count + 63) / 64
        guard wanted > words.count else { return }
        words.reserveCapacity(wanted)
        while words.count < wanted { words.append(0) }
    }

    /// Whether the bit of `slot` is set.
    package func contains(_ slot: Slot) -> Bool {
        words[Int(slot >> 6)] & (1 &<< UInt64(slot & 63)) != 0
    }

    /// Sets the bit of `slot`. A set bit is not written again: the line stays shared between processors that only hit.
    package mutating func insert(_ slot: Slot) {
        let bit: UInt64 = 1 &<< UInt64(slot & 63)
        if words[Int(slot >> 6)] & bit == 0 { words[Int(slot >> 6)] |= bit }
    }

    /// Clears the bit of `slot`.
    package mutating func remove(_ slot: Slot) {
        words[Int(slot >> 6)] &= ~(1 &<< UInt64(slot & 63))
    }
}
