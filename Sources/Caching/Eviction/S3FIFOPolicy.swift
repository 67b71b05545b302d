/// S3-FIFO: most new slots are hit once or never, so they go through a small queue before the main queue.
///
/// J. Yang, Y. Zhang, Z. Qiu, Y. Yue and K. V. Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023, in
/// the variant of the authors' simulator, libCacheSim:
/// - The small queue has a tenth of the capacity, the main queue the rest, the ghosts nine tenths, each rounded down.
/// - A hit counts up to 3. The victim comes from the main queue if that is over its share or the small queue is empty, else
///   from the small queue.
/// - At the tail of the small queue, a slot with at least ``Rules/promotion`` hits goes to the main queue, its count
///   starting again; any other is the victim and becomes a ghost. At the tail of the main queue, a slot with a count goes
///   back to the head with one less; any other is the victim and leaves no ghost.
/// - A ghost that is asked for again goes straight to the main queue.
/// - Warming up: until the first eviction, a slot that does not fit in the small queue goes to the main queue. (The paper
///   does not have this rule. Without it a loop that almost fits hits nothing at all.)
package struct S3FIFOPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.asked

    /// The choices in which published variants differ.
    package struct Rules: Hashable, Sendable {
        /// How many hits take a slot from the small queue to the main queue: 2 in libCacheSim, 1 in other programs.
        package var promotion: UInt8 = 2

        /// Whether a slot as heavy as the small queue is refused, as libCacheSim does, instead of entering the main queue.
        /// Refusing suits objects in a store; a live cache, whose shards are small, takes them.
        package var refusesHeavy = false

        package init() {}
    }

    private enum Place: UInt8 { case absent, small, main }

    package let capacity: Int
    package let rules: Rules
    private let smallCapacity: Int
    private let ghostCapacity: Int
    private var links = SlotLinks()
    private var weights = SlotWeights()
    private var small = SlotList()
    private var main = SlotList()
    private var ghosts = GhostQueue()
    private var smallWeight = 0
    private var mainWeight = 0
    private var hasEvicted = false
    /// Whether the key that was admitted last was a ghost.
    private var isReturning = false

    package init(capacity: Int) {
        self.init(capacity: capacity, rules: Rules())
    }

    package init(capacity: Int, rules: Rules) {
        self.capacity = max(1, capacity)
        self.rules = rules
        smallCapacity = Int(Double(self.capacity) * 0.1)
        ghostCapacity = Int(Double(self.capacity) * 0.9)
    }

    package var residentCount: Int { small.count + main.count }
    package var ghostCount: Int { ghosts.count }

    package func remembers(_ hash: UInt64) -> Bool { ghosts.contains(hash) }
    package func isResident(_ slot: Slot) -> Bool { place(of: slot) != .absent }

    package mutating func reserve(slots count: Int) {
        links.reserve(slots: count)
    }

    package mutating func hit(_ slot: Slot, hash: UInt64) { addHits(1, to: slot) }

    package mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool {
        isReturning = ghosts.take(hash)
        return !rules.refusesHeavy
            || (isReturning ? weight <= max(smallCapacity, 1) : weight < max(smallCapacity, 2))
    }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        hasEvicted = hasEvicted || residentCount > 0
        // The queue is chosen once: a slot that moves from the small queue to the main queue may push that over its share
        // until the next eviction.
        if mainWeight <= capacity - smallCapacity {
            while small.count > 0 {
                if let victim = sweepSmall(hitsOf, hashOf) { return victim }
            }
        }
        while main.count > 0 {
            if let victim = sweepMain(hitsOf) { return victim }
        }
        return nil
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        weights.set(weight, for: slot, slots: links.slotCount)
        let isWarmingUp = !hasEvicted && smallWeight + weight > smallCapacity
        if isReturning || isWarmingUp || (weight > 1 && weight >= smallCapacity) {
            pushMain(slot, count: 0)
        } else {
            links.pushHead(slot, to: &small)
            smallWeight += weight
            set(slot, .small, count: 0)
        }
    }

    package mutating func reweigh(_ slot: Slot, weight: Int) {
        let change = weight - weights.weight(of: slot)
        if place(of: slot) == .small { smallWeight += change } else { mainWeight += change }
        weights.set(weight, for: slot, slots: links.slotCount)
    }

    package mutating func remove(_ slot: Slot) {
        switch place(of: slot) {
        case .absent: break
        case .small: unlinkSmall(slot)
        case .main: unlinkMain(slot)
        }
        set(slot, .absent, count: 0)
    }

    // The mark of a slot is its place in the low two bits and its count of hits above.
    private func place(of slot: Slot) -> Place { Place(rawValue: links.mark(slot) & 3) ?? .absent }

    private func count(of slot: Slot) -> UInt8 { links.mark(slot) >> 2 }

    private mutating func set(_ slot: Slot, _ place: Place, count: UInt8) {
        links.mark(slot, as: place.rawValue | count << 2)
    }

    /// Counts hits of `slot`, up to 3.
    private mutating func addHits(_ hits: Int, to slot: Slot) {
        let mark = links.mark(slot)
        links.mark(slot, as: mark & 3 | UInt8(min(3, Int(mark >> 2) + hits)) << 2)
    }

    /// Takes the slot at the tail of the small queue: the victim, or nil when it goes to the main queue instead.
    private mutating func sweepSmall(_ hitsOf: (Slot) -> Int, _ hashOf: (Slot) -> UInt64) -> Slot? {
        let slot = small.tail
        addHits(hitsOf(slot), to: slot)
        unlinkSmall(slot)
        if count(of: slot) >= rules.promotion {
            pushMain(slot, count: 0)
            return nil
        }
        set(slot, .absent, count: 0)
        let weight = weights.weight(of: slot)
        if weight <= ghostCapacity {
            ghosts.append(hashOf(slot), weight: weight)
            while ghosts.weight > ghostCapacity { ghosts.removeFirst() }
        }
        return slot
    }

    /// Takes the slot at the tail of the main queue: the victim, or nil when it gets another round.
    private mutating func sweepMain(_ hitsOf: (Slot) -> Int) -> Slot? {
        let slot = main.tail
        addHits(hitsOf(slot), to: slot)
        let count = count(of: slot)
        unlinkMain(slot)
        if count > 0 {
            pushMain(slot, count: count - 1)
            return nil
        }
        set(slot, .absent, count: 0)
        return slot
    }

    private mutating func pushMain(_ slot: Slot, count: UInt8) {
        links.pushHead(slot, to: &main)
        mainWeight += weights.weight(of: slot)
        set(slot, .main, count: count)
    }

    private mutating func unlinkSmall(_ slot: Slot) {
        links.unlink(slot, from: &small)
        smallWeight -= weights.weight(of: slot)
    }

    private mutating func unlinkMain(_ slot: Slot) {
        links.unlink(slot, from: &main)
        mainWeight -= weights.weight(of: slot)
    }
}
