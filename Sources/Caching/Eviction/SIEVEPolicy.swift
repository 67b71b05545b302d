/// SIEVE: first in, first out, except that a slot that was hit since the hand last passed it stays where it is.
///
/// Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson and K. V. Rashmi, "SIEVE is simpler than LRU: an efficient turn-key eviction
/// algorithm for web caches", NSDI 2024. New slots go to the head with a clear bit; a hit sets the bit (here the hand may also
/// ask for hits); the hand starts at the tail, moves towards the head clearing bits until it meets a clear one, the victim,
/// wraps from the head to the tail, and stays at the victim's neighbour towards the head.
package struct SIEVEPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.asked

    package let capacity: Int
    private var queue = ResidentQueue()
    private var visited = SlotBits()
    private var hand: Slot = SlotLinks.none

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
        guard queue.count > 0 else { return nil }
        var victim = hand == SlotLinks.none ? queue.tail : hand
        // Asked of every slot that the hand passes, so that no hit from before outlives it.
        while hitsOf(victim) > 0 || visited.contains(victim) {
            visited.remove(victim)
            let next = queue.newer(victim)
            victim = next == SlotLinks.none ? queue.tail : next
        }
        hand = victim
        remove(victim)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        queue.pushHead(slot)
        visited.remove(slot)
    }

    package mutating func remove(_ slot: Slot) {
        if hand == slot { hand = queue.newer(slot) }
        queue.remove(slot)
    }
}
