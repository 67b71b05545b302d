import Caching
import DedupTesting
import Testing

/// The cache, operation by operation, beside a model: a dictionary and a naive policy.
struct CacheModelTests {
    // Not random replacement, whose draws depend on the order in which several expired entries go.
    static let cases: [(EvictionPolicyKind, UInt64)] = EvictionPolicyKind.allCases.filter { $0 != .random }.flatMap {
        kind in (1...4).map { (kind, UInt64($0)) }
    }

    @Test(arguments: cases, [1, 4])
    func agreesWithItsNaiveModelInOneShard(kind: (EvictionPolicyKind, UInt64), lanes: Int) throws {
        let (kind, seed) = kind
        switch kind.rule {
        case .fifo: try drive(kind, NaiveFIFO.self, seed, lanes)
        // The order of hits counts, and a thread that the system moves between processors leaves them in two lanes.
        case .lru: try drive(kind, NaiveLRU.self, seed, 1)
        case .clock: try drive(kind, NaiveClock.self, seed, lanes)
        case .lfu: try drive(kind, NaiveLFU.self, seed, 1)
        case .slru: try drive(kind, NaiveSLRU.self, seed, 1)
        case .twoQ: try drive(kind, NaiveTwoQ.self, seed, 1)
        case .arc: try drive(kind, NaiveARC.self, seed, 1)
        case .lirs: try drive(kind, NaiveLIRS.self, seed, 1)
        case .random: Issue.record("Its victims are not compared here.")
        case .sieve: try drive(kind, NaiveSIEVE.self, seed, lanes)
        case .s3FIFO: try drive(kind, NaiveS3FIFO.self, seed, lanes)
        }
    }

    private func drive<Policy: NaivePolicy>(
        _ kind: EvictionPolicyKind, _: Policy.Type, _ seed: UInt64, _ lanes: Int
    ) throws {
        let log = RemovalLog()
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(16), policy: kind, shards: 1, seed: seed), lanes: lanes,
            onRemoval: { log.append($0) })
        var model = NaiveCache<Policy>(capacity: 16)
        var random = SplitMix64(seed: seed)
        var now = MonotonicInstant(nanoseconds: 0)
        for step in 0..<4_000 {
            now = now.advanced(byNanoseconds: Int64.random(in: 0...3, using: &random))
            act(on: cache, &model, step, now, using: &random)
            #expect(cache.count == model.entries.count)
            #expect(log.drain() == model.drainRemovals(), "step \(step), seed \(seed)")
        }
        let statistics = cache.statistics
        #expect(statistics == model.statistics)
        #expect(
            statistics.insertions == cache.count + statistics.replacements + statistics.evictions
                + statistics.expirations + statistics.invalidations)
    }

    /// Does the same to both and compares their answers.
    private func act<Policy: NaivePolicy>(
        on cache: Cache<Int, Int>, _ model: inout NaiveCache<Policy>, _ step: Int, _ now: MonotonicInstant,
        using random: inout SplitMix64
    ) {
        let key = min(Int.random(in: 0..<45, using: &random), Int.random(in: 0..<45, using: &random))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<55:
            #expect(cache.value(for: key, at: now)?.value == model.lookup(key, now.nanoseconds), "step \(step)")
        case 55..<90:
            let lifetime = Int64.random(in: 0...60, using: &random)
            let timeToLive = lifetime > 50 ? TimeToLive.forever : .fixed(.nanoseconds(lifetime))
            cache.insert(step, for: key, timeToLive: timeToLive, at: now)
            model.insert(step, key, lifetime > 50 ? .max : now.nanoseconds + lifetime, now.nanoseconds)
        case 90..<94: #expect(cache.removeValue(for: key) == model.remove(key))
        case 94..<97: #expect(cache.sweep(at: now) == model.sweep(now.nanoseconds))
        case 97..<99: #expect(cache.peek(for: key, at: now)?.value == model.peek(key, now.nanoseconds))
        default:
            guard step % 7 == 0 else { return }
            cache.removeAll()
            model.removeAll()
        }
    }

    @Test(arguments: EvictionPolicyKind.allCases, [1, 7])
    func findsExactlyTheLivingEntriesInManyShards(kind: EvictionPolicyKind, shards: Int) throws {
        // Room for all, so that no policy decides anything: this tests the table, the deadlines and the counts.
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(2_000), policy: kind, shards: shards, seed: 9))
        var alive: [Int: (value: Int, deadline: Int64)] = [:]
        var random = SplitMix64(seed: 11)
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<2_000, using: &random)
            let now = MonotonicInstant(nanoseconds: Int64(step))
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let lifetime = Int64.random(in: 1...8_000, using: &random)
                cache.insert(step, for: key, timeToLive: .fixed(.nanoseconds(lifetime)), at: now)
                alive[key] = (step, now.nanoseconds + lifetime)
            case 1 where step % 3 == 0:
                cache.removeValue(for: key)
                alive[key] = nil
            default:
                let expected = alive[key].flatMap { now.nanoseconds < $0.deadline ? $0.value : nil }
                #expect(cache.value(for: key, at: now)?.value == expected)
            }
        }
    }
}

