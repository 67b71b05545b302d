import Caching
import DedupTesting
import Foundation
import Testing

/// More than ten million random operations of 1 to 4 threads (fewer in debug builds), each beside a plain model of the thread's own keys.
struct TableFuzzTests {
    #if DEBUG
    static let operations = 40_000
    #else
    static let operations = 1_000_000
    #endif

    struct Case: Sendable {
        let threads: Int
        let policy: EvictionPolicyKind
        let capacity: Int
        let keys: Int
        let shards: Int
        /// How many hashes the keys have.
        let hashes: UInt64
    }

    /// With room for all keys and for some, small and growing for long, with hashes that collide.
    static let cases = [
        Case(threads: 1, policy: .sieve, capacity: 1_000, keys: 16_000, shards: 1, hashes: .max),
        Case(threads: 1, policy: .s3FIFO, capacity: 100, keys: 400, shards: 1, hashes: 50),
        Case(threads: 1, policy: .lru, capacity: 4_000, keys: 3_000, shards: 4, hashes: 1_000),
        Case(threads: 2, policy: .s3FIFO, capacity: 1_000, keys: 16_000, shards: 4, hashes: .max),
        Case(threads: 2, policy: .fifo, capacity: 100, keys: 400, shards: 4, hashes: 1_000),
        Case(threads: 3, policy: .sieve, capacity: 100, keys: 90, shards: 1, hashes: 50),
        Case(threads: 3, policy: .lru, capacity: 1_000, keys: 16_000, shards: 4, hashes: .max),
        Case(threads: 4, policy: .s3FIFO, capacity: 100, keys: 400, shards: 4, hashes: 1_000),
        Case(threads: 4, policy: .sieve, capacity: 1_000, keys: 16_000, shards: 4, hashes: .max),
        Case(threads: 4, policy: .s3FIFO, capacity: 4_000, keys: 3_000, shards: 1, hashes: .max),
        Case(threads: 3, policy: .lru, capacity: 100, keys: 400, shards: 4, hashes: .max),
        // So large that its slots are in blocks.
        Case(threads: 4, policy: .s3FIFO, capacity: 1_000_000, keys: 3_000, shards: 4, hashes: .max),
    ]

    @Test(arguments: Array(cases.enumerated()))
    func everyValueIsServedWhileItIsThereAndEndsExactlyOnce(seed: Int, shape: Case) throws {
        let (threads, seed) = (shape.threads, UInt64(seed))
        let ledger = FuzzLedger(owners: threads)
        let cache = try Cache<FuzzKey, FuzzValue>(
            CacheConfiguration(
                capacity: .entries(shape.capacity), policy: shape.policy, shards: shape.shards, seed: seed), lanes: 2
        ) { ledger.ended($0.value, hits: $0.hits) }
        let group = DispatchGroup()
        for number in 0..<threads {
            group.enter()
            let thread = Thread {
                var owner = FuzzOwner(
                    cache, ledger, number: number, keys: shape.keys / threads, hashes: shape.hashes, seed: seed)
                for _ in 0..<Self.operations / threads { owner.step() }
                owner.lookUpAll()
                group.leave()
            }
            thread.start()
        }
        group.wait()
        // Every thread has reported what it removed, so by now a value that was not found has ended.
        let lost = ledger.state.withLock { state in state.missing.filter { state.ends[$0.owner][$0.number] == 0 } }
        #expect(lost.isEmpty, "\(lost.count) values were in the cache and not found: \(shape)")
        cache.drainHits { _, _, hits in ledger.state.withLock { $0.hits += hits } }
        cache.removeAll()
        ledger.state.withLock { state in
            #expect(state.failures == [], "\(shape)")
            #expect(state.hits == cache.statistics.hits && state.hits > 0, "\(shape)")
            #expect(shape.keys < shape.capacity || cache.statistics.evictions > 0, "\(shape)")
            #expect(state.ends.allSatisfy { $0.allSatisfy { $0 == 1 } }, "A value did not end exactly once: \(shape)")
            #expect(state.living == 0, "Keys or values that were not released, or twice: \(shape)")
        }
    }
}

/// What the threads of one test find out together.
final class FuzzLedger: Sendable {
    struct State: Sendable {
        var clock: Int64 = 0
        var hits = 0
        /// How many values and keys there are.
        var living = 0
        /// How often each value of each owner has left the cache.
        var ends: [[UInt8]]
        /// Values that were not found although their owner has not removed them.
        var missing: [(owner: Int, number: Int)] = []
        var failures: [String] = []
    }

    let state: Lock<State>

    init(owners: Int) {
        state = Lock(State(ends: Array(repeating: [], count: owners)))
    }

    func ended(_ value: FuzzValue, hits: Int) {
        state.withLock { state in
            state.ends[value.owner][value.number] += 1
            state.hits += hits
        }
    }

    /// The instant of an operation, later than all before.
    func tick() -> MonotonicInstant {
        state.withLock { state in
            state.clock += 1
            return MonotonicInstant(nanoseconds: state.clock)
        }
    }
}

/// A key with a hash of the test's choice, that counts its copies' one object.
struct FuzzKey: CacheKey {
    /// Counts itself as long as a copy of its key is anywhere.
    final class Tag: Sendable {
        private let ledger: FuzzLedger

