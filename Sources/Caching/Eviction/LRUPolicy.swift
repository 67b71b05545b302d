/// Least recently used: the victim is the slot whose last insertion or hit is the longest ago.
///
/// R. L. Mattson, J. Gecsei, D. R. Slutz and I. L. Traiger, "Evaluation techniques for storage hierarchies", IBM Systems
/// Journal 9(2), 1970. A hit moves the slot to the head, which writes the links of up to four slots: the most expensive hit
/// of the policies here.
package struct LRUPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.reported

    package let capacity: Int
    private var queue = ResidentQueue()

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    package var residentCount: Int { queue.count }

    package func isResident(_ slot: Slot) -> Bool { queue.contains(slot) }

    package mutating func reserve(slots count: Int) { queue.reserve(slots: count) }

    package mutating func hit(_ slot: Slot, hash: UInt64) { queue.moveToHead(slot) }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? { queue.popTail() }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        queue.pushHead(slot)
    }

    package mutating func remove(_ slot: Slot) { queue.remove(slot) }
}
