/// The resident slots of a policy in one list, from the newest at the head to the oldest at the tail. It knows which slots are in it.
///
/// FIFO, LRU, CLOCK and SIEVE have nothing else, and differ in the slot that they take out and in what a hit does.
package struct ResidentQueue: Sendable {
    private var links = SlotLinks()
    private var list = SlotList()
    private var residents = SlotBits()

    package init() {}

    /// How many slots are in it.
    package var count: Int { list.count }

    /// The newest slot, or `SlotLinks.none`.
    package var head: Slot { list.head }

    /// The oldest slot, or `SlotLinks.none`.
    package var tail: Slot { list.tail }

    /// The neighbour of `slot` towards the head, or `SlotLinks.none`.
    package func newer(_ slot: Slot) -> Slot { links.newer(slot) }

    /// Whether `slot` is in it.
    package func contains(_ slot: Slot) -> Bool { residents.contains(slot) }

    /// Makes all slots below `count` usable.
    package mutating func reserve(slots count: Int) {
        links.reserve(slots: count)
        residents.reserve(slots: count)
    }

    /// Adds `slot`, which is not in it, at the head.
    package mutating func pushHead(_ slot: Slot) {
        links.pushHead(slot, to: &list)
        residents.insert(slot)
    }

    /// Moves `slot`, which is in it, to the head.
    package mutating func moveToHead(_ slot: Slot) { links.moveToHead(slot, in: &list) }

    /// Takes out the oldest slot; nil when it is empty.
    package mutating func popTail() -> Slot? {
        guard let slot = links.popTail(of: &list) else { return nil }
        residents.remove(slot)
        return slot
    }

    /// Takes `slot` out. No effect on one that is not in it.
    package mutating func remove(_ slot: Slot) {
        guard residents.contains(slot) else { return }
        links.unlink(slot, from: &list)
        residents.remove(slot)
    }
}
