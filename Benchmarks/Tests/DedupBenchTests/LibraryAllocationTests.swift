import Caching
import Dedup
import DedupTesting
import Measurement
import Testing

/// How often the operations of the library allocate, counted exactly, on the thread that asks.
///
/// Counted in release builds alone, as the library is shipped: without the optimiser each copy of a value may be one more. The
/// fewest of several counts is taken, because tables grow now and then.
@Suite(.serialized) struct LibraryAllocationTests {
    #if DEBUG
    static let isOptimised = false
    #else
    static let isOptimised = true
    #endif

    let counter: AllocationCounter

    init() throws { counter = try AllocationCounter(Jemalloc()) }

    @Test(.enabled(if: isOptimised, "Counted in release builds."))
    func operationsOfTheCacheDoNotAllocate() throws {
        let cache = try Cache<Fingerprint, UInt64>(CacheConfiguration(capacity: .entries(1_000), policy: .s3FIFO))
        let now = SystemTimeSource().now
        func insert(_ key: Int) {
            cache.insert(UInt64(key), for: fingerprint(key), timeToLive: .seconds(60), at: now)
        }
        for key in 0..<5_000 { insert(key) }
        #expect(fewest { _ in cache.value(for: fingerprint(4_999), at: now) } == 0)
        #expect(fewest { _ in cache.value(for: fingerprint(9_999_999), at: now) } == 0)
        #expect(fewest { round in insert(10_000 + round) } == 0)
        #expect(fewest { round in cache.removeValue(for: fingerprint(10_000 + round)) } == 0)
    }

    @Test(.enabled(if: isOptimised, "Counted in release builds."))
    func aHitAllocatesNothing() throws {
        let deduplicator = Deduplicator()
        ask(deduplicator, 1)
        let task = fewest { _ in begin(deduplicator, 1) }
        #expect(fewest { _ in ask(deduplicator, 1) } == task)
    }

    @Test(.enabled(if: isOptimised, "Counted in release builds."))
    func anExecutionAllocatesThirteenTimesAtMost() throws {
        let deduplicator = Deduplicator()
        let task = fewest { _ in begin(deduplicator, 1) }
        let execution = fewest { round in ask(deduplicator, 100 + round) } - task
        #expect(execution <= 13 && execution > 0)
    }

    @Test(.enabled(if: isOptimised, "Counted in release builds."))
    func aRequestThatJoinsAllocatesSixTimesAtMostUntilItWaits() async throws {
        let deduplicator = Deduplicator()
        let gate = Latch()
        defer { gate.open() }
        let leader = ask(deduplicator, 1) { try await gate.wait() }
        let task = fewest { _ in begin(deduplicator, 1) }
        let join = fewest { _ in ask(deduplicator, 1) } - task
        gate.open()
        try await leader.value
        #expect(join <= 6 && join > 0)
    }

    @discardableResult
    private func ask(
        _ deduplicator: Deduplicator, _ key: Int, _ body: @escaping @Sendable () async throws -> Void = {}
    ) -> Task<Void, any Error> {
        Task.immediate {
            _ = try await deduplicator.execute(fingerprint(key), step: "step") { _ in try await body() }
        }
    }

    /// The task of a request without the request.
    @discardableResult
    private func begin(
        _ deduplicator: Deduplicator, _ key: Int, _ body: @escaping @Sendable () async throws -> Void = {}
    ) -> Task<Void, any Error> {
        Task.immediate {
            _ = (deduplicator, fingerprint(key))
            try await body()
        }
    }

    private func fingerprint(_ number: Int) -> Fingerprint {
        var random = SplitMix64(seed: UInt64(number))
        return Fingerprint(words: (random.next(), random.next(), random.next(), random.next()))
    }

    private func fewest<Result>(_ body: (Int) -> Result) -> Int {
        (0..<50).map { round in counter.count { body(round) }.count.allocations }.min() ?? 0
    }
}
