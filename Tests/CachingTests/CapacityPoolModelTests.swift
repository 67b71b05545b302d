import Caching
import DedupTesting
import Testing

/// The room that all shards share: a cache of many shards holds as much as one of one, however keys fall on shards.
struct CapacityPoolModelTests {
    static let capacity = 60

    /// Insertions, replacements and removals in random order, beside the weights of the entries that are left.
    @Test(arguments: [1, 2, 8], 1...6 as ClosedRange<UInt64>)
    func theWeightIsThatOfTheEntriesAndWithinTheCapacity(shards: Int, seed: UInt64) throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .weight(Self.capacity), policy: .lru, shards: shards, seed: seed))
        var random = SplitMix64(seed: seed)
        var known: [Int: Int] = [:]
        for step in 0..<1_500 {
            let key = Int.random(in: 0..<50, using: &random)
            let weight = Int.random(in: 1...Self.capacity + 2, using: &random) / Int.random(in: 1...20, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0: cache.removeValue(for: key)
            case 1 where step % 40 == 0: cache.removeAll()
            default:
                let stored = cache.insert(step, for: key, timeToLive: .forever, weight: weight, at: .zero)
                #expect(stored == (weight <= Self.capacity))
                known[key] = stored ? max(1, weight) : nil
            }
            let held = (0..<50).reduce(0) { $0 + (cache.peek(for: $1, at: .zero) == nil ? 0 : known[$1] ?? 0) }
            #expect(cache.weight == held && held <= Self.capacity, "\(shards) shards, seed \(seed), step \(step)")
        }
    }

    /// Nothing is evicted before the room is used up.
    @Test(arguments: [1, 2, 8], 1...6 as ClosedRange<UInt64>)
    func nothingIsEvictedWhileThereIsRoom(shards: Int, seed: UInt64) throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .weight(Self.capacity), policy: .lru, shards: shards, seed: seed))
        var random = SplitMix64(seed: seed)
        var weights: [Int: Int] = [:]
        for _ in 0..<2_000 {
            let key = Int.random(in: 0..<40, using: &random)
            let weight = Int.random(in: 1...12, using: &random)
            let others = weights.reduce(0) { $0 + ($1.key == key ? 0 : $1.value) }
            if others + weight <= Self.capacity {
                cache.insert(weight, for: key, timeToLive: .forever, weight: weight, at: .zero)
                weights[key] = weight
            } else if let smallest = weights.keys.min() {
                cache.removeValue(for: smallest)
                weights[smallest] = nil
            }
            #expect(cache.weight == weights.values.reduce(0, +))
        }
        #expect(cache.statistics.evictions == 0 && cache.count == weights.count)
        for (key, weight) in weights { #expect(cache.peek(for: key, at: .zero)?.value == weight) }
    }
}
