import Caching
import DedupTesting
import Testing

/// When room is needed, expired entries are removed before living ones, and count as expired.
struct ExpiredFirstTests {
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

    @Test(arguments: EvictionPolicyKind.allCases, [1, 4])
    func expiredEntriesDoNotPushLivingOnesOut(kind: EvictionPolicyKind, shards: Int) throws {
        let cache = try Cache<Int, String>(
            CacheConfiguration(capacity: .entries(100), policy: kind, shards: shards, seed: 2))
        for key in 0..<20 { cache.insert("live", for: key, at: at(0)) }
        for key in 100..<180 { cache.insert("short", for: key, timeToLive: .seconds(1), at: at(0)) }
        for key in 1_000..<1_080 { cache.insert("new", for: key, at: at(10)) }
        #expect((0..<20).allSatisfy { cache.peek(for: $0, at: at(10)) != nil })
        #expect((1_000..<1_080).allSatisfy { cache.peek(for: $0, at: at(10)) != nil })
        #expect(cache.statistics.evictions == 0 && cache.statistics.expirations == 80 && cache.count == 100)
    }

    /// One heavy value takes the room of many expired ones and leaves the living.
    @Test(arguments: EvictionPolicyKind.allCases, [1, 4])
    func expiredWeightMakesRoom(kind: EvictionPolicyKind, shards: Int) throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .weight(1_000), policy: kind, shards: shards, seed: 3))
        for key in 0..<50 { cache.insert(key, for: key, weight: 2, at: at(0)) }
        for key in 100..<400 { cache.insert(key, for: key, timeToLive: .seconds(1), weight: 3, at: at(0)) }
        #expect(cache.weight == 1_000)
        #expect(cache.insert(0, for: 1_000, weight: 900, at: at(1)))
        #expect(cache.statistics.expirations == 300 && cache.statistics.evictedWeight == 0 && cache.weight == 1_000)
        #expect((0..<50).allSatisfy { cache.peek(for: $0, at: at(1)) != nil })
    }

    /// A key that is replaced by a heavier value keeps its place in the policy; expired entries make room for it.
    @Test func aHeavierValueTakesExpiredRoom() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .weight(10), policy: .lru, shards: 1))
        cache.insert(1, for: 1, weight: 5, at: at(0))
        cache.insert(2, for: 2, timeToLive: .seconds(1), weight: 5, at: at(0))
        cache.insert(3, for: 1, weight: 8, at: at(1))
        #expect(cache.statistics.replacements == 1 && cache.statistics.expirations == 1)
        #expect(cache.statistics.evictions == 0 && cache.weight == 8)
    }

    /// After any operations: an eviction is only reported while no entry of the cache has expired.
    @Test(arguments: EvictionPolicyKind.allCases, [(1, false), (4, false), (1, true), (4, true)])
    func nothingIsEvictedWhileAnythingHasExpired(kind: EvictionPolicyKind, shape: (shards: Int, isWeighted: Bool))
        throws
    {
        for seed in 1...4 as ClosedRange<UInt64> {
            var run = try ExpiryRun(kind, shards: shape.shards, isWeighted: shape.isWeighted, seed: seed)
            for step in 0..<3_000 where !run.act(step) {
                Issue.record("\(kind.rawValue), \(shape), seed \(seed): evicted beside expired entries, step \(step)")
                return
            }
            let statistics = run.cache.statistics
            #expect(statistics.evictions > 0 && statistics.expirations > 0, "The run shows nothing, seed \(seed)")
        }
    }
}

/// A cache under random operations, and the deadlines of all entries that it has not reported as removed.
private struct ExpiryRun {
    let cache: Cache<Int, Int>
    let isWeighted: Bool
    private let removals: RemovalList
    private var deadlines: [Int: Int64] = [:]
    private var random: SplitMix64
    private var now: Int64 = 0

    init(_ kind: EvictionPolicyKind, shards: Int, isWeighted: Bool, seed: UInt64) throws {
        let removals = RemovalList()
        self.removals = removals
        cache = try Cache(
            CacheConfiguration(
                capacity: isWeighted ? .weight(600) : .entries(150), policy: kind, shards: shards, seed: seed),
            onRemoval: { removal in removals.list.withLock { $0.append(removal) } })
        self.isWeighted = isWeighted
        random = SplitMix64(seed: seed)
    }

    /// One random operation. False if it evicted an entry and left an expired one.
    mutating func act(_ step: Int) -> Bool {
        now += Int64.random(in: 0...2, using: &random)
        let instant = MonotonicInstant(nanoseconds: now)
        let key = Int.random(in: 0..<400, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: cache.removeValue(for: key)
        case 1..<4: _ = cache.value(for: key, at: instant)
        default:
            let weight = isWeighted ? Int.random(in: 1...20, using: &random) : 1
            let life = Int64.random(in: 1...400, using: &random)
            let timeToLive: TimeToLive =
                switch life % 3 {
                case 0: .forever
                case 1: .fixed(.nanoseconds(life))
                default: .sliding(.nanoseconds(life / 4 + 1))
                }
            cache.insert(step, for: key, timeToLive: timeToLive, weight: weight, at: instant)
            return holds(after: key, at: instant)
        }
        _ = holds(after: key, at: instant)
        return true
    }

    /// Keeps the deadlines up to date. False if an entry was evicted and an expired one is still there.
    private mutating func holds(after key: Int, at instant: MonotonicInstant) -> Bool {
        let removed = removals.list.withLock { removals in
            defer { removals = [] }
            return removals
        }
        for removal in removed { deadlines[removal.key] = nil }
        if let hit = cache.peek(for: key, at: instant) { deadlines[key] = hit.deadline?.nanoseconds ?? .max }
        guard removed.contains(where: { $0.cause == .evicted }) else { return true }
        return deadlines.values.allSatisfy { $0 > now }
    }
}

private final class RemovalList: Sendable {
    let list = Lock<[CacheRemoval<Int, Int>]>([])
}
