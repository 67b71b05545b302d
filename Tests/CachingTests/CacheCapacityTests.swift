import Caching
import DedupTesting
import Testing

/// The capacity is never exceeded, and the last entry of it is used.
struct CacheCapacityTests {
    static let sizes: [(EvictionPolicyKind, Int, Int?)] = EvictionPolicyKind.allCases.flatMap { kind in
        [(1, nil), (2, nil), (10, 4), (100, nil), (1_000, nil), (1_000, 16), (5_000, 64)].map { (kind, $0.0, $0.1) }
    }

    @Test(arguments: sizes)
    func aCacheKeepsAsManyKeysAsItHasRoomFor(kind: EvictionPolicyKind, capacity: Int, shards: Int?) throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(capacity), policy: kind, shards: shards, seed: 77))
        for key in 0..<capacity { cache.insert(key, for: key, timeToLive: .forever, at: .zero) }
        #expect((0..<capacity).allSatisfy { cache.value(for: $0, at: .zero)?.value == $0 })
        #expect(cache.count == capacity)
        #expect(cache.statistics.evictions == 0)
    }

    @Test(arguments: sizes)
    func noSequenceOfKeysExceedsTheCapacity(kind: EvictionPolicyKind, capacity: Int, shards: Int?) throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(capacity), policy: kind, shards: shards, seed: 78))
        var random = SplitMix64(seed: 5)
        for step in 0..<capacity * 3 {
            let key = Int.random(in: 0..<capacity * 4, using: &random)
            cache.insert(step, for: key, timeToLive: .forever, at: .zero)
            // The newest entry is there, so room is never made at its cost.
            #expect(cache.peek(for: key, at: .zero)?.value == step)
            if step % 5 == 0 { cache.removeValue(for: Int.random(in: 0..<capacity * 4, using: &random)) }
        }
        let found = (0..<capacity * 4).count { cache.peek(for: $0, at: .zero) != nil }
        #expect(found <= capacity)
        #expect(found == cache.count)
        let statistics = cache.statistics
        #expect(
            statistics.insertions == found + statistics.replacements + statistics.evictions
                + statistics.invalidations)
    }

    @Test(arguments: EvictionPolicyKind.allCases, [1, 8])
    func weightsAddUpToNoMoreThanTheCapacity(kind: EvictionPolicyKind, shards: Int) throws {
        let capacity = 1_000
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .weight(capacity), policy: kind, shards: shards, seed: 79))
        var random = SplitMix64(seed: 6)
        var weights: [Int: Int] = [:]
        for _ in 0..<5_000 {
            let key = Int.random(in: 0..<400, using: &random)
            let weight = Int.random(in: 1...(key % 50 == 0 ? 900 : 30), using: &random)
            #expect(cache.insert(weight, for: key, timeToLive: .forever, weight: weight, at: .zero))
            weights[key] = weight
            #expect(cache.peek(for: key, at: .zero)?.value == weight)
            #expect(cache.weight <= capacity)
        }
        let found = (0..<400).compactMap { key in cache.peek(for: key, at: .zero).map { (key, $0.value) } }
        #expect(found.allSatisfy { weights[$0.0] == $0.1 })
        #expect(found.reduce(0) { $0 + $1.1 } == cache.weight)
        #expect(found.count == cache.count)
    }

    @Test
    func aValueHeavierThanTheCacheIsRefusedAndTheOlderValueRemoved() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .weight(10), seed: 1))
        #expect(cache.insert(1, for: 1, timeToLive: .forever, weight: 10, at: .zero))
        #expect(!cache.insert(2, for: 1, timeToLive: .forever, weight: 11, at: .zero))
        #expect(cache.peek(for: 1, at: .zero) == nil)
        #expect(cache.statistics.rejectedTooHeavy == 1)
        #expect(cache.statistics.insertions == 1)
        #expect(cache.weight == 0)
        #expect(cache.insert(3, for: 1, timeToLive: .forever, weight: 10, at: .zero))
    }

    @Test
    func theWeightOfEvictedEntriesIsCounted() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .weight(10), policy: .fifo, shards: 1))
        for key in 1...3 { cache.insert(key, for: key, weight: key) }
        #expect(cache.statistics.evictedWeight == 0)
        cache.insert(9, for: 9, weight: 8)
        #expect(cache.statistics.evictions == 3 && cache.statistics.evictedWeight == 6 && cache.weight == 8)
    }

    @Test
    func anEntryInACacheOfEntriesWeighsOne() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(3), seed: 1))
        #expect(cache.insert(1, for: 1, timeToLive: .forever, weight: 1_000, at: .zero))
        #expect(cache.weight == 1)
    }

    @Test
    func aGhostThatReturnsIsPromoted() throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(20), policy: .s3FIFO, shards: 1, seed: 1))
        for key in 0..<22 { cache.insert(key, for: key, timeToLive: .forever, at: .zero) }
        // The two that were in the small queue are ghosts now; asked for again they go to the main queue, where a scan of
        // keys that are asked for once does not reach them.
        #expect(cache.peek(for: 0, at: .zero) == nil)
        cache.insert(0, for: 0, timeToLive: .forever, at: .zero)
        for key in 100..<110 { cache.insert(key, for: key, timeToLive: .forever, at: .zero) }
        #expect(cache.peek(for: 0, at: .zero) != nil)
        #expect(cache.count == 20)
    }
}
