import Caching
import DedupTesting
import Testing

/// Hits of which the policy learns later: when it asks, or from the notes of a lane.
struct HitLaneTests {
    @Test(arguments: EvictionPolicyKind.allCases, 1...3 as ClosedRange<UInt64>)
    func aPolicyThatLearnsOfHitsLaterChoosesTheSameVictims(kind: EvictionPolicyKind, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (told, late) = (kind.makePolicy(capacity: 20), kind.makePolicy(capacity: 20))
        told.reserve(slots: 64)
        late.reserve(slots: 64)
        let delivery = type(of: late).hitDelivery
        var notes: [Slot] = []
        var counts: [Slot: Int] = [:]
        for step in 0..<5_000 {
            let slot = Slot.random(in: 0..<64, using: &random)
            if told.isResident(slot), step % 9 != 0 {
                if delivery == .reported {
                    notes.append(slot)
                } else {
                    counts[slot] = min(3, counts[slot, default: 0] + 1)
                }
                told.hit(slot, hash: UInt64(slot))
                continue
            }
            for note in notes { late.hit(note, hash: UInt64(note)) }
            notes = []
            let expected = change(&told, slot) { _ in 0 }
            let victim = change(&late, slot) { slot in
                #expect(delivery == .asked)
                return counts.removeValue(forKey: slot) ?? 0
            }
            #expect(victim == expected, "step \(step), seed \(seed)")
            counts[slot] = nil
        }
        #expect(told.residentCount == late.residentCount && told.residentCount > 0)
    }

    /// Removes a resident slot, or inserts another one and makes room first. Returns the slot that goes.
    private func change(_ policy: inout any EvictionPolicy, _ slot: Slot, hitsOf: (Slot) -> Int) -> Slot? {
        if policy.isResident(slot) {
            policy.remove(slot)
            return slot
        }
        guard policy.admit(slot, weight: 1, hash: UInt64(slot)) else { return nil }
        let victim =
            policy.residentCount >= 20 ? policy.evict(hitsOf: hitsOf, hashOf: { UInt64($0) }) : nil
        policy.insert(slot, weight: 1, hash: UInt64(slot))
        return victim
    }

    @Test(arguments: EvictionPolicyKind.allCases, [1, 2, 8])
    func aKeyThatIsHitMoreOftenThanALaneCountsLosesNoHit(kind: EvictionPolicyKind, lanes: Int) throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(8), policy: kind, shards: 1), lanes: lanes)
        cache.insert(1, for: 1, timeToLive: .forever, at: .zero)
        cache.insert(2, for: 2, timeToLive: .fixed(.seconds(9)), at: .zero)
        for _ in 0..<1_000 { #expect(cache.value(for: 1, at: .zero)?.value == 1) }
        for _ in 0..<300 { #expect(cache.value(for: 2, at: .zero)?.value == 2) }
        var drained: [Int: Int] = [:]
        cache.drainHits { key, _, hits in drained[key, default: 0] += hits }
        #expect(drained == [1: 1_000, 2: 300])
        #expect(cache.statistics.hits == 1_300)
    }

    @Test(arguments: [1, 4])
    func hitsAreReportedWithTheirEntryAndNotWithTheNextInItsSlot(lanes: Int) throws {
        let log = RemovalLog()
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(1), policy: .sieve, shards: 1), lanes: lanes,
            onRemoval: { log.append($0) })
        cache.insert(10, for: 1, timeToLive: .forever, at: .zero)
        for _ in 0..<5 { _ = cache.value(for: 1, at: .zero) }
        cache.insert(20, for: 2, timeToLive: .forever, at: .zero)
        for _ in 0..<3 { _ = cache.value(for: 2, at: .zero) }
        cache.removeAll()
        #expect(
            log.drain() == [
                .init(key: 1, value: 10, hits: 5, cause: "evicted"),
                .init(key: 2, value: 20, hits: 3, cause: "invalidated"),
            ])
    }

    /// The policies for which the order of hits does not count: lanes report theirs one after the other.
    static let kinds = EvictionPolicyKind.allCases.filter {
        type(of: $0.makePolicy(capacity: 1)).hitDelivery != .reported
    }

    /// The hits of one thread, each in a lane by chance.
    @Test(arguments: kinds, 1...3 as ClosedRange<UInt64>)
    func severalLanesCountAsOneDoes(kind: EvictionPolicyKind, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let (log, singleLog) = (RemovalLog(), RemovalLog())
        let configuration = CacheConfiguration(capacity: .entries(100), policy: kind, shards: 1, seed: 1)
        let several = try Cache<Int, Int>(configuration, lanes: 8, onRemoval: { log.append($0) })
        let single = try Cache<Int, Int>(configuration, lanes: 1, onRemoval: { singleLog.append($0) })
        for step in 0..<20_000 {
            let key = min(Int.random(in: 0..<300, using: &random), Int.random(in: 0..<300, using: &random))
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<2: #expect(several.removeValue(for: key) == single.removeValue(for: key))
            case 2..<4:
                for cache in [several, single] { cache.insert(step, for: key, timeToLive: .forever, at: .zero) }
            case 4:
                let drained = [several, single].map { cache in
                    var counts: [Int: Int] = [:]
                    cache.drainHits { key, _, hits in counts[key] = hits }
                    return counts
                }
                #expect(drained[0] == drained[1], "step \(step), seed \(seed)")
            default:
                let lane = Int.random(in: 0..<8, using: &random)
                let value = several.value(for: key, at: .zero, lane: lane)?.value
                #expect(value == single.value(for: key, at: .zero)?.value, "step \(step), seed \(seed)")
                if value == nil {
                    for cache in [several, single] { cache.insert(step, for: key, timeToLive: .forever, at: .zero) }
                }
            }
            #expect(log.drain() == singleLog.drain(), "step \(step), seed \(seed)")
        }
        #expect(several.statistics == single.statistics && several.statistics.evictions > 1_000)
    }
    /// The hits of a value that is replaced were reported when they came.
    @Test func aReplacedValueIsCountedOnce() throws {
        let cache = try Cache<String, Int>(
            CacheConfiguration(capacity: .entries(2), policy: .lfu, shards: 1, seed: 1), lanes: 1)
        func insert(_ key: String) { cache.insert(1, for: key, timeToLive: .forever, at: .zero) }
        func hit(_ key: String, _ times: Int) { for _ in 0..<times { _ = cache.value(for: key, at: .zero) } }
        insert("a")
        hit("a", 2)
        insert("a")
        insert("b")
        hit("b", 4)
        insert("c")
        #expect(cache.peek(for: "a", at: .zero) == nil, "It was asked for four times, and b five times.")
        #expect(cache.peek(for: "b", at: .zero) != nil)
    }
}
