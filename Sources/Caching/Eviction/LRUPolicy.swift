/// Least recently used: the victim is the slot whose last insertion or hit is the longest ago.
///
/// R. L. Mattson, J. Gecsei, D. R. Slutz and I. L. Traiger, "Evaluation techniques for storage hierarchies", IBM Systems
/// Journal 9(2), 1970. A hit moves the slot to the head, which writes the links of up to four slots: the most expensive hit
/// of the policies here.
package struct LRUPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.reported

    package let capacity: Int
    private var links = SlotLinks()
    private var queue = SlotList()
    private var residents = SlotBits()

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    package var residentCount: Int { queue.count }

    package func isResident(_ slot: Slot) -> Bool { residents.contains(slot) }

    package mutating func reserve(slots count: Int) {
        links.reserve(slots: count)
        residents.reserve(slots: count)
    }

    package mutating func hit(_ slot: Slot, hash: UInt64) {
        guard slot != queue.head else { return }
        links.unlink(slot, from: &queue)
        links.pushHead(slot, to: &queue)
    }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        guard let victim = links.popTail(of: &queue) else { return nil }
        residents.remove(victim)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        links.pushHead(slot, to: &queue)
        residents.insert(slot)
    }

    package mutating func remove(_ slot: Slot) {
        guard residents.contains(slot) else { return }
        links.unlink(slot, from: &queue)
        residents.remove(slot)
    }
}
