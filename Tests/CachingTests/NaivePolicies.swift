import Caching

/// A policy written for the reader and not for the machine, to compare the real one with.
protocol NaivePolicy {
    init(capacity: Int)
    var residents: [Slot] { get }
    var ghosts: [Slot] { get }
    mutating func hit(_ slot: Slot)
    mutating func admit(_ slot: Slot, weight: Int)
    mutating func evict() -> Slot?
    mutating func insert(_ slot: Slot, weight: Int)
    mutating func reweigh(_ slot: Slot, weight: Int)
    mutating func remove(_ slot: Slot)
}

extension NaivePolicy {
    var ghosts: [Slot] { [] }
    mutating func admit(_ slot: Slot, weight: Int) {}
    mutating func reweigh(_ slot: Slot, weight: Int) {}
}

/// Oldest first.
struct NaiveFIFO: NaivePolicy {
    var residents: [Slot] = []

    init(capacity: Int) {}

    mutating func hit(_ slot: Slot) {}
    mutating func evict() -> Slot? { residents.isEmpty ? nil : residents.removeFirst() }
    mutating func insert(_ slot: Slot, weight: Int) { residents.append(slot) }
    mutating func remove(_ slot: Slot) { residents.removeAll { $0 == slot } }
}

/// Least recently used first.
struct NaiveLRU: NaivePolicy {
    var residents: [Slot] = []

    init(capacity: Int) {}

    mutating func hit(_ slot: Slot) {
        residents.removeAll { $0 == slot }
        residents.append(slot)
    }
    mutating func evict() -> Slot? { residents.isEmpty ? nil : residents.removeFirst() }
    mutating func insert(_ slot: Slot, weight: Int) { residents.append(slot) }
    mutating func remove(_ slot: Slot) { residents.removeAll { $0 == slot } }
}

/// Oldest first, the hand an index; past the newest it is back at the oldest.
struct NaiveSIEVE: NaivePolicy {
    var residents: [Slot] = []
    var visited: Set<Slot> = []
    var hand = 0

    init(capacity: Int) {}

    mutating func hit(_ slot: Slot) { visited.insert(slot) }

    mutating func evict() -> Slot? {
        guard !residents.isEmpty else { return nil }
        if hand >= residents.count { hand = 0 }
        while visited.remove(residents[hand]) != nil { hand = (hand + 1) % residents.count }
        let victim = residents.remove(at: hand)
        // At the newest end the hand has done its round: the next inserted slot must not come under it.
        if hand == residents.count { hand = 0 }
        return victim
    }

    mutating func insert(_ slot: Slot, weight: Int) {
        visited.remove(slot)
        residents.append(slot)
    }

    mutating func remove(_ slot: Slot) {
        guard let index = residents.firstIndex(of: slot) else { return }
        residents.remove(at: index)
        visited.remove(slot)
        if index < hand { hand -= 1 }
        if hand >= residents.count { hand = 0 }
    }
}

/// Three queues, oldest first.
struct NaiveS3FIFO: NaivePolicy {
    let capacity: Int
    var small: [Slot] = []
    var main: [Slot] = []
    var ghosts: [Slot] = []
    var weights: [Slot: Int] = [:]
    var ghostWeights: [Slot: Int] = [:]
    var counts: [Slot: Int] = [:]
    var returning: Set<Slot> = []
    var hasEvicted = false

    init(capacity: Int) { self.capacity = capacity }

    var residents: [Slot] { small + main }
    private var smallCapacity: Int { capacity / 10 }
    private var ghostCapacity: Int { capacity * 9 / 10 }

    private func weight(_ queue: [Slot]) -> Int { queue.reduce(0) { $0 + weights[$1, default: 1] } }

    mutating func hit(_ slot: Slot) { counts[slot] = min(3, counts[slot, default: 0] + 1) }

    mutating func admit(_ slot: Slot, weight: Int) {
        guard ghosts.contains(slot) else { return }
        ghosts.removeAll { $0 == slot }
        returning.insert(slot)
    }

    mutating func evict() -> Slot? {
        while !residents.isEmpty {
            hasEvicted = true
            if weight(main) > capacity - smallCapacity || small.isEmpty {
                if let victim = evictFromMain() { return victim }
            } else if let victim = evictFromSmall() {
                return victim
            }
        }
        return nil
    }

    private mutating func evictFromMain() -> Slot? {
        while !main.isEmpty {
            let slot = main.removeFirst()
            let count = counts[slot, default: 0]
            if count == 0 { return slot }
            counts[slot] = count - 1
            main.append(slot)
        }
        return nil
    }

    private mutating func evictFromSmall() -> Slot? {
        while !small.isEmpty {
            let slot = small.removeFirst()
            if counts[slot, default: 0] < 2 {
                if weights[slot, default: 1] <= ghostCapacity { remember(slot) }
                return slot
            }
            counts[slot] = 0
            main.append(slot)
        }
        return nil
    }

    mutating func insert(_ slot: Slot, weight newWeight: Int) {
        weights[slot] = newWeight
        counts[slot] = 0
        let isReturning = returning.remove(slot) != nil
        let isWarmingUp = !hasEvicted && weight(small) + newWeight > smallCapacity
        let isHeavy = newWeight > 1 && newWeight >= smallCapacity
        if isReturning || isWarmingUp || isHeavy { main.append(slot) } else { small.append(slot) }
    }

    mutating func reweigh(_ slot: Slot, weight: Int) { weights[slot] = weight }

    mutating func remove(_ slot: Slot) {
        small.removeAll { $0 == slot }
        main.removeAll { $0 == slot }
    }

    private mutating func remember(_ slot: Slot) {
        ghosts.append(slot)
        ghostWeights[slot] = weights[slot, default: 1]
        while ghosts.reduce(0, { $0 + ghostWeights[$1, default: 1] }) > ghostCapacity { ghosts.removeFirst() }
    }
}
