import Caching
import DedupTesting
import Testing

/// The cache under a lock of its owner: nothing is counted twice, and removed entries are handed to the owner.
struct CacheDeferredTests {
    let log = RemovalLog()

    private func cache(_ capacity: Int = 2, kind: CacheConfiguration.Capacity? = nil) throws -> Cache<Int, Int> {
        try Cache(
            CacheConfiguration(capacity: kind ?? .entries(capacity), policy: .lru, shards: 1),
            onRemoval: { [log] in log.append($0) })
    }

    private func at(_ nanoseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    @Test func afterAMissOnlyAHitIsCounted() throws {
        let cache = try cache()
        #expect(cache.value(for: 1, at: .zero) == nil)
        #expect(cache.valueAfterMiss(for: 1, at: .zero) == nil)
        #expect(cache.statistics.misses == 1 && cache.statistics.hits == 0)
        cache.insert(7, for: 1, timeToLive: .forever, at: .zero)
        #expect(cache.valueAfterMiss(for: 1, at: at(5))?.value == 7)
        #expect(cache.statistics.misses == 1 && cache.statistics.hits == 1)
    }

    /// A second lookup leaves an expired entry where it is: removing it would mean reporting it under the owner's lock.
    @Test func afterAMissNothingIsRemoved() throws {
        let cache = try cache()
        cache.insert(7, for: 1, timeToLive: .fixed(.nanoseconds(10)), at: .zero)
        #expect(cache.valueAfterMiss(for: 1, at: at(10)) == nil)
        #expect(cache.count == 1 && log.drain().isEmpty && cache.statistics.expirations == 0)
        #expect(cache.value(for: 1, at: at(10)) == nil)
        #expect(cache.count == 0 && log.drain().map(\.cause) == ["expired"])
    }

    /// It is an access like any other: it slides the deadline, keeps the entry, and counts among the entry's hits.
    @Test func aHitAfterAMissIsAnAccess() throws {
        let cache = try cache()
        cache.insert(7, for: 1, timeToLive: .sliding(.nanoseconds(10)), at: .zero)
        cache.insert(8, for: 2, timeToLive: .forever, at: .zero)
        #expect(cache.valueAfterMiss(for: 1, at: at(9)) != nil)
        #expect(cache.valueAfterMiss(for: 1, at: at(18)) != nil)
        cache.insert(9, for: 3, timeToLive: .forever, at: at(18))
        #expect(cache.peek(for: 2, at: at(18)) == nil && cache.peek(for: 1, at: at(18))?.value == 7)
        var drained: [Int: Int] = [:]
        cache.drainHits { key, _, hits in drained[key] = hits }
        #expect(drained == [1: 2])
    }

    @Test func removalsAreReportedWhenTheOwnerAsksForIt() throws {
        let cache = try cache(kind: .weight(4))
        for key in 1...4 { cache.insert(key * 10, for: key, timeToLive: .forever, at: .zero) }
        var removals = Removals<Int, Int>()
        #expect(cache.insert(50, for: 5, timeToLive: .forever, weight: 3, at: .zero, removals: &removals))
        #expect(cache.insert(41, for: 4, timeToLive: .forever, weight: 1, at: .zero, removals: &removals))
        #expect(log.drain().isEmpty && cache.weight == 4)
        cache.report(removals)
        #expect(
            log.drain() == [
                .init(key: 1, value: 10, hits: 0, cause: "evicted"),
                .init(key: 2, value: 20, hits: 0, cause: "evicted"),
                .init(key: 3, value: 30, hits: 0, cause: "evicted"),
                .init(key: 4, value: 40, hits: 0, cause: "replaced"),
            ])
    }

    @Test func aValueThatIsTooHeavyIsRefusedAndStillReplacesTheOlderOne() throws {
        let cache = try cache(kind: .weight(4))
        cache.insert(10, for: 1, timeToLive: .forever, at: .zero)
        var removals = Removals<Int, Int>()
        #expect(!cache.insert(11, for: 1, timeToLive: .forever, weight: 5, at: .zero, removals: &removals))
        #expect(cache.statistics.rejectedTooHeavy == 1 && cache.count == 0 && log.drain().isEmpty)
        cache.report(removals)
        #expect(log.drain() == [.init(key: 1, value: 10, hits: 0, cause: "replaced")])
    }

    /// The same operations, reported at once or later, lead to the same cache and the same statistics.
    @Test(arguments: EvictionPolicyKind.allCases, 1...4 as ClosedRange<UInt64>)
    func deferringChangesNothingElse(kind: EvictionPolicyKind, seed: UInt64) throws {
        let configuration = CacheConfiguration(capacity: .weight(30), policy: kind, shards: 1, seed: seed)
        let (early, late) = (RemovalLog(), RemovalLog())
        // In one lane, because a thread that the system moves between processors would leave its hits in two.
        let direct = try Cache<Int, Int>(configuration, lanes: 1, onRemoval: { early.append($0) })
        let deferred = try Cache<Int, Int>(configuration, lanes: 1, onRemoval: { late.append($0) })
        var random = SplitMix64(seed: seed)
        for step in 0..<2_000 {
            let key = Int.random(in: 0..<40, using: &random)
            if Bool.random(using: &random) {
                #expect(direct.value(for: key, at: at(0))?.value == deferred.value(for: key, at: at(0))?.value)
                continue
            }
            let weight = Int.random(in: 1...40, using: &random)
            var removals = Removals<Int, Int>()
            let stored = deferred.insert(
                step, for: key, timeToLive: .forever, weight: weight, at: .zero, removals: &removals)
            deferred.report(removals)
            #expect(stored == direct.insert(step, for: key, timeToLive: .forever, weight: weight, at: .zero))
            #expect(early.drain() == late.drain(), "\(kind.rawValue), seed \(seed), step \(step)")
        }
        #expect(direct.statistics == deferred.statistics && direct.weight == deferred.weight)
    }
}
