import Caching
import DedupTesting
import Testing

/// Removed values are reported and released outside the lock, with the hits that were not drained.
struct CacheRemovalTests {
    @Test
    func theCallbackMayUseTheCache() throws {
        // One shard: a callback under its lock would never return.
        let box = Lock<Cache<Int, Int>?>(nil)
        let seen = RemovalLog()
        let configuration = CacheConfiguration(capacity: .entries(2), policy: .fifo, shards: 1)
        let cache = try Cache<Int, Int>(configuration) { removal in
            seen.append(removal)
            guard let cache = box.withLock({ $0 }), removal.key < 100 else { return }
            _ = cache.value(for: removal.key, at: .zero)
            cache.insert(removal.value, for: removal.key + 100, timeToLive: .forever, at: .zero)
            cache.drainHits { _, _, _ in }
            cache.sweep(at: .zero)
        }
        box.withLock { $0 = cache }
        for key in 0..<10 { cache.insert(key, for: key, timeToLive: .fixed(.nanoseconds(5)), at: .zero) }
        cache.removeValue(for: 9)
        cache.sweep(at: MonotonicInstant(nanoseconds: 6))
        cache.removeAll()
        #expect(cache.count <= 2)
        #expect(!seen.drain().isEmpty)
        box.withLock { $0 = nil }
    }

    @Test
    func aReleasedValueMayUseTheCache() throws {
        final class Reentrant: Sendable {
            let cache: Cache<Int, Reentrant>
            init(_ cache: Cache<Int, Reentrant>) { self.cache = cache }
            deinit { _ = cache.value(for: 0, at: .zero) }
        }
        let cache = try Cache<Int, Reentrant>(CacheConfiguration(capacity: .entries(1), shards: 1))
        for key in 0..<5 {
            cache.insert(Reentrant(cache), for: key, timeToLive: .fixed(.nanoseconds(1)), at: .zero)
            cache.insert(Reentrant(cache), for: key, timeToLive: .fixed(.nanoseconds(1)), at: .zero)
        }
        _ = cache.value(for: 4, at: MonotonicInstant(nanoseconds: 1))
        cache.insert(Reentrant(cache), for: 6, timeToLive: .forever, at: .zero)
        cache.removeAll()
        // One lookup for each of the eleven values: five replaced, four evicted, one expired, one invalidated.
        #expect(cache.statistics.lookups == 1 + 11)
    }

    @Test
    func eachCauseIsReportedOnceWithItsHits() throws {
        let log = RemovalLog()
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(2), policy: .fifo, shards: 1), onRemoval: { log.append($0) })
        cache.insert(10, for: 1, timeToLive: .forever, at: .zero)
        _ = cache.value(for: 1, at: .zero)
        cache.insert(11, for: 1, timeToLive: .forever, at: .zero)
        #expect(log.drain() == [.init(key: 1, value: 10, hits: 1, cause: "replaced")])
        cache.insert(20, for: 2, timeToLive: .fixed(.nanoseconds(5)), at: .zero)
        cache.insert(30, for: 3, timeToLive: .forever, at: .zero)
        #expect(log.drain() == [.init(key: 1, value: 11, hits: 0, cause: "evicted")])
        _ = cache.value(for: 2, at: .zero)
        _ = cache.value(for: 2, at: .zero)
        _ = cache.value(for: 2, at: MonotonicInstant(nanoseconds: 5))
        #expect(log.drain() == [.init(key: 2, value: 20, hits: 2, cause: "expired")])
        #expect(cache.removeValue(for: 3))
        #expect(!cache.removeValue(for: 3))
        #expect(log.drain() == [.init(key: 3, value: 30, hits: 0, cause: "invalidated")])
    }

    @Test
    func causesHaveNames() {
        let causes = [RemovalCause.evicted, .expired, .invalidated, .replaced]
        #expect(causes.map(\.description) == ["evicted", "expired", "invalidated", "replaced"])
        #expect(Set(causes).count == 4)
    }

    @Test
    func hitsAreDrainedOnce() throws {
        let cache = try Cache<Int, String>(CacheConfiguration(capacity: .entries(1_000), shards: 4))
        for key in 0..<1_000 { cache.insert("v\(key)", for: key, timeToLive: .forever, at: .zero) }
        for key in 0..<1_000 where key % 3 == 0 { for _ in 0..<key % 5 { _ = cache.value(for: key, at: .zero) } }
        var drained: [Int: Int] = [:]
        cache.drainHits { key, value, hits in
            #expect(value == "v\(key)")
            drained[key, default: 0] += hits
        }
        let hit = (0..<1_000).filter { $0 % 3 == 0 && $0 % 5 > 0 }
        #expect(drained == Dictionary(uniqueKeysWithValues: hit.map { ($0, $0 % 5) }))
        cache.drainHits { _, _, _ in Issue.record("Hits were handed over twice.") }
    }

    @Test
    func nothingIsLeakedOrReleasedTwice() throws {
        final class Counted: Sendable {
            let live: Lock<Int>
            let parent: Counted?
            init(_ parent: Counted? = nil) {
                live = Lock(0)
                self.parent = parent
                parent?.live.withLock { $0 += 1 }
            }
            deinit { parent?.live.withLock { $0 -= 1 } }
        }
        let root = Counted()
        for kind in EvictionPolicyKind.allCases {
            let cache = try Cache<String, Counted>(CacheConfiguration(capacity: .entries(50), policy: kind, shards: 2))
            var random = SplitMix64(seed: 4)
            for step in 0..<2_000 {
                let key = "a key that is too long to be kept inline \(Int.random(in: 0..<120, using: &random))"
                let now = MonotonicInstant(nanoseconds: Int64(step))
                cache.insert(Counted(root), for: key, timeToLive: .fixed(.nanoseconds(60)), at: now)
                if step % 11 == 0 { cache.removeValue(for: key) }
                if step % 101 == 0 { cache.sweep(at: now) }
                if step % 701 == 0 { cache.removeAll() }
                #expect(root.live.withLock { $0 } == cache.count)
            }
        }
        #expect(root.live.withLock { $0 } == 0)
    }
}
