import Caching
import Testing

/// Draining a few entries at a time hands over the same hits as draining all at once.
struct HitDrainTests {
    @Test(arguments: [1, 3, 255, 256, 257, 10_000], [1, 4])
    func everyHitIsHandedOverOnce(limit: Int, shards: Int) throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(4_000), shards: shards))
        for key in 0..<1_500 { cache.insert(key, for: key, timeToLive: .forever, at: .zero) }
        for key in 0..<1_500 { for _ in 0..<key % 3 { _ = cache.value(for: key, at: .zero) } }
        var drained: [Int: Int] = [:]
        var position: CacheCursor? = CacheCursor()
        while let start = position {
            var count = 0
            position = cache.drainHits(from: start, limit: limit) { key, value, hits in
                #expect(key == value)
                drained[key, default: 0] += hits
                count += 1
            }
            #expect(count <= limit)
        }
        #expect(drained.count == 1_000 && drained.allSatisfy { $0.value == $0.key % 3 })
        cache.drainHits { _, _, _ in Issue.record("Hits were handed over twice.") }
    }

    @Test func aLimitOfZeroHandsNothingOver() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(10), shards: 1))
        cache.insert(1, for: 1, timeToLive: .forever, at: .zero)
        _ = cache.value(for: 1, at: .zero)
        let start = CacheCursor()
        #expect(cache.drainHits(from: start, limit: 0) { _, _, _ in Issue.record("There is no room.") } == start)
        var drained: [Int] = []
        let end = cache.drainHits(from: start, limit: 1) { _, _, hits in drained.append(hits) }
        #expect(end == nil && drained == [1])
    }

    @Test func aDrainGoesOnAfterItsEntriesWereRemoved() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(1_000), shards: 1))
        for key in 0..<600 {
            cache.insert(key, for: key, timeToLive: .forever, at: .zero)
            _ = cache.value(for: key, at: .zero)
        }
        let position = try #require(cache.drainHits(from: CacheCursor(), limit: 500) { _, _, _ in })
        cache.removeAll()
        #expect(cache.drainHits(from: position, limit: 500) { _, _, _ in Issue.record("Nothing is left.") } == nil)
    }
}
