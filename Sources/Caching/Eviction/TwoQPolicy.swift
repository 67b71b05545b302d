/// 2Q: a key has to be asked for again after it has left a first queue before it gets a place among the hot ones. So what is
/// asked for several times within a short while, and never again, does not get there.
///
/// T. Johnson and D. Shasha, "2Q: a low overhead high performance buffer management replacement algorithm", VLDB 1994, the full
/// version (section 3.2), with the paper's shares:
/// - New slots go to the first queue, first in, first out, which has a quarter of the capacity. A hit there changes nothing.
/// - The victim comes from the first queue if that is over its share or there are no hot slots, and leaves a ghost; else it is the hot
///   slot that was used least recently, and leaves none. There are ghosts for half of the capacity.
/// - A ghost that is asked for again is hot. It goes only when room has been made, so that it counts among the ghosts meanwhile.
package struct TwoQPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.reported

    private enum Place: UInt8 { case absent, first, hot }

    package let capacity: Int
    private let firstCapacity: Int
    private let ghostCapacity: Int
    private var links = SlotLinks()
    private var weights = SlotWeights()
    private var first = SlotList()
    private var hot = SlotList()
    private var firstWeight = 0
    private var ghosts = GhostQueue()
    /// The hash of the ghost whose key was admitted last and is not inserted yet.
    private var returning: UInt64?

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
        firstCapacity = max(1, self.capacity / 4)
        ghostCapacity = max(1, self.capacity / 2)
    }

    package var residentCount: Int { first.count + hot.count }
    package var ghostCount: Int { ghosts.count }

    package func remembers(_ hash: UInt64) -> Bool { hash != returning && ghosts.contains(hash) }
    package func isResident(_ slot: Slot) -> Bool { place(of: slot) != .absent }

    package mutating func reserve(slots count: Int) { links.reserve(slots: count) }

    package mutating func hit(_ slot: Slot, hash: UInt64) {
        if place(of: slot) == .hot { links.moveToHead(slot, in: &hot) }
    }

    package mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool {
        returning = ghosts.contains(hash) ? hash : nil
        return true
    }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        if firstWeight > firstCapacity || hot.count == 0 {
            guard let victim = links.popTail(of: &first) else { return nil }
            let weight = weights.weight(of: victim)
            firstWeight -= weight
            set(victim, .absent)
            // One that is heavier than all ghosts together leaves none, rather than to push them all out.
            if weight <= ghostCapacity {
                ghosts.append(hashOf(victim), weight: weight)
                while ghosts.weight > ghostCapacity { ghosts.removeFirst() }
            }
            return victim
        }
        guard let victim = links.popTail(of: &hot) else { return nil }
        set(victim, .absent)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        weights.set(weight, for: slot, slots: links.slotCount)
        if let returning {
            // It may have been forgotten to make room for the ghost of a victim.
            _ = ghosts.take(returning)
            self.returning = nil
            links.pushHead(slot, to: &hot)
            set(slot, .hot)
        } else {
            links.pushHead(slot, to: &first)
            firstWeight += weight
            set(slot, .first)
        }
    }

    package mutating func reweigh(_ slot: Slot, weight: Int) {
        if place(of: slot) == .first { firstWeight += weight - weights.weight(of: slot) }
        weights.set(weight, for: slot, slots: links.slotCount)
    }

    package mutating func remove(_ slot: Slot) {
        switch place(of: slot) {
        case .absent: return
        case .first:
            links.unlink(slot, from: &first)
            firstWeight -= weights.weight(of: slot)
        case .hot: links.unlink(slot, from: &hot)
        }
        set(slot, .absent)
    }

    private func place(of slot: Slot) -> Place { Place(rawValue: links.mark(slot)) ?? .absent }

    private mutating func set(_ slot: Slot, _ place: Place) { links.mark(slot, as: place.rawValue) }
}