/// The removals that a cache has reported, from any thread.
final class RemovalLog: Sendable {
    struct Entry: Hashable, Sendable {
        let key: Int, value: Int, hits: Int
        let cause: String
    }

    private let entries = Lock<[Entry]>([])

    func append(_ removal: CacheRemoval<Int, Int>) {
        let entry = Entry(
            key: removal.key, value: removal.value, hits: removal.hits, cause: removal.cause.description)
        entries.withLock { $0.append(entry) }
    }

    /// The removals since the last call. A set, because the order within one operation is not promised.
    func drain() -> Set<Entry> {
        entries.withLock { entries in
            defer { entries = [] }
            return Set(entries)
        }
    }
}

/// A cache in one shard, written for the reader. Slots are keys: the naive policies do not mind.
struct NaiveCache<Policy: NaivePolicy> {
    struct Entry { var value: Int, deadline: Int64, hits = 0 }

    let capacity: Int
    var entries: [Int: Entry] = [:]
    var policy: Policy
    var statistics = CacheStatistics()
    private var removals: Set<RemovalLog.Entry> = []

    init(capacity: Int) {
        self.capacity = capacity
        policy = Policy(capacity: capacity)
    }

    mutating func lookup(_ key: Int, _ now: Int64) -> Int? {
        guard let entry = entries[key], now < entry.deadline else {
            statistics.misses += 1
            if entries[key] != nil { removeEntry(key, "expired") }
            return nil
        }
        statistics.hits += 1
        entries[key]?.hits += 1
        policy.hit(Slot(key))
        return entry.value
    }

    func peek(_ key: Int, _ now: Int64) -> Int? { entries[key].flatMap { now < $0.deadline ? $0.value : nil } }

    mutating func insert(_ value: Int, _ key: Int, _ deadline: Int64, _ now: Int64) {
        statistics.insertions += 1
        if let old = entries[key] {
            if old.deadline > now, deadline > now {
                statistics.replacements += 1
                removals.insert(.init(key: key, value: old.value, hits: old.hits, cause: "replaced"))
                entries[key] = Entry(value: value, deadline: deadline)
                policy.hit(Slot(key))
                return
            }
            removeEntry(key, old.deadline > now ? "replaced" : "expired")
        }
        if deadline <= now {
            statistics.expirations += 1
            removals.insert(.init(key: key, value: value, hits: 0, cause: "expired"))
            return
        }
        // Without room expired entries go first: up to sixteen of them, and there are no more.
        if entries.count >= capacity { _ = sweep(now) }
        policy.admit(Slot(key), weight: 1)
        while entries.count >= capacity, let victim = policy.evict() {
            removeEntry(Int(victim), "evicted", tellingPolicy: false)
        }
        policy.insert(Slot(key), weight: 1)
        entries[key] = Entry(value: value, deadline: deadline)
    }

    mutating func remove(_ key: Int) -> Bool {
        guard entries[key] != nil else { return false }
        removeEntry(key, "invalidated")
        return true
    }

    mutating func sweep(_ now: Int64) -> Int {
        let expired = entries.filter { $0.value.deadline <= now }.keys
        for key in expired { removeEntry(key, "expired") }
        return expired.count
    }

    mutating func removeAll() {
        for key in entries.keys { removeEntry(key, "invalidated") }
        policy = Policy(capacity: capacity)
    }

    mutating func drainRemovals() -> Set<RemovalLog.Entry> {
        defer { removals = [] }
        return removals
    }

    private mutating func removeEntry(_ key: Int, _ cause: String, tellingPolicy: Bool = true) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        switch cause {
        case "expired": statistics.expirations += 1
        case "evicted":
            statistics.evictions += 1
            statistics.evictedWeight += 1
        case "replaced": statistics.replacements += 1
        default: statistics.invalidations += 1
        }
        removals.insert(.init(key: key, value: entry.value, hits: entry.hits, cause: cause))
        if tellingPolicy { policy.remove(Slot(key)) }
    }
}
