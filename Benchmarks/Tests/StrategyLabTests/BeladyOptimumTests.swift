import Caching
import DedupTesting
import StrategyLab
import Testing

@Suite struct BeladyOptimumTests {
    /// The rule word by word: the victim is the resident whose next request is the farthest away.
    private func hits(_ keys: [UInt32], capacity: Int) -> Int {
        var (residents, hits) = (Set<UInt32>(), 0)
        for (position, key) in keys.enumerated() {
            if residents.contains(key) {
                hits += 1
                continue
            }
            if residents.count == capacity {
                let rest = keys[(position + 1)...]
                let victim = residents.max { rest.firstIndex(of: $0) ?? .max < rest.firstIndex(of: $1) ?? .max }
                if let victim { residents.remove(victim) }
            }
            residents.insert(key)
        }
        return hits
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>, [1, 2, 5, 11, 40])
    func countsWhatTheRuleSays(seed: UInt64, capacity: Int) {
        var random = SplitMix64(seed: seed)
        let keys = (0..<300).map { _ in
            min(UInt32.random(in: 0..<40, using: &random), UInt32.random(in: 0..<40, using: &random))
        }
        let optimum = BeladyOptimum(keys: keys, keyCount: 40)
        #expect(optimum.hits(capacity: capacity) == hits(keys, capacity: capacity), "seed \(seed)")
    }

    /// Enough requests for a tree of four levels.
    @Test(arguments: EvictionPolicyKind.allCases)
    func noPolicyHasMoreHits(kind: EvictionPolicyKind) {
        var random = SplitMix64(seed: 1)
        let keys = (0..<300_000).map { _ in
            UInt32((0..<3).map { _ in Int.random(in: 0..<5_000, using: &random) }.min() ?? 0)
        }
        let optimum = BeladyOptimum(keys: keys, keyCount: 5_000)
        let simulation = CacheSimulation(keys: keys, keyCount: 5_000)
        for capacity in [10, 500, 2_000] {
            #expect(simulation.counts(of: kind, capacity: capacity).hits < optimum.hits(capacity: capacity))
        }
    }

    @Test func nothingIsAskedForAndNothingIsHit() {
        #expect(BeladyOptimum(keys: [], keyCount: 0).hits(capacity: 3) == 0)
        #expect(BeladyOptimum(keys: [0, 0, 0], keyCount: 1).hits(capacity: 0) == 2, "There is room for one at least.")
    }
}