        init(_ ledger: FuzzLedger) {
            self.ledger = ledger
            ledger.state.withLock { $0.living += 1 }
        }

        deinit { ledger.state.withLock { $0.living -= 1 } }
    }

    let name: Int
    let hash: UInt64
    let tag: Tag

    func seededHash(_ seed: UInt64) -> UInt64 { hash }
    static func == (lhs: FuzzKey, rhs: FuzzKey) -> Bool { lhs.name == rhs.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A value that counts itself, so that one that is released never or twice is seen.
final class FuzzValue: Sendable {
    let owner: Int
    let number: Int
    private let ledger: FuzzLedger

    init(owner: Int, _ ledger: FuzzLedger) {
        (self.owner, self.ledger) = (owner, ledger)
        number = ledger.state.withLock { state in
            state.living += 1
            state.ends[owner].append(0)
            return state.ends[owner].count - 1
        }
    }

    deinit { ledger.state.withLock { $0.living -= 1 } }
}

/// One thread of the test: the only one that asks for its keys, so that a model without locks knows what it must get. The others
/// can only remove its entries, to make room or because they have expired, and that is reported.
struct FuzzOwner {
    /// A value that was inserted and that this thread has not removed.
    struct Entry {
        let number: Int
        var deadline: Int64
        var window: Int64?
        var limit = Int64.max
    }

    let cache: Cache<FuzzKey, FuzzValue>
    let ledger: FuzzLedger
    let number: Int
    let keys: Int
    let hashes: UInt64
    var random: SplitMix64
    var entries: [Int: Entry] = [:]

    init(
        _ cache: Cache<FuzzKey, FuzzValue>, _ ledger: FuzzLedger, number: Int, keys: Int, hashes: UInt64, seed: UInt64
    ) {
        (self.cache, self.ledger, self.number, self.keys, self.hashes) = (cache, ledger, number, keys, hashes)
        random = SplitMix64(seed: seed &* 31 &+ UInt64(number))
    }

    mutating func step() {
        let name = Int.random(in: 0..<keys, using: &random)
        switch Int.random(in: 0..<1_000, using: &random) {
        case 0..<550: lookUp(name)
        case 550..<900: insert(name)
        case 900..<990: remove(name)
        case 990..<998: _ = cache.sweep(at: ledger.tick())
        // Seldom, so that the cache fills in between.
        case 998 where Int.random(in: 0..<keys, using: &random) == 0:
            cache.removeAll()
            entries = [:]
        case 998:
            let doomed = Int.random(in: 0..<7, using: &random)
            cache.removeAll { key, value in value.owner == number && key.name % 7 == doomed }
            entries = entries.filter { ($0.key * 4 + number) % 7 != doomed }
        default:
            var hits = 0
            cache.drainHits { _, _, count in hits += count }
            ledger.state.withLock { $0.hits += hits }
        }
    }

    /// Each owner has every fourth name.
    private func key(_ name: Int) -> FuzzKey {
        let name = name * 4 + number
        let word = (UInt64(name) &* 0x9E37_79B9_7F4A_7C15 >> 32) % hashes &* 0x0134_5679
        return FuzzKey(name: name, hash: word << 32 | word & 0xFFFF_FFFF, tag: FuzzKey.Tag(ledger))
    }

    private mutating func lookUp(_ name: Int) {
        let now = ledger.tick()
        let found = cache.value(for: key(name), at: now)?.value.number
        guard let entry = entries[name], entry.deadline > now.nanoseconds else {
            entries[name] = nil
            if let found { fail("found the value \(found) of key \(name), which has none at \(now.nanoseconds)") }
            return
        }
        guard let found else {
            entries[name] = nil
            isMissing(entry)
            return
        }
        if found != entry.number { fail("found the value \(found) of key \(name) instead of \(entry.number)") }
        if let window = entry.window {
            entries[name]?.deadline = max(entry.deadline, min(now.nanoseconds + window, entry.limit))
        }
    }

    private mutating func insert(_ name: Int) {
        let value = FuzzValue(owner: number, ledger)
        let now = ledger.tick()
        let life = Int64.random(in: 1...20_000, using: &random)
        var entry = Entry(number: value.number, deadline: .max)
        let timeToLive: TimeToLive
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            timeToLive = .forever
        case 1:
            timeToLive = .sliding(.nanoseconds(life), maximumAge: .nanoseconds(life * 3))
            entry.deadline = now.nanoseconds + life
            entry.window = life
            entry.limit = now.nanoseconds + life * 3
        default:
            timeToLive = .fixed(.nanoseconds(life))
            entry.deadline = now.nanoseconds + life
        }
        cache.insert(value, for: key(name), timeToLive: timeToLive, at: now)
        entries[name] = entry
    }

    private mutating func remove(_ name: Int) {
        let wasThere = cache.removeValue(for: key(name))
        if let entry = entries.removeValue(forKey: name), !wasThere { isMissing(entry) }
    }

    mutating func lookUpAll() {
        for name in 0..<keys { lookUp(name) }
    }

    /// The value of an entry was not found: another thread has removed it, and has reported that or is about to.
    private func isMissing(_ entry: Entry) {
        ledger.state.withLock { $0.missing.append((number, entry.number)) }
    }

    private func fail(_ what: String) {
        ledger.state.withLock { state in
            if state.failures.count < 10 { state.failures.append("Thread \(number) \(what).") }
        }
    }
}
