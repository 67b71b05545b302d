import Caching
import DedupTesting
import Testing

/// What is simulated is what a live cache does.
struct CacheSimulationTests {
    /// Requests of which low keys are asked for more often.
    private func requests(_ count: Int, keys: Int, seed: UInt64) -> [UInt32] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            UInt32((0..<3).map { _ in Int.random(in: 0..<keys, using: &random) }.min() ?? 0)
        }
    }

    @Test(arguments: EvictionPolicyKind.allCases, [1, 7, 50, 400])
    func aLiveCacheOfOneShardHitsTheSameRequests(kind: EvictionPolicyKind, capacity: Int) throws {
        let keys = requests(20_000, keys: 600, seed: 1)
        let cache = try Cache<UInt32, Int>(
            CacheConfiguration(capacity: .entries(capacity), policy: kind, shards: 1, seed: 1), lanes: 1)
        for key in keys where cache.value(for: key, at: .zero) == nil {
            cache.insert(1, for: key, timeToLive: .forever, at: .zero)
        }
        let counts = CacheSimulation(keys: keys, keyCount: 600).counts(of: kind, capacity: capacity)
        let live = cache.statistics
        #expect(counts.hits == live.hits && counts.misses == live.misses)
        #expect(counts.insertions == live.insertions && counts.evictions == live.evictions)
    }

    /// By weight each policy keeps to its capacity, and a request for more than that is a miss that inserts nothing.
    @Test(arguments: EvictionPolicyKind.allCases)
    func weightsAreCountedAndTooHeavyEntriesRefused(kind: EvictionPolicyKind) {
        let keys: [UInt32] = [0, 1, 0, 2, 2]
        let simulation = CacheSimulation(keys: keys, weights: [3, 4, 3, 9, 9], keyCount: 3)
        let counts = simulation.counts(of: kind, capacity: 8)
        #expect(counts.hits == 1 && counts.refusals == 2 && counts.insertions == 2 && counts.evictions == 0)
        #expect(counts.requestedWeight == 28 && counts.hitWeight == 3)
        #expect(counts.hitRatio == 0.2 && counts.weightHitRatio == 3.0 / 28)
    }

    /// No limit is a capacity, too: neither shares of it nor limits of ghosts are beyond what a number holds.
    @Test(arguments: EvictionPolicyKind.allCases)
    func aCapacityWithoutLimitKeepsEverything(kind: EvictionPolicyKind) throws {
        let keys = requests(2_000, keys: 100, seed: 2)
        let (different, weights) = (Set(keys).count, [UInt32](repeating: 1_000, count: 2_000))
        let counts = CacheSimulation(keys: keys, weights: weights, keyCount: 100).counts(of: kind, capacity: .max)
        #expect(counts.hits == 2_000 - different && counts.evictions == 0)
        let cache = try Cache<UInt32, Int>(
            CacheConfiguration(capacity: .weight(.max), policy: kind, shards: 1, seed: 1))
        for key in keys where cache.value(for: key, at: .zero) == nil {
            cache.insert(1, for: key, timeToLive: .forever, weight: 1_000, at: .zero)
        }
        #expect(cache.count == different)
    }

    @Test func aKeyBeyondTheNumberOfKeysEndsTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = CacheSimulation(keys: [0, 2], keyCount: 2) }
    }

    @Test func weightsOfOtherRequestsEndTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = CacheSimulation(keys: [0, 1], weights: [1], keyCount: 2) }
    }
}
