import Caching
import DedupTesting
import Testing

/// Sweeping a few entries at a time removes the same entries as sweeping all at once.
struct SweepTests {
    @Test(arguments: [1, 3, 255, 256, 257, 10_000], [1, 4])
    func everyExpiredEntryIsRemovedOnce(limit: Int, shards: Int) throws {
        let removed = Lock<[Int]>([])
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(4_000), shards: shards)) { removal in
            removed.withLock { $0.append(removal.key) }
        }
        for key in 0..<1_500 {
            let life = TimeToLive.fixed(.seconds(key % 3 + 1))
            cache.insert(key, for: key, timeToLive: life, at: .zero)
        }
        let now = MonotonicInstant(nanoseconds: 2_000_000_000)
        var cursor: CacheCursor? = CacheCursor()
        while let start = cursor {
            let portion = cache.sweep(from: start, at: now, limit: limit)
            #expect(portion.expired <= limit)
            cursor = portion.next
        }
        #expect(removed.withLock { $0.sorted() } == (0..<1_500).filter { $0 % 3 < 2 })
        #expect(cache.count == 500 && cache.sweep(at: now) == 0)
        // The sweep has found out when the next of them expires.
        #expect(cache.sweep(at: MonotonicInstant(nanoseconds: 3_000_000_000)) == 500)
    }

    @Test func entriesInsertedDuringASweepAreSweptLater() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(1_000), shards: 1))
        for key in 0..<600 { cache.insert(key, for: key, timeToLive: .fixed(.seconds(1)), at: .zero) }
        let now = MonotonicInstant(nanoseconds: 1_000_000_000)
        let rest = try #require(cache.sweep(from: CacheCursor(), at: now, limit: 400).next)
        for key in 600..<800 { cache.insert(key, for: key, timeToLive: .fixed(.seconds(1)), at: now) }
        let end = cache.sweep(from: rest, at: now, limit: 400)
        #expect(end.expired == 200 && end.next == nil && cache.count == 200)
        #expect(cache.sweep(at: MonotonicInstant(nanoseconds: 2_000_000_000)) == 200)
    }
}
