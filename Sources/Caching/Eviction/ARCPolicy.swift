/// ARC: two LRU lists, of slots that were asked for once and of those that were asked for more often, whose shares follow the
/// requests: a ghost of either list that is asked for again makes that list larger.
///
/// N. Megiddo and D. S. Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003, figure 4. The target of the first
/// list is a real number, and it changes by the ratio of the ghosts, or by 1 if that is more, as they are before the one that was
/// asked for is taken out; times the weight of the entry, where entries have weights, which the paper has not. The first list and its ghosts together are at most the capacity, and all four lists at most twice.
package struct ARCPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.reported

    private enum Place: UInt8 { case absent, once, often }

    /// Whether the key admitted last was a ghost, and of which list.
    private enum Arrival { case new, ghostOfOnce, ghostOfOften }

    package let capacity: Int
    private var links = SlotLinks()
    private var weights = SlotWeights()
    private var once = SlotList()
    private var often = SlotList()
    private var onceWeight = 0
    private var oftenWeight = 0
    private var onceGhosts = GhostQueue()
    private var oftenGhosts = GhostQueue()
    /// The weight that the first list should have.
    private var target = 0.0
    private var arrival = Arrival.new

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    package var residentCount: Int { once.count + often.count }
    package var ghostCount: Int { onceGhosts.count + oftenGhosts.count }

    package func remembers(_ hash: UInt64) -> Bool { onceGhosts.contains(hash) || oftenGhosts.contains(hash) }
    package func isResident(_ slot: Slot) -> Bool { place(of: slot) != .absent }

    package mutating func reserve(slots count: Int) { links.reserve(slots: count) }

    package mutating func hit(_ slot: Slot, hash: UInt64) {
        if place(of: slot) == .often {
            return links.moveToHead(slot, in: &often)
        }
        links.unlink(slot, from: &once)
        onceWeight -= weights.weight(of: slot)
        pushOften(slot)
    }

    package mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool {
        let (ofOnce, ofOften) = (Double(onceGhosts.weight), Double(oftenGhosts.weight))
        if onceGhosts.take(hash) {
            target = min(target + max(1, ofOften / ofOnce) * Double(weight), Double(capacity))
            arrival = .ghostOfOnce
        } else if oftenGhosts.take(hash) {
            target = max(target - max(1, ofOnce / ofOften) * Double(weight), 0)
            arrival = .ghostOfOften
        } else {
            arrival = .new
        }
        return true
    }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        let first = Double(onceWeight)
        let takesOnce = first > target || (arrival == .ghostOfOften && first == target)
        if once.count > 0, takesOnce || often.count == 0, let victim = links.popTail(of: &once) {
            let weight = weights.weight(of: victim)
            onceWeight -= weight
            set(victim, .absent)
            onceGhosts.append(hashOf(victim), weight: weight)
            return victim
        }
        guard let victim = links.popTail(of: &often) else { return nil }
        let weight = weights.weight(of: victim)
        oftenWeight -= weight
        set(victim, .absent)
        oftenGhosts.append(hashOf(victim), weight: weight)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        weights.set(weight, for: slot, slots: links.slotCount)
        switch arrival {
        case .new:
            links.pushHead(slot, to: &once)
            onceWeight += weight
            set(slot, .once)
        case .ghostOfOnce, .ghostOfOften:
            pushOften(slot)
        }
        arrival = .new
        forget()
    }

    package mutating func reweigh(_ slot: Slot, weight: Int) {
        let change = weight - weights.weight(of: slot)
        switch place(of: slot) {
        case .absent: break
        case .once: onceWeight += change
        case .often: oftenWeight += change
        }
        weights.set(weight, for: slot, slots: links.slotCount)
        forget()
    }

    package mutating func remove(_ slot: Slot) {
        switch place(of: slot) {
        case .absent: return
        case .once:
            links.unlink(slot, from: &once)
            onceWeight -= weights.weight(of: slot)
        case .often:
            links.unlink(slot, from: &often)
            oftenWeight -= weights.weight(of: slot)
        }
        set(slot, .absent)
    }

    /// Forgets ghosts beyond the limits. The paper does so before the victim is chosen; the ghosts that are left are the same.
    private mutating func forget() {
        while onceGhosts.count > 0, onceWeight + onceGhosts.weight > capacity { onceGhosts.removeFirst() }
        while oftenGhosts.count > 0, onceWeight + onceGhosts.weight + oftenWeight + oftenGhosts.weight > 2 * capacity {
            oftenGhosts.removeFirst()
        }
    }

    private mutating func pushOften(_ slot: Slot) {
        links.pushHead(slot, to: &often)
        oftenWeight += weights.weight(of: slot)
        set(slot, .often)
    }

    private func place(of slot: Slot) -> Place { Place(rawValue: links.mark(slot)) ?? .absent }

    private mutating func set(_ slot: Slot, _ place: Place) { links.mark(slot, as: place.rawValue) }
}
