import Caching

/// Oldest first; what was hit goes round once more.
struct NaiveClock: NaivePolicy {
    var residents: [Slot] = []
    var visited: Set<Slot> = []

    init(capacity: Int) {}

    mutating func hit(_ slot: Slot) { visited.insert(slot) }

    mutating func evict() -> Slot? {
        while let slot = residents.first {
            residents.removeFirst()
            if visited.remove(slot) == nil { return slot }
            residents.append(slot)
        }
        return nil
    }

    mutating func insert(_ slot: Slot, weight: Int) { residents.append(slot) }

    mutating func remove(_ slot: Slot) {
        residents.removeAll { $0 == slot }
        visited.remove(slot)
    }
}

/// The fewest requests first, and among those the one whose last request is the longest ago.
struct NaiveLFU: NaivePolicy {
    /// In the order of their last requests.
    var residents: [Slot] = []
    var counts: [Slot: Int] = [:]

    init(capacity: Int) {}

    mutating func hit(_ slot: Slot) {
        counts[slot, default: 0] += 1
        residents.removeAll { $0 == slot }
        residents.append(slot)
    }

    mutating func evict() -> Slot? {
        let least = residents.map { counts[$0, default: 0] }.min()
        guard let victim = residents.first(where: { counts[$0, default: 0] == least }) else { return nil }
        remove(victim)
        return victim
    }

    mutating func insert(_ slot: Slot, weight: Int) {
        counts[slot] = 1
        residents.append(slot)
    }

    mutating func remove(_ slot: Slot) { residents.removeAll { $0 == slot } }
}

/// Two lists, least recently used first.
struct NaiveSLRU: NaivePolicy {
    let capacity: Int
    var probation: [Slot] = []
    var protected: [Slot] = []
    var weights: [Slot: Int] = [:]

    init(capacity: Int) { self.capacity = capacity }

    var residents: [Slot] { probation + protected }

    mutating func hit(_ slot: Slot) {
        remove(slot)
        if weights[slot, default: 1] > capacity * 4 / 5 { return probation.append(slot) }
        protected.append(slot)
        demote()
    }

    mutating func evict() -> Slot? {
        if !probation.isEmpty { return probation.removeFirst() }
        return protected.isEmpty ? nil : protected.removeFirst()
    }

    mutating func insert(_ slot: Slot, weight: Int) {
        weights[slot] = weight
        probation.append(slot)
    }

    mutating func reweigh(_ slot: Slot, weight: Int) {
        weights[slot] = weight
        demote()
    }

    mutating func remove(_ slot: Slot) {
        probation.removeAll { $0 == slot }
        protected.removeAll { $0 == slot }
    }

    private mutating func demote() {
        while protected.reduce(0, { $0 + weights[$1, default: 1] }) > capacity * 4 / 5 {
            probation.append(protected.removeFirst())
        }
    }
}

/// A first queue, hot slots and ghosts, oldest first.
struct NaiveTwoQ: NaivePolicy {
    let capacity: Int
    var first: [Slot] = []
    var hot: [Slot] = []
    var ghosts: [Slot] = []
    var weights: [Slot: Int] = [:]
    var ghostWeights: [Slot: Int] = [:]
    var isReturning = false

    init(capacity: Int) { self.capacity = capacity }

    var residents: [Slot] { first + hot }

    mutating func hit(_ slot: Slot) {
        guard let place = hot.firstIndex(of: slot) else { return }
        hot.append(hot.remove(at: place))
    }

    mutating func admit(_ slot: Slot, weight: Int) { isReturning = ghosts.contains(slot) }

    mutating func evict() -> Slot? {
        let weight = first.reduce(0) { $0 + weights[$1, default: 1] }
        if weight <= max(1, capacity / 4), !hot.isEmpty { return hot.removeFirst() }
        guard !first.isEmpty else { return nil }
        let victim = first.removeFirst()
        if weights[victim, default: 1] > max(1, capacity / 2) { return victim }
        ghosts.append(victim)
        ghostWeights[victim] = weights[victim]
        while ghosts.reduce(0, { $0 + ghostWeights[$1, default: 1] }) > max(1, capacity / 2) { ghosts.removeFirst() }
        return victim
    }

    mutating func insert(_ slot: Slot, weight: Int) {
        weights[slot] = weight
        if isReturning { hot.append(slot) } else { first.append(slot) }
        ghosts.removeAll { $0 == slot }
        isReturning = false
    }

    mutating func reweigh(_ slot: Slot, weight: Int) { weights[slot] = weight }

    mutating func remove(_ slot: Slot) {
        first.removeAll { $0 == slot }
        hot.removeAll { $0 == slot }
    }
}

/// The lists T1, T2, B1 and B2 of the paper, least recently used first.
struct NaiveARC: NaivePolicy {
    let capacity: Int
    var (t1, t2, b1, b2): ([Slot], [Slot], [Slot], [Slot]) = ([], [], [], [])
    var weights: [Slot: Int] = [:]
    var ghostWeights: [Slot: Int] = [:]
    var p = 0.0
    var (isInB1, isInB2) = (false, false)

    init(capacity: Int) { self.capacity = capacity }

    var residents: [Slot] { t1 + t2 }
    var ghosts: [Slot] { b1 + b2 }

    private func weight(_ list: [Slot]) -> Int { list.reduce(0) { $0 + weights[$1, default: 1] } }
    private func ghostWeight(_ list: [Slot]) -> Int { list.reduce(0) { $0 + ghostWeights[$1, default: 1] } }

    mutating func hit(_ slot: Slot) {
        remove(slot)
        t2.append(slot)
    }

