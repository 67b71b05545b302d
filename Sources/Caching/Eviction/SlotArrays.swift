/// How much room arrays that have something for each slot are given.
enum SlotRoom {
    /// Room for the slots below `used`, and for at least an eighth more than before, up to `available`. So arrays are seldom copied,
    /// and never keep memory for many unused slots.
    static func grown(from before: Int, for used: Int, of available: Int) -> Int {
        max(used, min(available, before + max(16, before / 8)))
    }
}

extension Array {
    /// Has at least `count` elements, those that are new being `element`.
    package mutating func grow(to count: Int, with element: Element) {
        guard count > self.count else { return }
        reserveCapacity(count)
        while self.count < count { append(element) }
    }
}

/// One bit a slot, packed: a million slots fit in 125 kilobytes, which a processor's second-level cache holds.
package struct SlotBits: Sendable {
    private var words: [UInt64] = []

    package init() {}

    /// Makes all slots below `count` usable; new bits are clear.
    package mutating func reserve(slots count: Int) {
        words.grow(to: (count + 63) / 64, with: 0)
    }

    /// Whether the bit of `slot` is set.
    package func contains(_ slot: Slot) -> Bool {
        words[Int(slot >> 6)] & (1 &<< UInt64(slot & 63)) != 0
    }

    /// Sets the bit of `slot`.
    package mutating func insert(_ slot: Slot) {
        words[Int(slot >> 6)] |= 1 &<< UInt64(slot & 63)
    }

    /// Clears the bit of `slot`.
    package mutating func remove(_ slot: Slot) {
        words[Int(slot >> 6)] &= ~(1 &<< UInt64(slot & 63))
    }
}

/// The weights of slots, for policies that measure their segments. Costs nothing while all of them are 1, which is always
/// so in a cache whose capacity is in entries.
package struct SlotWeights: Sendable {
    private var weights: [UInt32] = []

    package init() {}

    /// The weight of `slot`.
    package func weight(of slot: Slot) -> Int { weights.isEmpty ? 1 : Int(weights[Int(slot)]) }

    /// Sets the weight of `slot`, which is below `slots`.
    package mutating func set(_ weight: Int, for slot: Slot, slots: Int) {
        if weights.isEmpty && weight == 1 { return }
        weights.grow(to: slots, with: 1)
        weights[Int(slot)] = UInt32(clamping: weight)
    }
}

/// A doubly linked list of slots: its two ends and its length. The links are in a ``SlotLinks`` that several lists can
/// share, as long as a slot is in one of them at a time.
package struct SlotList: Sendable {
    /// The slot pushed last, or `SlotLinks.none`.
    package fileprivate(set) var head: Slot = SlotLinks.none

    /// The slot pushed first, or `SlotLinks.none`.
    package fileprivate(set) var tail: Slot = SlotLinks.none

    /// How many slots there are.
    package fileprivate(set) var count = 0

    package init() {}
}

/// The links between slots, and a mark of four bits for each that a policy may use: eight bytes a slot in one array, no nodes, no
/// reference counting.
///
/// The mark is in the links because a policy that reads it changes them next: an array of its own would cost one more cache miss.
@usableFromInline
package struct SlotLinks: Sendable {
    /// The number that is no slot: those of slots have thirty bits and are smaller.
    @inlinable package static var none: Slot { (1 << 30) - 1 }

    /// Two neighbours, each with two bits of the mark above.
    private struct Link: Sendable {
        private var low: UInt32
        private var high: UInt32

        init(newer: Slot, older: Slot) {
            low = newer
            high = older
        }

        /// The neighbour towards the head.
        var newer: Slot {
            get { low & SlotLinks.none }
            set { low = low & ~SlotLinks.none | newValue }
        }

        /// The neighbour towards the tail.
        var older: Slot {
            get { high & SlotLinks.none }
            set { high = high & ~SlotLinks.none | newValue }
        }

        var mark: UInt8 {
            get { UInt8(truncatingIfNeeded: low >> 30 | (high >> 30) << 2) }
            set {
                low = newer | UInt32(newValue) << 30
                high = older | UInt32(newValue >> 2) << 30
            }
        }
    }

    private var links: [Link] = []

    package init() {}

    /// How many slots have links.
    package var slotCount: Int { links.count }

    /// Makes all slots below `count` usable.
    package mutating func reserve(slots count: Int) {
        links.grow(to: count, with: Link(newer: Self.none, older: Self.none))
    }

    /// The neighbour of `slot` towards the head of its list, or `none`.
    package func newer(_ slot: Slot) -> Slot { links[Int(slot)].newer }

    /// The mark of `slot`: 0 at first, at most 15. Lists leave it alone.
    package func mark(_ slot: Slot) -> UInt8 { links[Int(slot)].mark }

    /// Changes the mark of `slot`.
    package mutating func mark(_ slot: Slot, as mark: UInt8) { links[Int(slot)].mark = mark }

    /// Puts `slot`, which is in no list, at the head of `list`.
    package mutating func pushHead(_ slot: Slot, to list: inout SlotList) {
        links[Int(slot)].newer = Self.none
        links[Int(slot)].older = list.head
        if list.head == Self.none {
            list.tail = slot
        } else {
            links[Int(list.head)].newer = slot
        }
        list.head = slot
        list.count += 1
    }

    /// Moves `slot`, which is in `list`, to its head.
    package mutating func moveToHead(_ slot: Slot, in list: inout SlotList) {
        guard slot != list.head else { return }
        unlink(slot, from: &list)
        pushHead(slot, to: &list)
    }

    /// Takes `slot` out of `list`, which it is in.
    package mutating func unlink(_ slot: Slot, from list: inout SlotList) {
        let link = links[Int(slot)]
        if link.newer == Self.none { list.head = link.older } else { links[Int(link.newer)].older = link.older }
        if link.older == Self.none { list.tail = link.newer } else { links[Int(link.older)].newer = link.newer }
        list.count -= 1
    }

    /// Takes the slot at the tail out of `list`; nil when it is empty.
    package mutating func popTail(of list: inout SlotList) -> Slot? {
        guard list.count > 0 else { return nil }
        let slot = list.tail
        unlink(slot, from: &list)
        return slot
    }
}
