/// Segmented LRU: new slots are on probation, and a hit there protects them; slots that are hit once in a while stay, and a scan
/// only passes through the probationary segment.
///
/// R. Karedla, J. S. Love and B. G. Wherry, "Caching strategies to improve disk system performance", IEEE Computer 27(3), 1994,
/// section "Segmented LRU". The protected segment has four fifths of the capacity, rounded down, as in Caffeine's main region: the paper
/// leaves the share open. A hit moves the slot to the head of the protected segment, and what overflows there goes back to the
/// head of the probationary one, whose tail is the victim.
package struct SLRUPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.reported

    /// The share of the protected segment by default.
    package static let protectedShare = 0.8

    // The mark of a slot.
    private enum Segment: UInt8 { case absent, probation, protected }

    package let capacity: Int
    private let protectedCapacity: Int
    private var links = SlotLinks()
    private var weights = SlotWeights()
    private var probation = SlotList()
    private var protected = SlotList()
    private var protectedWeight = 0

    package init(capacity: Int) {
        self.init(capacity: capacity, protectedShare: Self.protectedShare)
    }

    /// Makes a policy whose protected segment has a share of 0 to 1 of the capacity.
    package init(capacity: Int, protectedShare: Double) {
        self.capacity = max(1, capacity)
        protectedCapacity = Int(Double(self.capacity) * protectedShare)
    }

    package var residentCount: Int { probation.count + protected.count }

    package func isResident(_ slot: Slot) -> Bool { segment(of: slot) != .absent }

    package mutating func reserve(slots count: Int) { links.reserve(slots: count) }

    package mutating func hit(_ slot: Slot, hash: UInt64) {
        if segment(of: slot) == .protected {
            return links.moveToHead(slot, in: &protected)
        }
        links.unlink(slot, from: &probation)
        let weight = weights.weight(of: slot)
        // One that is heavier than the protected segment stays on probation, rather than to push all others there.
        guard weight <= protectedCapacity else { return links.pushHead(slot, to: &probation) }
        links.pushHead(slot, to: &protected)
        set(slot, .protected)
        protectedWeight += weight
        demote()
    }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        if let victim = links.popTail(of: &probation) {
            set(victim, .absent)
            return victim
        }
        guard let victim = links.popTail(of: &protected) else { return nil }
        protectedWeight -= weights.weight(of: victim)
        set(victim, .absent)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        weights.set(weight, for: slot, slots: links.slotCount)
        links.pushHead(slot, to: &probation)
        set(slot, .probation)
    }

    package mutating func reweigh(_ slot: Slot, weight: Int) {
        if segment(of: slot) == .protected { protectedWeight += weight - weights.weight(of: slot) }
        weights.set(weight, for: slot, slots: links.slotCount)
        demote()
    }

    package mutating func remove(_ slot: Slot) {
        switch segment(of: slot) {
        case .absent: return
        case .probation: links.unlink(slot, from: &probation)
        case .protected:
            links.unlink(slot, from: &protected)
            protectedWeight -= weights.weight(of: slot)
        }
        set(slot, .absent)
    }

    /// Takes what overflows out of the protected segment.
    private mutating func demote() {
        while protectedWeight > protectedCapacity, let slot = links.popTail(of: &protected) {
            protectedWeight -= weights.weight(of: slot)
            links.pushHead(slot, to: &probation)
            set(slot, .probation)
        }
    }

    private func segment(of slot: Slot) -> Segment { Segment(rawValue: links.mark(slot)) ?? .absent }

    private mutating func set(_ slot: Slot, _ segment: Segment) { links.mark(slot, as: segment.rawValue) }
}
