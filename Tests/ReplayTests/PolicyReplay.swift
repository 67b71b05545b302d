import Caching

/// A simulator: a slot is the dense number of a key, and there is no table.
struct PolicyReplay {
    let requests: [UInt32]
    /// The weight of each request; 1 where there is none.
    var weights: [Int] = []
    let keyCount: Int

    /// How many requests a policy serves.
    func hits<Policy: EvictionPolicy>(_ fresh: Policy) -> Int {
        var policy = fresh
        policy.reserve(slots: keyCount)
        var residents = [Int](repeating: 0, count: keyCount)
        var (hits, weight) = (0, 0)
        for (position, slot) in requests.enumerated() {
            if policy.isResident(slot) {
                hits += 1
                policy.hit(slot, hash: UInt64(slot))
                continue
            }
            let own = weights.isEmpty ? 1 : weights[position]
            guard own <= policy.capacity, policy.admit(slot, weight: own, hash: UInt64(slot)) else { continue }
            while weight + own > policy.capacity,
                let victim = policy.evict(hitsOf: { _ in 0 }, hashOf: { UInt64($0) })
            {
                weight -= residents[Int(victim)]
            }
            policy.insert(slot, weight: own, hash: UInt64(slot))
            residents[Int(slot)] = own
            weight += own
        }
        return hits
    }
}
