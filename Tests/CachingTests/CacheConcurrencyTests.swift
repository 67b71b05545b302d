import Caching
import DedupTesting
import Foundation
import Testing

/// Many threads at once.
struct CacheConcurrencyTests {
    /// Runs `body` on `count` threads and waits for all of them.
    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            let thread = Thread {
                body(number)
                group.leave()
            }
            thread.start()
        }
        group.wait()
    }

    @Test(arguments: EvictionPolicyKind.allCases, [1, 5])
    func everyHitIsACurrentValue(kind: EvictionPolicyKind, shards: Int) throws {
        let capacity = 40
        let cache = try Cache<Int, Stamp>(
            CacheConfiguration(capacity: .entries(capacity), policy: kind, shards: shards, seed: 3))
        let failures = Lock<[String]>([])
        let writers = 4
        let numbers = InsertionNumbers(keys: 80)
        onThreads(writers + 2) { thread in
            var random = SplitMix64(seed: UInt64(thread))
            for _ in 0..<3_000 {
                let key = Int.random(in: 0..<80, using: &random)
                if thread < writers, Int.random(in: 0..<3, using: &random) == 0 {
                    // A key has one writer, so its values are inserted in the order of their numbers.
                    numbers.insert(key / writers * writers + thread, into: cache)
                } else if let failure = numbers.fault(of: key, in: cache) {
                    failures.withLock { $0.append(failure) }
                }
                if cache.count > capacity { failures.withLock { $0.append("\(cache.count) entries") } }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let found = (0..<80).count { cache.peek(for: $0, at: .zero) != nil }
        #expect(found <= capacity && found == cache.count)
        let statistics = cache.statistics
        #expect(statistics.insertions == found + statistics.replacements + statistics.evictions)
    }

    @Test(arguments: [1, 4])
    func everyHitIsHandedOverExactlyOnce(shards: Int) throws {
        let handedOver = Lock(0)
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(64), policy: .sieve, shards: shards),
            onRemoval: { removal in handedOver.withLock { $0 += removal.hits } })
        let hits = Lock(0)
        onThreads(5) { thread in
            var random = SplitMix64(seed: UInt64(thread + 100))
            for step in 0..<4_000 {
                let key = Int.random(in: 0..<100, using: &random)
                if disturb(cache, key, thread, step, handedOver) { continue }
                let hit = cache.value(for: key, at: MonotonicInstant(nanoseconds: Int64(step)))
                if hit != nil { hits.withLock { $0 += 1 } }
            }
        }
        cache.drainHits { _, _, hits in handedOver.withLock { $0 += hits } }
        let total = hits.withLock { $0 }
        #expect(total > 0)
        #expect(handedOver.withLock { $0 } == total)
        #expect(cache.statistics.hits == total)
    }

    /// Each lane counts to 64 in a byte and then adds to the slot, at the same time as the other.
    @Test(arguments: [false, true])
    func lanesThatCarryTheirHitsToOneSlotLoseNone(isRemoved: Bool) throws {
        let log = RemovalLog()
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(8), policy: .s3FIFO, shards: 1), lanes: 2,
            onRemoval: { log.append($0) })
        cache.insert(10, for: 1, timeToLive: .forever, at: .zero)
        onThreads(2) { thread in
            for _ in 0..<50_000 { _ = cache.value(for: 1, at: .zero, lane: thread) }
        }
        #expect(cache.statistics.hits == 100_000)
        if isRemoved {
            cache.removeAll()
            #expect(log.drain() == [.init(key: 1, value: 10, hits: 100_000, cause: "invalidated")])
        } else {
            var drained: [Int] = []
            cache.drainHits { _, _, hits in drained.append(hits) }
            #expect(drained == [100_000])
        }
    }

    /// Now and then does something to the cache that removes entries or their hits.
    private func disturb(
        _ cache: Cache<Int, Int>, _ key: Int, _ thread: Int, _ step: Int, _ handedOver: borrowing Lock<Int>
    ) -> Bool {
        let now = MonotonicInstant(nanoseconds: Int64(step))
        switch (thread, step % 8) {
        case (0, 0): cache.drainHits { _, _, hits in handedOver.withLock { $0 += hits } }
        case (1, 0): cache.sweep(at: now)
        case (2, 0): cache.removeValue(for: key)
        case (3, 0) where step % 512 == 0: cache.removeAll()
        case (_, 1), (_, 2): cache.insert(step, for: key, timeToLive: .fixed(.nanoseconds(400)), at: now)
        default: return false
        }
        return true
    }

    @Test
    func theCapacityHoldsWhileManyThreadsInsert() throws {
        let capacity = 100
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .weight(capacity), policy: .lru, shards: 4))
        let tooMuch = Lock(0)
        onThreads(6) { thread in
            var random = SplitMix64(seed: UInt64(thread))
            for _ in 0..<1_500 {
                let weight = Int.random(in: 1...70, using: &random)
                let key = Int.random(in: 0..<50, using: &random)
                cache.insert(weight, for: key, timeToLive: .forever, weight: weight, at: .zero)
                if cache.weight > capacity { tooMuch.withLock { $0 += 1 } }
            }
        }
        #expect(tooMuch.withLock { $0 } == 0)
        let found = (0..<50).compactMap { cache.peek(for: $0, at: .zero)?.value }
        #expect(found.reduce(0, +) == cache.weight)
        #expect(cache.weight <= capacity)
        let statistics = cache.statistics
        #expect(statistics.insertions == found.count + statistics.replacements + statistics.evictions)
    }

    @Test
    func aLockIsHeldByOneThreadAtATime() {
        let counter = Lock(0)
        onThreads(4) { _ in
            for _ in 0..<20_000 { counter.withLock { $0 += 1 } }
        }
        #expect(counter.withLock { $0 } == 80_000)
    }
}

/// A unique value: its key and the number of its insertion.
private struct Stamp: Sendable, Equatable { let key: Int, number: Int }

/// For each key: the number of the newest insertion begun, and of the newest completed.
private final class InsertionNumbers: Sendable {
    private let progress: Lock<[(begun: Int, completed: Int)]>

    init(keys: Int) {
        progress = Lock(Array(repeating: (0, 0), count: keys))
    }

    /// Inserts the next value of a key.
    func insert(_ key: Int, into cache: Cache<Int, Stamp>) {
        let number = begin(key)
        cache.insert(Stamp(key: key, number: number), for: key, timeToLive: .forever, at: .zero)
        complete(key, number)
    }

    /// Looks a key up. A hit must be a value of its key whose insertion began before the lookup ended, and which no finished
    /// insertion had replaced before the lookup.
    ///
    /// - Returns: A description of the fault; nil when there is none.
    func fault(of key: Int, in cache: Cache<Int, Stamp>) -> String? {
        let before = completed(key)
        let hit = cache.value(for: key, at: .zero)
        let after = begun(key)
        guard let value = hit?.value else { return nil }
        if value.key == key, value.number >= before, value.number <= after { return nil }
        return "\(value) for \(key), current were \(before)...\(after)"
    }

    private func begin(_ key: Int) -> Int {
        progress.withLock { progress in
            progress[key].begun += 1
            return progress[key].begun
        }
    }

    private func complete(_ key: Int, _ number: Int) { progress.withLock { $0[key].completed = number } }
    private func begun(_ key: Int) -> Int { progress.withLock { $0[key].begun } }
    private func completed(_ key: Int) -> Int { progress.withLock { $0[key].completed } }
}
