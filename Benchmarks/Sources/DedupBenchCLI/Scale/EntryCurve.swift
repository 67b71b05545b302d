internal import Caching
internal import Dedup
internal import Measurement

/// The same look-ups and insertions in caches of more and more entries. Every key is asked for about once, in a random order, so
/// that nothing but what the processor's caches hold makes a difference.
enum EntryCurve {
    static let cases = [
        // A cache, the keys to look up (at most twice as many as entries), and the control while it grows.
        ScaleCase(.entries, ScalePair(name: "hit", control: "pointer chase in as many bytes"), bytesPerItem: 400) {
            try hit($0, $1, $2)
        },
        ScaleCase(.entries, ScalePair(name: "hit", control: "lock + Dictionary"), bytesPerItem: 450) {
            try hitBesideDictionary($0, $1, $2)
        },
        ScaleCase(
            .entries, ScalePair(name: "insertion that evicts", control: "lock + Dictionary, the oldest goes"),
            bytesPerItem: 450
        ) { try insertion($0, $1, $2) },
    ]

    private static let timeToLive = Duration.seconds(3_600)

    private static func filled(
        _ entries: Int, _ engine: ScaleEngine, at now: MonotonicInstant, _ make: () throws -> Cache<Fingerprint, UInt64>
    ) rethrows -> (footprint: EntryFootprint, filled: Cache<Fingerprint, UInt64>) {
        try EntryFootprint.measureKeeping(engine.allocator, entries: entries) {
            let cache = try make()
            for number in 0..<entries {
                cache.insert(UInt64(number), for: CacheCases.key(number), timeToLive: .fixed(timeToLive), at: now)
            }
            return cache
        }
    }

    /// A body that looks keys up.
    private static func lookups(
        of entries: Int, in cache: Cache<Fingerprint, UInt64>, at now: MonotonicInstant
    ) -> (body: MicroBody, keys: [Fingerprint], mask: Int) {
        let (keys, mask) = CacheCases.lookups(entries: entries)
        let body = MicroBody("hit") { CacheCases.sum($0, keys, mask) { cache.value(for: $0, at: now)?.value } }
        return (body, keys, mask)
    }

    private static func hit(_ entries: Int, _ pair: ScalePair, _ engine: ScaleEngine) throws -> ScaleRow {
        let now = SystemTimeSource().now
        let (footprint, cache) = try filled(entries, engine, at: now) {
            try CacheCases.cache(UInt64.self, entries: entries)
        }
        let chase = PointerChase(bytes: Int(footprint.bytesPerEntry * Double(entries)), seed: 42)
        let comparison = engine.compare(
            lookups(of: entries, in: cache, at: now).body,
            control: MicroBody(pair.control) { consume(UInt64(chase.follow($0))) })
        return ScaleRow(.entries, entries, pair, comparison, bytes: footprint.bytesPerEntry)
    }

    private static func hitBesideDictionary(
        _ entries: Int, _ pair: ScalePair, _ engine: ScaleEngine
    ) throws -> ScaleRow {
        let now = SystemTimeSource().now
        let (footprint, cache) = try filled(entries, engine, at: now) {
            try CacheCases.cache(UInt64.self, entries: entries)
        }
        let (controlFootprint, dictionary) = EntryFootprint.measureKeeping(engine.allocator, entries: entries) {
            let dictionary = LockedDictionary<UInt64>(capacity: entries)
            let deadline = now.advanced(by: timeToLive)
            for number in 0..<entries {
                dictionary.insert(UInt64(number), for: CacheCases.key(number), deadline: deadline)
            }
            return dictionary
        }
        let (body, keys, mask) = lookups(of: entries, in: cache, at: now)
        let comparison = engine.compare(
            body,
            control: MicroBody(pair.control) {
                CacheCases.sum($0, keys, mask) { dictionary.value(for: $0, at: now) }
            })
        return ScaleRow(
            .entries, entries, pair, comparison, bytes: footprint.bytesPerEntry,
            controlBytes: controlFootprint.bytesPerEntry)
    }

    /// Both are full, so that each insertion of a new key makes an entry go.
    private static func insertion(_ entries: Int, _ pair: ScalePair, _ engine: ScaleEngine) throws -> ScaleRow {
        let now = SystemTimeSource().now
        let deadline = now.advanced(by: timeToLive)
        let (footprint, cache) = try filled(entries, engine, at: now) {
            try Cache(CacheConfiguration(capacity: .entries(entries), policy: .s3FIFO, seed: 1))
        }
        let (controlFootprint, dictionary) = EntryFootprint.measureKeeping(engine.allocator, entries: entries) {
            let dictionary = BoundedDictionary(capacity: entries)
            for number in 0..<entries {
                dictionary.insert(UInt64(number), for: CacheCases.key(number), deadline: deadline)
            }
            return dictionary
        }
        let fresh = Counter()
        let comparison = engine.compare(
            MicroBody(pair.name) { iterations in
                let first = entries + fresh.take(iterations)
                for number in first..<(first + iterations) {
                    cache.insert(1, for: CacheCases.key(number), timeToLive: .fixed(timeToLive), at: now)
                }
            },
            control: MicroBody(pair.control) { iterations in
                let first = entries + fresh.take(iterations)
                for number in first..<(first + iterations) {
                    dictionary.insert(1, for: CacheCases.key(number), deadline: deadline)
                }
            })
        return ScaleRow(
            .entries, entries, pair, comparison, bytes: footprint.bytesPerEntry,
            controlBytes: controlFootprint.bytesPerEntry)
    }
}
