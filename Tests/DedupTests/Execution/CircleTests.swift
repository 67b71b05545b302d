import Caching
import Dedup
import DedupTesting
import Testing

/// Steps and the loads of caches that wait for each other: a circle is refused at once, whichever closes it.
@Suite(.timeLimit(.minutes(1))) struct CircleTests {
    private let cache: Cache<Int, Int>
    private let dedup = Deduplicator()

    init() throws { cache = try Cache(CacheConfiguration(capacity: .entries(100))) }

    @Test func aLoadThatWaitsForItselfThroughAStepIsRefused() async throws {
        let error = await #expect(throws: CacheLoadError.self) {
            try await cache.value(for: 1) { [cache, dedup] in
                try await dedup.execute(.number(1)) { try await cache.value(for: 1) { 7 } }.value
            }
        }
        #expect(error?.code == .recursive)
        #expect(try await cache.value(for: 1) { 8 } == 8, "Nothing is left of it.")
        #expect(try await dedup.execute(.number(1)) { 9 }.value == 9)
    }

    @Test func aLoadThatBlocksAStepsThreadAndWaitsForItselfIsRefused() async throws {
        let error = await #expect(throws: CacheLoadError.self) {
            _ = try await dedup.execute(.number(1)) { [cache] in
                try cache.blockingValue(for: 1) { try cache.blockingValue(for: 1) { 7 } }
            }
        }
        #expect(error?.code == .recursive)
    }

    @Test(arguments: [DuplicateMode.join, .reject])
    func aStepThatWaitsForItselfThroughItsOwnLoadIsRefused(duplicates: DuplicateMode) async throws {
        let error = await #expect(throws: DedupError.self) {
            _ = try await dedup.execute(.number(1)) { [cache, dedup] in
                try await cache.value(for: 1) {
                    try await dedup.execute(.number(1), call: CallOptions(duplicates: duplicates)) { 7 }.value
                }
            }
        }
        #expect(error?.code == .recursiveExecution)
        #expect(dedup.statistics.outcomes.recursive == 1)
    }

    /// The load sees no task-local values of the step, because it was begun before by another task.
    @Test func aStepThatWaitsForItselfThroughALoadThatItHasJoinedIsRefused() async throws {
        let latch = Latch()
        let loader = Task { [cache, dedup] in
            try await cache.value(for: 1) {
                try await latch.wait()
                return try await dedup.execute(.number(1)) { 7 }.value
            }
        }
        try await latch.waitForWaiters(1)
        let request = Task { [cache, dedup] in
            try await dedup.execute(.number(1)) { try await cache.value(for: 1) { 8 } }.value
        }
        while cache.statistics.loadJoins == 0 { await Task.yield() }
        latch.open()
        for task in [loader, request] {
            let error = await #expect(throws: DedupError.self) { try await task.value }
            #expect(error?.code == .recursiveExecution)
        }
    }

    @Test func aBatchThatWaitsForOneOfItsKeysThroughALoadIsRefused() async throws {
        let error = await #expect(throws: DedupError.self) {
            _ = try await dedup.once("user", keys: [1, 2]) { [cache, dedup] keys in
                let value = try await cache.value(for: 1) { try await dedup.once("user", 2) { 7 } }
                return Dictionary(uniqueKeysWithValues: keys.map { ($0, value) })
            }
        }
        #expect(error?.code == .recursiveExecution)
    }

    /// A task that a step starts counts as the step, unless it is set free; then it may wait for the step.
    @Test(arguments: [true, false]) func aTaskOfAStepThatIsSetFreeMayWaitForTheStep(isFree: Bool) async throws {
        let started = Cell<Task<Int, any Error>?>(nil)
        let value = try await dedup.execute(.number(1)) { [dedup] in
            let request = { Task { try await dedup.execute(.number(1)) { 8 }.value } }
            let task = isFree ? ExecutionContext.$current.withValue(nil, operation: request) : request()
            started.withLock { $0 = task }
            if isFree { await eventually { dedup.waiterCount(.number(1)) == 2 } } else { _ = await task.result }
            return 7
        }.value
        let task = try #require(started.withLock { $0 })
        if isFree {
            #expect(try await task.value == 7)
        } else {
            let error = await #expect(throws: DedupError.self) { try await task.value }
            #expect(error?.code == .recursiveExecution)
        }
        #expect(value == 7)
    }

    @Test func loadsAndStepsMayWaitForEachOtherWithoutACircle() async throws {
        let value = try await cache.value(for: 1) { [cache, dedup] in
            try await dedup.execute(.number(1)) {
                try await cache.value(for: 2) { try await dedup.execute(.number(2)) { 7 }.value + 1 } + 1
            }.value + 1
        }
        #expect(value == 10)
        #expect(cache.value(for: 2)?.value == 8)
    }

    /// Only what running executions ask for themselves is begun after a shutdown; a load is none.
    @Test func aLoadIsRefusedAStepOnceTheDeduplicatorShutsDown() async throws {
        let latch = Latch()
        let running = Task.immediate { [dedup] in try await dedup.execute(.number(1)) { try await latch.wait() }.value }
        try await latch.waitForWaiters(1)
        async let ended = dedup.shutdown(grace: .seconds(60))
        var code: DedupError.Code?
        while code == nil {
            // Accepted until the shutdown has begun.
            do {
                _ = try await cache.value(for: 1) { [dedup] in try await dedup.execute(.number(2)) { 1 }.value }
                cache.removeAll()
                dedup.invalidate(.number(2))
                await Task.yield()
            } catch let error as DedupError {
                code = error.code
            }
        }
        #expect(code == .shutDown)
        latch.open()
        #expect(await ended)
        try await running.value
    }
}