    mutating func admit(_ slot: Slot, weight: Int) {
        (isInB1, isInB2) = (b1.contains(slot), b2.contains(slot))
        let (one, two) = (Double(ghostWeight(b1)), Double(ghostWeight(b2)))
        if isInB1 { p = min(Double(capacity), p + max(two / one, 1) * Double(weight)) }
        if isInB2 { p = max(0, p - max(one / two, 1) * Double(weight)) }
        b1.removeAll { $0 == slot }
        b2.removeAll { $0 == slot }
    }

    mutating func evict() -> Slot? {
        let one = Double(weight(t1))
        let isFirst = !t1.isEmpty && ((isInB2 && one == p) || one > p)
        if isFirst || t2.isEmpty {
            guard !t1.isEmpty else { return nil }
            let victim = t1.removeFirst()
            b1.append(victim)
            ghostWeights[victim] = weights[victim]
            return victim
        }
        let victim = t2.removeFirst()
        b2.append(victim)
        ghostWeights[victim] = weights[victim]
        return victim
    }

    mutating func insert(_ slot: Slot, weight: Int) {
        weights[slot] = weight
        if isInB1 || isInB2 { t2.append(slot) } else { t1.append(slot) }
        (isInB1, isInB2) = (false, false)
        forget()
    }

    mutating func reweigh(_ slot: Slot, weight: Int) {
        weights[slot] = weight
        forget()
    }

    mutating func remove(_ slot: Slot) {
        t1.removeAll { $0 == slot }
        t2.removeAll { $0 == slot }
    }

    private mutating func forget() {
        while !b1.isEmpty, weight(t1) + ghostWeight(b1) > capacity { b1.removeFirst() }
        while !b2.isEmpty, weight(t1 + t2) + ghostWeight(b1 + b2) > 2 * capacity { b2.removeFirst() }
    }
}

/// Any of them, by the draws of seed 1.
struct NaiveRandom: NaivePolicy {
    var residents: [Slot] = []
    var random = SplitMix(seed: 1)

    init(capacity: Int) {}

    mutating func hit(_ slot: Slot) {}

    mutating func evict() -> Slot? {
        guard !residents.isEmpty else { return nil }
        let drawn = Double(random.next() >> 11) * 0x1p-53 * Double(residents.count)
        let victim = residents[Int(drawn)]
        remove(victim)
        return victim
    }

    mutating func insert(_ slot: Slot, weight: Int) { residents.append(slot) }

    mutating func remove(_ slot: Slot) {
        guard let place = residents.firstIndex(of: slot) else { return }
        residents.swapAt(place, residents.count - 1)
        residents.removeLast()
    }
}

/// The stack S and the queue Q of the paper, oldest first; ghosts are in the stack and not resident.
struct NaiveLIRS: NaivePolicy {
    let capacity: Int
    var stack: [Slot] = []
    var queue: [Slot] = []
    var low: Set<Slot> = []
    var ghosts: [Slot] = []
    var weights: [Slot: Int] = [:]
    var ghostWeights: [Slot: Int] = [:]
    var last: Slot?
    var isReturning = false

    init(capacity: Int) { self.capacity = capacity }

    var residents: [Slot] { low.sorted() + queue }
    private var room: Int { max(0, capacity - max(2, capacity / 100)) }
    private var lowWeight: Int { low.reduce(0) { $0 + weights[$1, default: 1] } }

    mutating func hit(_ slot: Slot) {
        if slot == last { return }
        last = slot
        let wasInStack = stack.contains(slot)
        raise(slot)
        if !low.contains(slot) {
            queue.removeAll { $0 == slot }
            if wasInStack { makeLow(slot) } else { queue.append(slot) }
        }
        prune()
    }

    mutating func admit(_ slot: Slot, weight: Int) {
        isReturning = ghosts.contains(slot)
        ghosts.removeAll { $0 == slot }
    }

    mutating func evict() -> Slot? {
        if !queue.isEmpty {
            let victim = queue.removeFirst()
            if stack.contains(victim) { ghosts.append(victim) }
            ghostWeights[victim] = weights[victim]
            while ghosts.reduce(0, { $0 + ghostWeights[$1, default: 1] }) > 3 * capacity {
                let oldest = ghosts.removeFirst()
                stack.removeAll { $0 == oldest }
            }
            if last == victim { last = nil }
            return victim
        }
        guard let victim = stack.first else { return nil }
        remove(victim)
        return victim
    }

    mutating func insert(_ slot: Slot, weight: Int) {
        last = slot
        weights[slot] = weight
        let isInStack = isReturning && stack.contains(slot)
        isReturning = false
        let fits = lowWeight + weight <= room
        raise(slot)
        if isInStack || fits { makeLow(slot) } else { queue.append(slot) }
        prune()
    }

    mutating func reweigh(_ slot: Slot, weight: Int) {
        weights[slot] = weight
        lower()
        prune()
    }

    mutating func remove(_ slot: Slot) {
        guard low.contains(slot) || queue.contains(slot) else { return }
        low.remove(slot)
        queue.removeAll { $0 == slot }
        stack.removeAll { $0 == slot }
        if last == slot { last = nil }
        prune()
    }

    private mutating func raise(_ slot: Slot) {
        stack.removeAll { $0 == slot }
        stack.append(slot)
    }

    private mutating func makeLow(_ slot: Slot) {
        low.insert(slot)
        lower()
    }

    private mutating func lower() {
        while lowWeight > room {
            prune()
            let oldest = stack.removeFirst()
            low.remove(oldest)
            queue.append(oldest)
        }
    }

    private mutating func prune() {
        while let bottom = stack.first, !low.contains(bottom) {
            stack.removeFirst()
            ghosts.removeAll { $0 == bottom }
        }
    }
}
