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
    func aHitAllocatesNothing() async throws {
        let deduplicator = Deduplicator()
        let key = fingerprint(1)
        let allocations = perRequest { _ in _ = try await deduplicator.execute(key, step: "step") { _ in 0 } }
        #expect(allocations == 0)
    }

    @Test(.enabled(if: isOptimised, "Counted in release builds."))
    func anExecutionAllocatesNineTimesAtMost() throws {
        let deduplicator = Deduplicator()
        let allocations = perRequest { number in
            _ = try await deduplicator.execute(fingerprint(number), step: "step") { _ in 0 }
        }
        let rounded = Int(allocations.rounded())
        #expect(rounded <= 9)
        #expect(rounded > 0)
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
        #expect(join <= 6)
        #expect(join > 0)
    }

    /// The first kilobyte of a task's stack comes with the task: a request that waits needs no second one for its frames.
    @Test(.enabled(if: isOptimised, "Counted in release builds."))
    func aRequestThatWaitsTakesLessThanAKilobyteBesideItsTask() async throws {
        let deduplicator = Deduplicator()
        let gate = Latch()
        defer { gate.open() }
        let leader = ask(deduplicator, 1) { try await gate.wait() }
        // A task that waits, too: one that does not needs no stack at all.
        let task = fewestBytes { _ in begin(deduplicator, 1) { try await gate.wait() } }
        let wait = fewestBytes { _ in ask(deduplicator, 1) } - task
        gate.open()
        try await leader.value
        #expect(wait < 1_000)
        #expect(wait > 0)
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

    /// Allocations a request, of many in one task on this thread: what the task itself allocates is in none of them, and what is
    /// allocated for many requests together, such as larger tables, hardly counts.
    private func perRequest(_ body: @escaping @Sendable (Int) async throws -> Void) -> Double {
        let executor = CallerExecutor()
        func count(_ numbers: Range<Int>) -> Int {
            counter.count { executor.run { for number in numbers { try? await body(number) } } }.count.allocations
        }
        _ = count(0..<500)
        let once = count(1_000..<1_500)
        return Double(count(2_000..<3_000) - once) / 500
    }

    private func fewest<Result>(_ body: (Int) -> Result) -> Int {
        (0..<50).map { round in counter.count { body(round) }.count.allocations }.min() ?? 0
    }

    private func fewestBytes<Result>(_ body: (Int) -> Result) -> Int {
        (0..<50).map { round in counter.count { body(round) }.count.bytes }.min() ?? 0
    }
}
