/// Recorded requests, and what caches of a policy and a capacity would have done with them.
///
/// It drives the policies of ``Cache`` themselves, without keys, values, locks or a clock: a cache with one shard hits
/// exactly the same requests. One with several divides its room by the hashes of the keys, which moves a few.
///
///     let simulation = CacheSimulation(keys: [0, 1, 0, 2, 0], keyCount: 3)
///     let counts = simulation.counts(of: .lru, capacity: 2)  // 2 hits
///
/// It is a value that many threads may ask at the same time.
public struct CacheSimulation: Sendable {
    /// The key of each request: numbers from 0 on.
    public let keys: [UInt32]

    /// What each request's answer weighs, at least 1, for example its bytes; empty where each weighs 1.
    public let weights: [UInt32]

    /// How many keys there are.
    public let keyCount: Int

    /// Makes a simulation of requests.
    ///
    /// - Parameters:
    ///   - keys: The key of each request: numbers from 0 to below `keyCount`, best in the order of their first appearance.
    ///   - weights: What each request's answer weighs; empty, the default, for 1 each. Less than 1 counts as 1.
    ///   - keyCount: How many keys there are.
    /// - Precondition: Every key is below `keyCount`, which is from 0 to 2^30 - 2, and there are no weights or as many as requests.
    public init(keys: [UInt32], weights: [UInt32] = [], keyCount: Int) {
        precondition((0..<Int(SlotLinks.none)).contains(keyCount), "\(keyCount) keys are too few or too many.")
        precondition(
            keys.allSatisfy { $0 < keyCount }, "A key is not below the number of keys, \(keyCount).")
        precondition(
            weights.isEmpty || weights.count == keys.count, "\(weights.count) weights for \(keys.count) requests.")
        self.keys = keys
        self.weights = weights
        self.keyCount = keyCount
    }

    /// The hits of a cache that is empty at first.
    ///
    /// Every miss inserts its key, after the entries that have to make room for it are evicted, unless it weighs more than the capacity.
    /// The weight of an entry is that of the request that inserted it.
    ///
    /// - Parameters:
    ///   - policy: Which entry leaves.
    ///   - capacity: The most that all entries weigh; in entries where each weighs 1. Less than 1 counts as 1.
    public func counts(of policy: EvictionPolicyKind, capacity: Int) -> SimulatedCounts {
        switch policy.rule {
        case .fifo: counts(of: FIFOPolicy(capacity: capacity))
        case .lru: counts(of: LRUPolicy(capacity: capacity))
        case .clock: counts(of: ClockPolicy(capacity: capacity))
        case .lfu: counts(of: LFUPolicy(capacity: capacity))
        case .slru: counts(of: SLRUPolicy(capacity: capacity))
        case .twoQ: counts(of: TwoQPolicy(capacity: capacity))
        case .arc: counts(of: ARCPolicy(capacity: capacity))
        case .lirs: counts(of: LIRSPolicy(capacity: capacity))
        case .sieve: counts(of: SIEVEPolicy(capacity: capacity))
        case .s3FIFO: counts(of: S3FIFOPolicy(capacity: capacity))
        case .random: counts(of: RandomPolicy(capacity: capacity))
        }
    }

    /// The same for a policy with rules of its own, which is empty.
    // Here and not in another module, so that the loop and the policy are compiled as one: a call for each request would cost
    // more than most policies take.
    package func counts<Policy: EvictionPolicy>(of fresh: Policy) -> SimulatedCounts {
        weights.isEmpty ? countsOfEqual(fresh) : countsOfWeighed(fresh)
    }

    private func countsOfEqual<Policy: EvictionPolicy>(_ fresh: Policy) -> SimulatedCounts {
        var policy = fresh
        policy.reserve(slots: keyCount)
        var counts = SimulatedCounts()
        let capacity = policy.capacity
        for slot in keys {
            if policy.isResident(slot) {
                counts.hits += 1
                policy.hit(slot, hash: UInt64(slot))
                continue
            }
            guard policy.admit(slot, weight: 1, hash: UInt64(slot)) else {
                counts.refusals += 1
                continue
            }
            while policy.residentCount >= capacity,
                policy.evict(hitsOf: { _ in 0 }, hashOf: { UInt64($0) }) != nil
            {
                counts.evictions += 1
            }
            policy.insert(slot, weight: 1, hash: UInt64(slot))
            counts.insertions += 1
        }
        counts.requests = keys.count
        (counts.requestedWeight, counts.hitWeight) = (keys.count, counts.hits)
        return counts
    }

    private func countsOfWeighed<Policy: EvictionPolicy>(_ fresh: Policy) -> SimulatedCounts {
        var policy = fresh
        policy.reserve(slots: keyCount)
        var counts = SimulatedCounts()
        var residents = [UInt32](repeating: 0, count: keyCount)
        var weight = 0
        for (slot, own) in zip(keys, weights) {
            let own = max(1, Int(own))
            counts.requestedWeight += own
            if policy.isResident(slot) {
                counts.hits += 1
                counts.hitWeight += own
                policy.hit(slot, hash: UInt64(slot))
                continue
            }
            guard own <= policy.capacity, policy.admit(slot, weight: own, hash: UInt64(slot)) else {
                counts.refusals += 1
                continue
            }
            while weight + own > policy.capacity,
                let victim = policy.evict(hitsOf: { _ in 0 }, hashOf: { UInt64($0) })
            {
                counts.evictions += 1
                weight -= Int(residents[Int(victim)])
            }
            policy.insert(slot, weight: own, hash: UInt64(slot))
            counts.insertions += 1
            residents[Int(slot)] = UInt32(own)
            weight += own
        }
        counts.requests = keys.count
        return counts
    }
}

/// What a cache did with recorded requests.
public struct SimulatedCounts: Hashable, Sendable {
    /// How many requests there were.
    public internal(set) var requests = 0

    /// How many of them the cache answered.
    public internal(set) var hits = 0

    /// How many it did not.
    public var misses: Int { requests - hits }

    /// How many entries were inserted.
    public internal(set) var insertions = 0

    /// How many entries had to leave.
    public internal(set) var evictions = 0

    /// How many misses inserted nothing, because the entry was too heavy.
    public internal(set) var refusals = 0

    /// What all requests' answers weighed together.
    public internal(set) var requestedWeight = 0

    /// What the answers of the hits weighed together.
    public internal(set) var hitWeight = 0

    /// The part of the requests that the cache answered, 0 to 1; 0 where there was none.
    public var hitRatio: Double { requests > 0 ? Double(hits) / Double(requests) : 0 }

    /// The part of the weight that the cache answered, 0 to 1; 0 where there was none.
    public var weightHitRatio: Double { requestedWeight > 0 ? Double(hitWeight) / Double(requestedWeight) : 0 }

    /// Makes counts of zero.
    public init() {}
}
