/// First in, first out: the victim is the slot that was inserted first; a hit changes nothing.
///
/// The baseline that every paper on eviction measures against; L. A. Belady, "A study of replacement algorithms for a
/// virtual-storage computer", IBM Systems Journal 5(2), 1966. Eight bytes a slot for the links, which a hit never touches.
package struct FIFOPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.ignored

    package let capacity: Int
    private var queue = ResidentQueue()

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    package var residentCount: Int { queue.count }

    package func isResident(_ slot: Slot) -> Bool { queue.contains(slot) }

    package mutating func reserve(slots count: Int) { queue.reserve(slots: count) }

    package mutating func hit(_ slot: Slot, hash: UInt64) {}

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? { queue.popTail() }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        queue.pushHead(slot)
    }

    package mutating func remove(_ slot: Slot) { queue.remove(slot) }
}
