internal import Caching
internal import Dedup
internal import Measurement
internal import Statistics
internal import Workloads

/// Hits of the cache with the fingerprint in hand, and what an entry costs; beside a lock around a dictionary.
enum CacheCases {
    static let all: [MicroCase] =
        [(10_000, 1), (10_000, 2), (100_000, 1), (1_000_000, 1), (1_000_000, 2)].map { entries, threads in
            hitCase("cache hit", entries, threads) { UInt64($0) }
        }
        + [1, 2].map { threads in hitCase("cache hit of a reference", 1_000_000, threads) { MicroBox($0) } }
        + [
            MicroCase(name: "cache hit, one hot key, 2 threads", isCounted: false) { try await hotKey($0) },
            MicroCase(name: "cache entry, memory", isCounted: false) { [try footprint($0)] },
        ]

    private static func hitCase<Value: MicroValue>(
        _ name: String, _ entries: Int, _ threads: Int, _ make: @escaping @Sendable (Int) -> Value
    ) -> MicroCase {
        MicroCase(
            name: "\(name), \(entries) entries, \(threads) threads", isCounted: threads == 1 && entries < 1_000_000
        ) { engine in try await hits("\(name), \(entries) entries", engine, entries, threads, make) }
    }

    /// What is looked up: every key about once in a random order, read one after the other.
    static func lookups(entries: Int) -> (keys: [Fingerprint], mask: Int) {
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

    static func cache<Value>(_ type: Value.Type, entries: Int) throws -> Cache<Fingerprint, Value> {
        // Room for a quarter more than there is, so that an uneven shard does not evict.
        try Cache(CacheConfiguration(capacity: .entries(entries + entries / 4), policy: .s3FIFO, seed: 1))
    }

    /// A cache and its control with the same entries.
    static func filled<Value: MicroValue>(
        _ entries: Int, at now: MonotonicInstant, _ make: (Int) -> Value
    ) throws -> (Cache<Fingerprint, Value>, LockedDictionary<Value>) {
        let cache = try cache(Value.self, entries: entries)
        let dictionary = LockedDictionary<Value>(capacity: entries)
        for number in 0..<entries {
            cache.insert(make(number), for: key(number), timeToLive: .fixed(.seconds(3_600)), at: now)
            dictionary.insert(make(number), for: key(number), deadline: now.advanced(by: .seconds(3_600)))
        }
        return (cache, dictionary)
    }

    private static func hits<Value: MicroValue>(
        _ name: String, _ engine: MicroEngine, _ entries: Int, _ threads: Int, _ make: (Int) -> Value
    ) async throws -> [MicroResult] {
        let now = SystemTimeSource().now
        let (cache, dictionary) = try filled(entries, at: now, make)
        let (keys, mask) = lookups(entries: entries)
        let measured = await engine.compare(
            name, threads: threads, control: "lock + Dictionary",
            { sum($0, keys, mask) { cache.value(for: $0, at: now)?.value.number } },
            { sum($0, keys, mask) { dictionary.value(for: $0, at: now)?.number } })
        guard let (comparison, bytes) = measured else { return [] }
        let target = target(entries, threads, isReference: Value.self is AnyObject.Type)
        return [
            MicroResult(comparison, bytes: bytes, target: "\(target) of the control, 0 allocations") { _, ratio in
                ratio <= target && comparison.measured.allocationsPerOperation ?? 0 == 0
            }
        ]
    }

    /// Both threads ask for the same key all the time.
    private static func hotKey(_ engine: MicroEngine) async throws -> [MicroResult] {
        let now = SystemTimeSource().now
        let (cache, dictionary) = try filled(10_000, at: now) { UInt64($0) }
        let keys = [key(7)]
        let measured = await engine.compare(
            "cache hit, one hot key", threads: 2, control: "lock + Dictionary",
            { sum($0, keys, 0) { cache.value(for: $0, at: now)?.value } },
            { sum($0, keys, 0) { dictionary.value(for: $0, at: now) } })
        return measured.map { comparison, bytes in
            [MicroResult(comparison, bytes: bytes, target: "0.15 of the control") { _, ratio in ratio <= 0.15 }]
        } ?? []
    }

    /// Looks keys up one after the other, from a random place on.
    ///
    /// Inlined by force, so that the two bodies stay the loops that they were when each was written out.
    @inline(__always)
    static func sum(
        _ iterations: Int, _ keys: [Fingerprint], _ mask: Int, _ lookUp: (Fingerprint) -> UInt64?
    ) {
        var (sum, position) = (UInt64(0), Int.random(in: 0...mask))
        for _ in 0..<iterations {
            position = (position + 1) & mask
            if let value = lookUp(keys[position]) { sum &+= value }
        }
        consume(sum)
    }

    /// At most which ratio to the control is to be reached.
    private static func target(_ entries: Int, _ threads: Int, isReference: Bool) -> Double {
        switch (entries, threads) {
        case (1_000_000, 1): isReference ? 0.6 : 0.5
        case (1_000_000, _): isReference ? 0.25 : 0.2
        case (_, 1): 0.6
        default: 0.25
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
            let dictionary = LockedDictionary<UInt64>(capacity: 0)
            for number in 0..<entries { dictionary.insert(UInt64(number), for: key(number), deadline: now) }
            return dictionary
        }
        let payload = Double(MemoryLayout<Fingerprint>.size + MemoryLayout<UInt64>.size)
        let overhead = ours.bytesPerEntry - payload
        return MicroResult(
            name: "cache entry, above key and value", value: Estimate(overhead, low: overhead, high: overhead),
            unit: .bytesPerEntry, control: "Dictionary with deadlines",
            controlValue: control.bytesPerEntry - payload, target: "42 B at 1,000,000 entries",
            isMet: overhead <= 42)
    }
}
