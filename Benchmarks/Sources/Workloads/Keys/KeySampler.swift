/// Draws key numbers from a declared distribution.
///
/// Ranks are dealt to keys by a permutation that depends on the seed and the number of keys alone: the same keys are
/// hot in every phase, so a warm-up warms what follows, and neighbours in rank are not neighbours in number.
package struct KeySampler: Sendable {
    package let distribution: KeyDistribution
    /// The key of each rank.
    package let keyOfRank: [UInt32]
    private let zipf: Zipf?

    package init(_ distribution: KeyDistribution, seed: UInt64) {
        self.distribution = distribution
        var order = RandomStream(seed: seed, name: "keys/order")
        keyOfRank = order.permutation(distribution.count)
        zipf =
            switch distribution {
            case .zipf(let count, let skew), .burst(let count, let skew, _): Zipf(count: count, skew: skew)
            case .uniform, .hotspot: nil
            }
    }

    /// The keys of `count` requests in order.
    package func keys(_ count: Int, from random: inout RandomStream) -> [UInt32] {
        var keys: [UInt32] = []
        keys.reserveCapacity(count)
        let size = distribution.burstSize
        while keys.count < count {
            let key = keyOfRank[rank(from: &random)]
            for _ in 0..<min(size, count - keys.count) { keys.append(key) }
        }
        return keys
    }

    private func rank(from random: inout RandomStream) -> Int {
        switch distribution {
        case .uniform(let count):
            return Int(random.below(UInt64(count)))
        case .zipf, .burst:
            guard let zipf else { preconditionFailure("A Zipf distribution has its table.") }
            return zipf.rank(at: random.unit())
        case .hotspot(let count, let hotKeys, let hotRequests):
            let hot = KeyDistribution.hotCount(count, hotKeys)
            let isHot = random.unit() < hotRequests || hot == count
            let position = random.below(UInt64(isHot ? hot : count - hot))
            return isHot ? Int(position) : hot + Int(position)
        }
    }
}
