import Caching
import DedupTesting
import Testing

/// A key with a hash of the test's choice, so that there are clusters, wraps and equal hashes.
struct PlacedKey: CacheKey {
    let name: Int
    let hash: UInt64

    func seededHash(_ seed: UInt64) -> UInt64 { hash }
}

/// The table of a shard, beside a dictionary, under hashes that no good hash function gives.
struct SlotIndexModelTests {
    /// How the hashes of the keys are distributed.
    enum Layout: String, CaseIterable, Sendable {
        /// Every key has the same hash: one long cluster.
        case equal
        /// Seven hashes for all keys.
        case few
        /// All at the end of the table, so that clusters wrap to its beginning.
        case atTheEnd
        /// Neighbours: each key's home is the place behind that of the key before.
        case neighbours
        /// As a hash function would have it.
        case spread

        func hash(_ key: Int) -> UInt64 {
            let word: UInt64 =
                switch self {
                case .equal: 0x8000_0000
                case .few: UInt64(key % 7) * 0x2000_0000
                case .atTheEnd: 0xFFFF_FFFF - UInt64(key % 3)
                case .neighbours: UInt64(key) << 22
                case .spread: UInt64(key) &* 0x9E37_79B9 & 0xFFFF_FFFF
                }
            // The same in both halves: whichever of them the table takes.
            return word << 32 | word
        }
    }

    @Test(arguments: Layout.allCases, 1...3 as ClosedRange<UInt64>)
    func findsExactlyTheInsertedKeys(layout: Layout, seed: UInt64) throws {
        let cache = try Cache<PlacedKey, Int>(
            CacheConfiguration(capacity: .entries(1_000), policy: .fifo, shards: 1, seed: seed))
        var model: [Int: Int] = [:]
        var random = SplitMix64(seed: seed)
        for step in 0..<3_000 {
            // It grows, shrinks and grows again.
            let range = step % 1_000 < 500 ? 0..<300 : 0..<40
            let name = Int.random(in: range, using: &random)
            let key = PlacedKey(name: name, hash: layout.hash(name))
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                #expect(cache.removeValue(for: key) == (model.removeValue(forKey: name) != nil))
            case 1:
                cache.insert(step, for: key, timeToLive: .forever, at: .zero)
                model[name] = step
            default:
                #expect(cache.value(for: key, at: .zero)?.value == model[name], "\(layout), \(seed), step \(step)")
            }
            #expect(cache.count == model.count)
        }
        for name in 0..<300 {
            #expect(cache.peek(for: PlacedKey(name: name, hash: layout.hash(name)), at: .zero)?.value == model[name])
        }
    }

    /// More keys with one hash than a group can count: they come, go and come again, and the table grows among them.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func hundredsOfKeysWithOneHashAreFoundAndRemoved(seed: UInt64) throws {
        let cache = try Cache<PlacedKey, Int>(
            CacheConfiguration(capacity: .entries(5_000), policy: .fifo, shards: 1, seed: seed))
        var random = SplitMix64(seed: seed)
        func key(_ name: Int) -> PlacedKey { PlacedKey(name: name, hash: 0x8000_0000_8000_0000) }
        for round in 0..<3 {
            let names = (0..<700).shuffled(using: &random)
            for name in names { cache.insert(name + round, for: key(name), timeToLive: .forever, at: .zero) }
            for name in names { #expect(cache.peek(for: key(name), at: .zero)?.value == name + round) }
            #expect(cache.peek(for: key(-1), at: .zero) == nil)
            for name in names.shuffled(using: &random).prefix(600 + round * 50) {
                #expect(cache.removeValue(for: key(name)), "seed \(seed)")
                #expect(cache.peek(for: key(name), at: .zero) == nil)
            }
            // Others beside them, for which the table has to grow.
            for name in 0..<500 {
                let other = PlacedKey(name: 10_000 + name, hash: UInt64(name) &* 0x9E37_79B9_7F4A_7C15)
                cache.insert(name, for: other, timeToLive: .forever, at: .zero)
                #expect(cache.peek(for: other, at: .zero)?.value == name)
            }
        }
        #expect(cache.count == 500)
    }
}
