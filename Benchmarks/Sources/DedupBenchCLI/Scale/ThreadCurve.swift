internal import Caching
internal import Dedup
internal import Measurement

/// The same requests on one thread and on more, all to one cache or one deduplicator.
enum ThreadCurve {
    static let cases = [
        ScaleCase(.threads, ScalePair(name: "hit", control: "lock + Dictionary"), bytesPerItem: 0) {
            try hit($0, $1, $2, keys: entries)
        },
        ScaleCase(.threads, ScalePair(name: "hit, one hot key", control: "lock + Dictionary"), bytesPerItem: 0) {
            try hit($0, $1, $2, keys: 1)
        },
        ScaleCase(
            .threads, ScalePair(name: "miss, empty step", control: "lock + Dictionary, the oldest goes"),
            bytesPerItem: 0
        ) { try miss($0, $1, $2) },
    ]

    private static let entries = 10_000

    private static func hit(
        _ threads: Int, _ pair: ScalePair, _ engine: ScaleEngine, keys count: Int
    ) throws -> ScaleRow {
        let now = SystemTimeSource().now
        let (cache, dictionary) = try CacheCases.filled(entries, at: now) { UInt64($0) }
        let (keys, mask) = CacheCases.lookups(entries: count)
        let comparison = engine.race(
            threads,
            MicroBody(pair.name) { CacheCases.sum($0, keys, mask) { cache.value(for: $0, at: now)?.value } },
            control: MicroBody(pair.control) {
                CacheCases.sum($0, keys, mask) { dictionary.value(for: $0, at: now) }
            })
        return ScaleRow(.threads, threads, pair, comparison, note: note(threads, engine))
    }

    /// Every request is the first for its key. Its step is empty, so what is left is the way through the deduplicator.
    private static func miss(_ threads: Int, _ pair: ScalePair, _ engine: ScaleEngine) throws -> ScaleRow {
        let now = SystemTimeSource().now
        let deduplicator = try Deduplicator(configuration: DeduplicatorConfiguration())
        let dictionary = BoundedDictionary(capacity: entries)
        let fresh = Counter()
        let comparison = engine.race(
            threads,
            MicroBody(suspending: pair.name) { iterations in
                let first = fresh.take(iterations)
                for number in first..<(first + iterations) {
                    let outcome = try? await deduplicator.execute(CacheCases.key(number), step: "scale") { _ in
                        UInt64(1)
                    }
                    consume(outcome?.value ?? 0)
                }
            },
            control: MicroBody(pair.control) { iterations in
                let first = fresh.take(iterations)
                for number in first..<(first + iterations) {
                    let key = CacheCases.key(number)
                    guard dictionary.value(for: key, at: now) == nil else { continue }
                    dictionary.insert(1, for: key, deadline: now.advanced(by: .seconds(3_600)))
                }
            })
        return ScaleRow(.threads, threads, pair, comparison, note: note(threads, engine))
    }

    /// Threads that take turns on a processor are slower each, whatever they do.
    private static func note(_ threads: Int, _ engine: ScaleEngine) -> String? {
        threads > engine.processors ? "more threads than the \(engine.processors) processors" : nil
    }
}
