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

    /// The key of one draw.
    func key(from random: inout RandomStream) -> UInt32 { keyOfRank[rank(from: &random)] }

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

/// Draws the keys of requests in order, and goes on where it stopped: in the middle of a burst, too.
package struct KeyDraws: Sendable {
    private let sampler: KeySampler
    private var random: RandomStream
    /// The key that a burst still has requests for, and for how many.
    private var burst: (key: UInt32, left: Int) = (0, 0)

    /// Draws by a sampler with the random numbers given.
    package init(_ sampler: KeySampler, from random: RandomStream) {
        self.sampler = sampler
        self.random = random
    }

    /// One more than the largest key.
    var keyCount: Int { sampler.distribution.count }

    /// The keys of the next requests.
    package mutating func next(_ count: Int) -> [UInt32] {
        var keys: [UInt32] = []
        keys.reserveCapacity(count)
        let size = sampler.distribution.burstSize
        while keys.count < count {
            if burst.left == 0 { burst = (sampler.key(from: &random), size) }
            let taken = min(burst.left, count - keys.count)
            for _ in 0..<taken { keys.append(burst.key) }
            burst.left -= taken
        }
        return keys
    }
}
