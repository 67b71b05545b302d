internal import Caching
internal import Dedup
internal import Measurement
internal import Statistics
internal import Synchronization
internal import Workloads

/// Hits of the cache with the fingerprint in hand, and what an entry costs; beside a lock around a dictionary.
enum CacheCases {
    static let all: [MicroCase] =
        [(10_000, 1), (10_000, 2), (100_000, 1), (1_000_000, 1), (1_000_000, 2)].map { entries, threads in
            MicroCase(
                name: "cache hit, \(entries) entries, \(threads) threads",
                isCounted: threads == 1 && entries < 1_000_000
            ) { engine in try await hits(engine, entries: entries, threads: threads) }
        } + [MicroCase(name: "cache entry, memory", isCounted: false) { [try footprint($0)] }]

    /// What is looked up: every key about once in a random order, read one after the other.
    private static func lookups(entries: Int) -> (keys: [Fingerprint], mask: Int) {
        var count = 1
        while count < entries { count *= 2 }
        var generator = SplitMix64(seed: 42)
        return ((0..<count).map { _ in key(Int(generator.next() % UInt64(entries))) }, count - 1)
    }

    /// The fingerprint of a number: mixed, as the words of a digest are.
    static func key(_ number: Int) -> Fingerprint {
        var generator = SplitMix64(seed: UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        return Fingerprint(words: (generator.next(), generator.next(), generator.next(), generator.next()))
    }

    private static func cache(entries: Int) throws -> Cache<Fingerprint, UInt64> {
        // Room for a quarter more than there is, so that an uneven shard does not evict.
        try Cache(CacheConfiguration(capacity: .entries(entries + entries / 4), policy: .s3FIFO, seed: 1))
    }

    private static func hits(_ engine: MicroEngine, entries: Int, threads: Int) async throws -> [MicroResult] {
        let cache = try cache(entries: entries)
        let dictionary = LockedDictionary(capacity: entries)
        let now = SystemTimeSource().now
        for number in 0..<entries {
            cache.insert(UInt64(number), for: key(number), timeToLive: .fixed(.seconds(3_600)), at: now)
            dictionary.insert(UInt64(number), for: key(number), deadline: now.advanced(by: .seconds(3_600)))
        }
        let (keys, mask) = lookups(entries: entries)
        let measured = await engine.compare(
            "cache hit, \(entries) entries", threads: threads, control: "lock + Dictionary",
            { sum($0, keys, mask) { cache.value(for: $0, at: now)?.value } },
            { sum($0, keys, mask) { dictionary.value(for: $0, at: now) } })
        guard let (comparison, bytes) = measured else { return [] }
        let target = target(entries, threads)
        return [
            MicroResult(comparison, bytes: bytes, target: target.text) { rate, ratio in
                guard comparison.measured.allocationsPerOperation ?? 0 == 0 else { return false }
                return target.rate.map { rate >= $0 && ratio <= target.ratio }
            }
        ]
    }

    /// Looks keys up one after the other, from a random place on.
    ///
    /// Inlined by force, so that the two bodies stay the loops that they were when each was written out.
    @inline(__always)
    private static func sum(
        _ iterations: Int, _ keys: [Fingerprint], _ mask: Int, _ lookUp: (Fingerprint) -> UInt64?
    ) {
        var (sum, position) = (UInt64(0), Int.random(in: 0...mask))
        for _ in 0..<iterations {
            position = (position + 1) & mask
            if let value = lookUp(keys[position]) { sum &+= value }
        }
        consume(sum)
    }

    /// What is to be reached: operations a second, and at most which ratio to the control.
    private static func target(_ entries: Int, _ threads: Int) -> (text: String, rate: Double?, ratio: Double) {
        switch (entries, threads) {
        case (10_000, 1): ("25 M/s, 0 allocations", 25e6, .infinity)
        case (10_000, 2): ("40 M/s", 40e6, .infinity)
        case (1_000_000, 1): ("4 M/s, never slower than the control", 4e6, 1)
        case (1_000_000, 2): ("7.5 M/s, 4x the control", 7.5e6, 0.25)
        default: ("between its neighbours", nil, .infinity)
        }
    }

    private static func footprint(_ engine: MicroEngine) throws -> MicroResult {
        let entries = 1_000_000
        let now = SystemTimeSource().now
        let ours = try EntryFootprint.measure(engine.allocator, entries: entries) {
            let cache = try Cache<Fingerprint, UInt64>(
                CacheConfiguration(capacity: .entries(entries), policy: .s3FIFO, seed: 1))
            for number in 0..<entries {
                cache.insert(UInt64(number), for: key(number), timeToLive: .fixed(.seconds(3_600)), at: now)
            }
            return cache
        }
        let control = EntryFootprint.measure(engine.allocator, entries: entries) {
            let dictionary = LockedDictionary(capacity: 0)
            for number in 0..<entries { dictionary.insert(UInt64(number), for: key(number), deadline: now) }
            return dictionary
        }
        let payload = Double(MemoryLayout<Fingerprint>.size + MemoryLayout<UInt64>.size)
        let overhead = ours.bytesPerEntry - payload
        return MicroResult(
            name: "cache entry, above key and value", value: Estimate(overhead, low: overhead, high: overhead),
            unit: .bytesPerEntry, control: "Dictionary with deadlines",
            controlValue: control.bytesPerEntry - payload, target: "48 B at 1,000,000 entries",
            isMet: overhead <= 48)
    }
}

/// What a user would write himself.
final class LockedDictionary: Sendable {
    private struct Entry {
        let value: UInt64
        let deadline: MonotonicInstant
    }

    private let entries: Mutex<[Fingerprint: Entry]>

    init(capacity: Int) {
        entries = Mutex([:])
        entries.withLock { $0.reserveCapacity(capacity) }
    }

    func insert(_ value: UInt64, for key: Fingerprint, deadline: MonotonicInstant) {
        entries.withLock { $0[key] = Entry(value: value, deadline: deadline) }
    }

    func value(for key: Fingerprint, at now: MonotonicInstant) -> UInt64? {
        entries.withLock { entries in
            guard let entry = entries[key], now < entry.deadline else { return nil }
            return entry.value
        }
    }
}
