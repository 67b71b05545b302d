import Caching
import DedupTesting
import Testing

/// Every policy does the same as its naive model, operation by operation.
struct EvictionPolicyModelTests {
    static let cases: [(EvictionPolicyKind, Int, UInt64)] = EvictionPolicyKind.allCases.flatMap { kind in
        [1, 2, 3, 7, 10, 20, 31].flatMap { capacity in (1...2).map { (kind, capacity, UInt64($0)) } }
    }

    @Test(arguments: cases)
    func agreesWithItsNaiveModelOnUnitWeights(kind: EvictionPolicyKind, capacity: Int, seed: UInt64) {
        compare(kind, capacity: capacity, seed: seed, heaviest: 1)
    }

    @Test(arguments: cases)
    func agreesWithItsNaiveModelOnWeights(kind: EvictionPolicyKind, capacity: Int, seed: UInt64) {
        compare(kind, capacity: capacity * 4, seed: seed, heaviest: 6)
    }

    private func compare(_ kind: EvictionPolicyKind, capacity: Int, seed: UInt64, heaviest: Int) {
        switch kind.rule {
        case .fifo: drive(kind, NaiveFIFO(capacity: capacity), capacity, seed, heaviest)
        case .lru: drive(kind, NaiveLRU(capacity: capacity), capacity, seed, heaviest)
        case .clock: drive(kind, NaiveClock(capacity: capacity), capacity, seed, heaviest)
        case .lfu: drive(kind, NaiveLFU(capacity: capacity), capacity, seed, heaviest)
        case .slru: drive(kind, NaiveSLRU(capacity: capacity), capacity, seed, heaviest)
        case .twoQ: drive(kind, NaiveTwoQ(capacity: capacity), capacity, seed, heaviest)
        case .arc: drive(kind, NaiveARC(capacity: capacity), capacity, seed, heaviest)
        case .lirs: drive(kind, NaiveLIRS(capacity: capacity), capacity, seed, heaviest)
        case .random: drive(kind, NaiveRandom(capacity: capacity), capacity, seed, heaviest)
        case .sieve: drive(kind, NaiveSIEVE(capacity: capacity), capacity, seed, heaviest)
        case .s3FIFO: drive(kind, NaiveS3FIFO(capacity: capacity), capacity, seed, heaviest)
        }
    }

    private func drive(
        _ kind: EvictionPolicyKind, _ model: some NaivePolicy, _ capacity: Int, _ seed: UInt64, _ heaviest: Int
    ) {
        var pair = PolicyPair(kind: kind, model: model, capacity: capacity, slots: capacity * 2 + 3)
        var random = SplitMix64(seed: seed)
        for step in 0..<600 {
            let slot = Slot(pair.skewed(using: &random))
            let weight = Int.random(in: 1...min(heaviest, capacity), using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0: pair.remove(slot)
            case 1: pair.reweigh(slot, to: weight)
            case 2: pair.evict()
            default: pair.request(slot, weight: weight)
            }
            guard pair.agrees() else {
                Issue.record("\(kind.rawValue), capacity \(capacity), seed \(seed): they differ after step \(step)")
                return
            }
        }
    }
}

/// A policy and its model, driven alike by an owner that keeps to the protocol.
struct PolicyPair<Model: NaivePolicy> {
    var policy: any EvictionPolicy
    var model: Model
    let capacity: Int
    let slots: Int
    var weights: [Slot: Int] = [:]
    var victimsAgree = true

    init(kind: EvictionPolicyKind, model: Model, capacity: Int, slots: Int) {
        policy = kind.makePolicy(capacity: capacity)
        policy.reserve(slots: slots)
        self.model = model
        self.capacity = capacity
        self.slots = slots
    }

    /// A slot, the low numbers more often.
    func skewed(using random: inout SplitMix64) -> Int {
        min(Int.random(in: 0..<slots, using: &random), Int.random(in: 0..<slots, using: &random))
    }

    mutating func request(_ slot: Slot, weight: Int) {
        if weights[slot] != nil {
            policy.hit(slot, hash: UInt64(slot))
            model.hit(slot)
            return
        }
        victimsAgree = victimsAgree && policy.admit(slot, weight: weight, hash: UInt64(slot))
        model.admit(slot, weight: weight)
        while weights.values.reduce(0, +) + weight > capacity { evict() }
        policy.insert(slot, weight: weight, hash: UInt64(slot))
        model.insert(slot, weight: weight)
        weights[slot] = weight
    }

    mutating func evict() {
        let victim = policy.evict(hitsOf: { _ in 0 }, hashOf: { UInt64($0) })
        victimsAgree = victimsAgree && victim == model.evict()
        if let victim { weights[victim] = nil }
    }

    mutating func remove(_ slot: Slot) {
        policy.remove(slot)
        model.remove(slot)
        weights[slot] = nil
    }

    mutating func reweigh(_ slot: Slot, to weight: Int) {
        guard let old = weights[slot], weights.values.reduce(0, +) - old + weight <= capacity else { return }
        policy.reweigh(slot, weight: weight)
        model.reweigh(slot, weight: weight)
        weights[slot] = weight
    }

    func agrees() -> Bool {
        let residents = Set(model.residents)
        let ghosts = Set(model.ghosts)
        guard victimsAgree, policy.residentCount == residents.count, policy.ghostCount == ghosts.count else {
            return false
        }
        return (0..<Slot(slots)).allSatisfy { slot in
            policy.isResident(slot) == residents.contains(slot)
                && policy.remembers(UInt64(slot)) == ghosts.contains(slot)
                && (weights[slot] != nil) == residents.contains(slot)
        }
    }
}
