/// CLOCK, also called second chance or FIFO-reinsertion: first in, first out, except that a slot that was hit since it was last
/// considered goes to the newest end instead of leaving.
///
/// F. J. Corbató, "A paging experiment with the Multics system", MIT Project MAC, 1968. One bit a slot, clear at first; a hit sets
/// it (here the policy asks for hits); the oldest slot whose bit is clear is the victim, and those before it lose their bit and
/// become the newest. Its hit ratio is close to that of LRU, and a hit moves nothing.
package struct ClockPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.asked

    package let capacity: Int
    private var queue = ResidentQueue()
    private var visited = SlotBits()

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    package var residentCount: Int { queue.count }

    package func isResident(_ slot: Slot) -> Bool { queue.contains(slot) }

    package mutating func reserve(slots count: Int) {
        queue.reserve(slots: count)
        visited.reserve(slots: count)
    }

    package mutating func hit(_ slot: Slot, hash: UInt64) { visited.insert(slot) }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        while queue.count > 0, hitsOf(queue.tail) > 0 || visited.contains(queue.tail) {
            visited.remove(queue.tail)
            queue.moveToHead(queue.tail)
        }
        return queue.popTail()
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        queue.pushHead(slot)
        visited.remove(slot)
    }

    package mutating func remove(_ slot: Slot) { queue.remove(slot) }
}
