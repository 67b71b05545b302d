/// LIRS: slots whose last two requests lie near to each other (a low inter-reference recency) stay; the others pass through
/// a hundredth of the capacity, and are remembered for a while when they have left.
///
/// S. Jiang and X. Zhang, "LIRS: an efficient low inter-reference recency set replacement policy to improve buffer cache
/// performance", SIGMETRICS 2002, as the authors' program does it:
/// - The stack has the LIR slots, and the HIR slots and ghosts that were asked for after the oldest LIR slot, newest on top. What lies
///   below the oldest LIR slot is pruned.
/// - The queue has the resident HIR slots. Its oldest is the victim, and becomes a ghost if it is in the stack.
/// - A HIR slot or ghost in the stack that is asked for becomes LIR, and the oldest LIR slot HIR. A HIR slot that is not in the stack goes
///   on top of it, and to the end of the queue.
/// - New slots are LIR while there is room for those.
package struct LIRSPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.reported

    /// The choices in which programs differ.
    package struct Rules: Hashable, Sendable {
        /// The least room for HIR slots, which is a hundredth of the capacity: 2 in the authors' program, 1 in textbooks.
        package var leastHigh = 2

        /// Whether a request for the same slot as the request before changes nothing, as in the authors' program.
        package var ignoresRepeats = true

        /// The most that ghosts have weighed for each unit of capacity; beyond that the one is forgotten that left first. Paper and
        /// program prune alone (the program up to 2,500), and a live cache has to be bounded.
        package var ghostsPerUnit = 3

        package init() {}
    }

    // The mark of a slot.
    private enum Standing: UInt8 { case absent, low, high, highInStack }

    /// An entry of the stack.
    private struct Entry: Sendable {
        /// `SlotLinks.none` for a ghost.
        var slot: Slot
        /// The hash of a ghost's key, and what it has weighed.
        var hash: UInt64 = 0
        var weight = 0
    }

    package let capacity: Int
    package let rules: Rules
    private let lowCapacity: Int
    private let ghostLimit: Int
    private var weights = SlotWeights()
    private var lowWeight = 0
    private var lowCount = 0
    /// The slot that was asked for last.
    private var last = SlotLinks.none

    private var queueLinks = SlotLinks()
    private var queue = SlotList()

    private var entries: [Entry] = []
    private var freeEntries: [Slot] = []
    private var stackLinks = SlotLinks()
    private var stack = SlotList()
    /// The entry of each slot that is in the stack.
    private var entryOf: [Slot] = []

    /// The ghosts' entries by hash, and in the order in which they left.
    private var ghosts: [UInt64: Slot] = [:]
    private var ghostLinks = SlotLinks()
    private var ghostQueue = SlotList()
    private var ghostWeight = 0
    /// The entry of the ghost whose key was admitted last, or `SlotLinks.none`.
    private var returning = SlotLinks.none

    package init(capacity: Int) {
        self.init(capacity: capacity, rules: Rules())
    }

    package init(capacity: Int, rules: Rules) {
        self.capacity = max(1, capacity)
        self.rules = rules
        lowCapacity = max(0, self.capacity - max(rules.leastHigh, self.capacity / 100))
        let (limit, isBeyond) = self.capacity.multipliedReportingOverflow(by: rules.ghostsPerUnit)
        ghostLimit = isBeyond ? .max : limit
    }

    package var residentCount: Int { lowCount + queue.count }
    package var ghostCount: Int { ghosts.count }

    package func remembers(_ hash: UInt64) -> Bool { ghosts[hash] != nil }
    package func isResident(_ slot: Slot) -> Bool { standing(of: slot) != .absent }

    package mutating func reserve(slots count: Int) {
        queueLinks.reserve(slots: count)
        entryOf.grow(to: count, with: SlotLinks.none)
    }

    package mutating func hit(_ slot: Slot, hash: UInt64) {
        if rules.ignoresRepeats, slot == last { return }
        last = slot
        switch standing(of: slot) {
        case .absent: break
        case .low:
            stackLinks.moveToHead(entryOf[Int(slot)], in: &stack)
        case .highInStack:
            queueLinks.unlink(slot, from: &queue)
            stackLinks.moveToHead(entryOf[Int(slot)], in: &stack)
            makeLow(slot)
        case .high:
            queueLinks.moveToHead(slot, in: &queue)
            pushEntry(slot)
            set(slot, .highInStack)
        }
        prune()
    }

    package mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool {
        returning = SlotLinks.none
        if let entry = ghosts[hash] {
            forgetGhost(entry)
            returning = entry
        }
        return true
    }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        if let victim = queueLinks.popTail(of: &queue) {
            if standing(of: victim) == .highInStack { makeGhost(of: victim, hash: hashOf(victim)) }
            forget(victim)
            return victim
        }
        guard stack.tail != SlotLinks.none else { return nil }
        let victim = entries[Int(stack.tail)].slot
        remove(victim)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        last = slot
        weights.set(weight, for: slot, slots: queueLinks.slotCount)
        if returning != SlotLinks.none {
            let entry = returning
            returning = SlotLinks.none
            entries[Int(entry)].slot = slot
            entryOf[Int(slot)] = entry
            stackLinks.moveToHead(entry, in: &stack)
            makeLow(slot)
        } else if lowWeight + weight <= lowCapacity {
            pushEntry(slot)
            makeLow(slot)
        } else {
            pushEntry(slot)
            queueLinks.pushHead(slot, to: &queue)
            set(slot, .highInStack)
        }
        prune()
    }

    package mutating func reweigh(_ slot: Slot, weight: Int) {
        if standing(of: slot) == .low { lowWeight += weight - weights.weight(of: slot) }
        weights.set(weight, for: slot, slots: queueLinks.slotCount)
        lower()
        prune()
    }

    package mutating func remove(_ slot: Slot) {
        switch standing(of: slot) {
        case .absent: return
        case .low:
            lowWeight -= weights.weight(of: slot)
            lowCount -= 1
            dropEntry(entryOf[Int(slot)])
        case .high: queueLinks.unlink(slot, from: &queue)
        case .highInStack:
            queueLinks.unlink(slot, from: &queue)
            dropEntry(entryOf[Int(slot)])
        }
        forget(slot)
        prune()
    }

    // MARK: - Standings

    private func standing(of slot: Slot) -> Standing { Standing(rawValue: queueLinks.mark(slot)) ?? .absent }

    private mutating func set(_ slot: Slot, _ standing: Standing) { queueLinks.mark(slot, as: standing.rawValue) }

    private mutating func forget(_ slot: Slot) {
        set(slot, .absent)
        entryOf[Int(slot)] = SlotLinks.none
        if last == slot { last = SlotLinks.none }
    }

    /// A slot that is in the stack becomes LIR, and the oldest ones HIR for which there is no room.
    private mutating func makeLow(_ slot: Slot) {
        set(slot, .low)
        lowCount += 1
        lowWeight += weights.weight(of: slot)
        lower()
    }

    /// Makes the oldest LIR slots HIR, until those that are left have room.
    private mutating func lower() {
        while lowWeight > lowCapacity, lowCount > 0 {
            prune()
            let slot = entries[Int(stack.tail)].slot
            dropEntry(stack.tail)
            entryOf[Int(slot)] = SlotLinks.none
            lowCount -= 1
            lowWeight -= weights.weight(of: slot)
            set(slot, .high)
            queueLinks.pushHead(slot, to: &queue)
        }
    }

    // MARK: - The stack

    private mutating func pushEntry(_ slot: Slot) {
        let entry: Slot
        if let free = freeEntries.popLast() {
            entry = free
            entries[Int(entry)] = Entry(slot: slot)
        } else {
            entry = Slot(entries.count)
            entries.append(Entry(slot: slot))
            if entries.count > stackLinks.slotCount {
                let room = SlotRoom.grown(from: stackLinks.slotCount, for: entries.count, of: .max)
                stackLinks.reserve(slots: room)
                ghostLinks.reserve(slots: room)
            }
        }
        entryOf[Int(slot)] = entry
        stackLinks.pushHead(entry, to: &stack)
    }

    private mutating func dropEntry(_ entry: Slot) {
        stackLinks.unlink(entry, from: &stack)
        freeEntries.append(entry)
    }

    /// Takes what lies below the oldest LIR slot out of the stack.
    private mutating func prune() {
        while stack.tail != SlotLinks.none {
            let (entry, slot) = (stack.tail, entries[Int(stack.tail)].slot)
            if slot == SlotLinks.none {
                if entry == returning { returning = SlotLinks.none } else { forgetGhost(entry) }
            } else {
                guard standing(of: slot) == .highInStack else { return }
                set(slot, .high)
                entryOf[Int(slot)] = SlotLinks.none
            }
            dropEntry(entry)
        }
    }

    // MARK: - Ghosts

    /// The entry of a slot that leaves stays in the stack as a ghost.
    private mutating func makeGhost(of slot: Slot, hash: UInt64) {
        let entry = entryOf[Int(slot)]
        let weight = weights.weight(of: slot)
        entries[Int(entry)] = Entry(slot: SlotLinks.none, hash: hash, weight: weight)
        // Two keys with one hash are one ghost.
        if let older = ghosts[hash] {
            forgetGhost(older)
            dropEntry(older)
        }
        ghosts[hash] = entry
        ghostLinks.pushHead(entry, to: &ghostQueue)
        ghostWeight += weight
        while ghostWeight > ghostLimit {
            let oldest = ghostQueue.tail
            forgetGhost(oldest)
            dropEntry(oldest)
        }
    }

    /// Its entry is no ghost's any more, and stays in the stack.
    private mutating func forgetGhost(_ entry: Slot) {
        ghosts[entries[Int(entry)].hash] = nil
        ghostWeight -= entries[Int(entry)].weight
        ghostLinks.unlink(entry, from: &ghostQueue)
    }
}
