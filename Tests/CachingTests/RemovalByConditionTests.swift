import Caching
import DedupTesting
import Foundation
import Testing

private struct Refused: Error {}

/// `removeAll(where:)`: the condition runs outside every lock, and only entries that it has seen are removed.
@Suite(.timeLimit(.minutes(1))) struct RemovalByConditionTests {
    @Test(arguments: EvictionPolicyKind.allCases, [1, 7])
    func removesExactlyTheEntriesOfTheCondition(kind: EvictionPolicyKind, shards: Int) throws {
        let log = RemovalLog()
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(3_000), policy: kind, shards: shards),
            onRemoval: { log.append($0) })
        for key in 0..<2_000 { cache.insert(key * 2, for: key) }
        _ = cache.value(for: 3)
        var seen: [Int: Int] = [:]
        let count = cache.removeAll { key, value in
            seen[key] = value
            return key % 3 == 0
        }
        #expect(seen == Dictionary(uniqueKeysWithValues: (0..<2_000).map { ($0, $0 * 2) }))
        #expect(count == 667 && cache.count == 1_333 && cache.statistics.invalidations == 667)
        let removed = log.drain()
        #expect(Set(removed.map(\.key)) == Set((0..<2_000).filter { $0 % 3 == 0 }))
        #expect(removed.allSatisfy { $0.cause == "invalidated" && $0.hits == ($0.key == 3 ? 1 : 0) })
        #expect((0..<2_000).allSatisfy { (cache.peek(for: $0) == nil) == ($0 % 3 == 0) })
        #expect(cache.removeAll { _, _ in false } == 0)
        #expect(cache.removeAll { _, _ in true } == 1_333 && cache.count == 0 && cache.weight == 0)
        #expect(cache.removeAll { _, _ in true } == 0)
    }

    /// One shard: a condition that ran under its lock would never return.
    @Test func theConditionMayUseTheCache() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(1_000), shards: 1))
        for key in 0..<300 { cache.insert(0, for: key) }
        let count = cache.removeAll { key, value in
            // Replaced or removed meanwhile: the examined entry is not there any more.
            if key % 2 == 0 { cache.insert(value + 1, for: key) }
            if key % 5 == 0 { cache.removeValue(for: key) }
            return true
        }
        #expect(count == (0..<300).count { $0 % 2 != 0 && $0 % 5 != 0 })
        #expect((0..<300).allSatisfy { cache.peek(for: $0)?.value == ($0 % 2 == 0 && $0 % 5 != 0 ? 1 : nil) })
    }

    /// The slot of a removed entry may be used again at once, for the same key or for another.
    @Test func anEntryInTheSlotOfAnotherIsNotRemoved() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(100), shards: 1))
        cache.insert(0, for: 1, at: .zero)
        cache.removeAll { _, _ in
            cache.removeValue(for: 1)
            cache.insert(0, for: 2, at: .zero)
            return true
        }
        cache.removeAll { _, _ in
            cache.removeAll()
            cache.insert(0, for: 2, at: .zero)
            return true
        }
        #expect(cache.count == 1 && cache.peek(for: 2, at: .zero) != nil)
    }

    @Test func aConditionThatThrowsLeavesItsBatch() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(10), shards: 1))
        for key in 0..<5 { cache.insert(key, for: key) }
        #expect(throws: Refused.self) {
            try cache.removeAll { key, _ in
                if key == 3 { throw Refused() }
                return true
            }
        }
        #expect(cache.count == 5)
        #expect(cache.removeAll { _, _ in true } == 5)
    }

    @Test func entriesThatHaveExpiredAreSeenAndThoseThatWereEvictedAreNot() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(20), policy: .s3FIFO, shards: 1))
        for key in 0..<40 { cache.insert(key, for: key, timeToLive: .fixed(.nanoseconds(1)), at: .zero) }
        var seen = 0
        let count = cache.removeAll { _, _ in
            seen += 1
            return true
        }
        #expect(seen == 20 && count == 20 && cache.count == 0)
    }

    /// Threads replace, remove and insert while others remove by condition: a value that the condition was never asked
    /// about, or spared, is only removed by the thread that replaces or removes it.
    @Test(arguments: [1, 4])
    func nothingIsRemovedThatTheConditionHasNotPicked(shards: Int) throws {
        let picked = Lock<Set<Int>>([])
        let wrong = Lock<[Int]>([])
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(1_000), shards: shards)) { removal in
            guard removal.cause == .invalidated, !picked.withLock({ $0.contains(removal.value) }) else { return }
            wrong.withLock { $0.append(removal.value) }
        }
        let values = Lock(0)
        let group = DispatchGroup()
        for thread in 0..<4 {
            group.enter()
            Thread {
                var random = SplitMix64(seed: UInt64(thread))
                for _ in 0..<(thread < 2 ? 3_000 : 40) {
                    if thread < 2 {
                        let value = values.withLock { values in
                            values += 1
                            return values
                        }
                        cache.insert(value, for: Int.random(in: 0..<200, using: &random))
                    } else {
                        cache.removeAll { _, value in
                            guard value % 2 == 0 else { return false }
                            picked.withLock { _ = $0.insert(value) }
                            return true
                        }
                    }
                }
                group.leave()
            }.start()
        }
        group.wait()
        #expect(wrong.withLock { $0 } == [])
        let statistics = cache.statistics
        #expect(statistics.insertions == cache.count + statistics.replacements + statistics.invalidations)
    }

    /// The examinations of one shard, beside a list of the values that each has seen.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func anExaminationKnowsWhichValuesHaveGone(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var examinations = Examinations()
        var model: [UInt64: (slots: Range<Int>, changed: Set<Slot>)] = [:]
        for _ in 0..<3_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1:
                let start = Int.random(in: 0..<40, using: &random)
                let slots = start..<start + 20
                let number = examinations.begin(slots)
                #expect(model[number] == nil, "seed \(seed)")
                model[number] = (slots, [])
            case 2 where !model.isEmpty:
                guard let number = model.keys.sorted().randomElement(using: &random) else { return }
                let changed = examinations.end(number)
                #expect(changed == model.removeValue(forKey: number)?.changed, "seed \(seed)")
            case 3 where Int.random(in: 0..<40, using: &random) == 0:
                examinations.allValuesRemoved()
                for (number, entry) in model { model[number]?.changed = Set(entry.slots.map { Slot($0) }) }
            default:
                let slot = Slot.random(in: 0..<60, using: &random)
                examinations.valueRemoved(from: slot)
                for (number, entry) in model where entry.slots.contains(Int(slot)) {
                    model[number]?.changed.insert(slot)
                }
            }
            #expect(examinations.isEmpty == model.isEmpty, "seed \(seed)")
        }
    }
}
