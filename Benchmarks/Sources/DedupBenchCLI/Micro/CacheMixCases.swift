internal import Caching
internal import Dedup
internal import Measurement
internal import Synchronization

/// A cache that is full: nine look-ups, and an insertion of a new key that evicts. What was evicted and is asked for again is
/// inserted again.
enum CacheMixCases {
    static let all: [MicroCase] = [(10_000, 1), (10_000, 2), (1_000_000, 1), (1_000_000, 2)].map { entries, threads in
        MicroCase(
            name: "cache, 90 % hits, 10 % insertions, \(entries) entries, \(threads) threads",
            isCounted: threads == 1 && entries < 1_000_000
        ) { engine in try await mixed(engine, entries, threads) }
    }

    private static func mixed(_ engine: MicroEngine, _ entries: Int, _ threads: Int) async throws -> [MicroResult] {
        let now = SystemTimeSource().now
        let deadline = now.advanced(by: .seconds(3_600))
        let cache = try Cache<Fingerprint, UInt64>(
            CacheConfiguration(capacity: .entries(entries), policy: .s3FIFO, seed: 1))
        let dictionary = BoundedDictionary(capacity: entries)
        for number in 0..<entries {
            cache.insert(UInt64(number), for: CacheCases.key(number), timeToLive: .fixed(.seconds(3_600)), at: now)
            dictionary.insert(UInt64(number), for: CacheCases.key(number), deadline: deadline)
        }
        // Four in five of the keys that there is room for, so that most are found again.
        let (keys, mask) = CacheCases.lookups(entries: entries * 4 / 5)
        let fresh = Counter()
        let measured = await engine.compare(
            "cache, 90 % hits, 10 % insertions that evict, \(entries) entries", threads: threads,
            control: "lock + Dictionary, the oldest goes",
            { iterations in
                loop(iterations, keys, mask, fresh) {
                    cache.value(for: $0, at: now)?.value
                } insert: {
                    cache.insert($1, for: $0, timeToLive: .fixed(.seconds(3_600)), at: now)
                }
            },
            { iterations in
                loop(iterations, keys, mask, fresh) {
                    dictionary.value(for: $0, at: now)
                } insert: {
                    dictionary.insert($1, for: $0, deadline: deadline)
                }
            })
        guard let (comparison, bytes) = measured else { return [] }
        let target = threads == 1 ? 0.6 : 0.25
        return [
            MicroResult(comparison, bytes: bytes, target: "\(target) of the control") { _, ratio in ratio <= target }
        ]
    }

    /// Inlined by force, so that what is called is not called through a closure.
    @inline(__always)
    private static func loop(
        _ iterations: Int, _ keys: [Fingerprint], _ mask: Int, _ fresh: Counter,
        _ lookUp: (Fingerprint) -> UInt64?, insert: (Fingerprint, UInt64) -> Void
    ) {
        var (sum, position) = (UInt64(0), Int.random(in: 0...mask))
        // Numbers of keys that were never asked for, above all that are.
        var new = 1 << 40 + fresh.take(iterations / 10 + 1)
        for number in 0..<iterations {
            if number % 10 == 9 {
                new += 1
                insert(CacheCases.key(new), 1)
            } else {
                position = (position + 1) & mask
                if let value = lookUp(keys[position]) { sum &+= value } else { insert(keys[position], 1) }
            }
        }
        consume(sum)
    }
}
