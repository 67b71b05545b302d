import Caching
import DedupTesting
import Testing

private struct Broken: Error, Equatable { var number = 0 }

/// Values that are loaded when they are missing: once for all callers, whatever those do meanwhile.
@Suite(.timeLimit(.minutes(1))) struct LoadingTests {
    private let cache: Cache<String, Int>
    private let log = LoadLog()

    init() throws { cache = try Cache(CacheConfiguration(capacity: .entries(100))) }

    /// A load that ends when the latch opens.
    private func held(_ latch: Latch, _ value: Int = 1) -> @Sendable () async throws -> Int {
        { [log] in
            log.begin()
            try await latch.wait()
            return value
        }
    }

    private func joins(_ count: Int) async { while cache.statistics.loadJoins < count { await Task.yield() } }

    @Test func aMissingValueIsLoadedOnceAndThenFound() async throws {
        for _ in 0..<3 {
            let value = try await cache.value(for: "a") { [log] in
                log.begin()
                return 7
            }
            #expect(value == 7)
        }
        #expect(log.count == 1 && cache.value(for: "a")?.value == 7)
        let statistics = cache.statistics
        #expect(statistics.hits == 3 && statistics.misses == 1 && statistics.loads == 1 && statistics.insertions == 1)
        #expect(statistics.loadFailures == 0 && statistics.loadJoins == 0)
    }

    @Test func callersOfOneKeyShareALoadAndOtherKeysDoNot() async throws {
        let latch = Latch()
        let load = held(latch)
        let callers = (0..<20).map { _ in Task { [cache] in try await cache.value(for: "a", load: load) } }
        await joins(19)
        let other = try await cache.value(for: "b") { 2 }
        latch.open()
        for caller in callers { #expect(try await caller.value == 1) }
        #expect(other == 2 && log.count == 1 && cache.statistics.loads == 2)
    }

    @Test func anErrorReachesEveryCallerAndNothingIsStored() async throws {
        let latch = Latch()
        let callers = (0..<5).map { _ in
            Task { [cache] in
                try await cache.value(for: "a") {
                    try await latch.wait()
                    throw Broken(number: 3)
                }
            }
        }
        await joins(4)
        latch.open()
        for caller in callers {
            let result = await caller.result
            #expect(throws: Broken(number: 3)) { try result.get() }
        }
        #expect(cache.count == 0 && cache.statistics.loadFailures == 1)
        #expect(try await cache.value(for: "a") { 4 } == 4)
    }

    @Test func theCallerThatBeganALoadMayLeaveIt() async throws {
        let latch = Latch()
        let load = held(latch)
        let first = Task { [cache] in try await cache.value(for: "a", load: load) }
        try await latch.waitForWaiters(1)
        let second = Task { [cache] in try await cache.value(for: "a", load: load) }
        await joins(1)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        latch.open()
        #expect(try await second.value == 1 && log.count == 1 && cache.value(for: "a")?.value == 1)
    }

    @Test func theLastCallerThatLeavesCancelsTheLoad() async throws {
        let latch = Latch()
        let load = held(latch)
        let callers = (0..<3).map { _ in Task { [cache] in try await cache.value(for: "a", load: load) } }
        await joins(2)
        try await latch.waitForWaiters(1)
        for caller in callers { caller.cancel() }
        for caller in callers { await #expect(throws: CancellationError.self) { try await caller.value } }
        // The latch throws because the load's task is cancelled; it is never opened.
        while cache.statistics.loadFailures < 1 { await Task.yield() }
        #expect(cache.count == 0)
    }

    /// Its result would be as good as any, but a caller that comes later has begun another load by then.
    @Test func aLoadThatEveryCallerHasLeftIsNotStored() async throws {
        let (latch, ended) = (Latch(), Latch())
        let caller = Task { [cache] in
            try await cache.value(for: "a") {
                try? await latch.wait()
                // It ignores its cancellation.
                await Task { try? await ended.wait() }.value
                return 1
            }
        }
        try await latch.waitForWaiters(1)
        caller.cancel()
        await #expect(throws: CancellationError.self) { try await caller.value }
        // With an instant, so that the time of the first load is the only one that counts.
        #expect(try await cache.value(for: "a", timeToLive: .seconds(0), at: .now) { 2 } == 2)
        ended.open()
        while cache.statistics.loadTime == .zero { await Task.yield() }
        #expect(cache.count == 0 && cache.statistics.loads == 2)
    }

    @Test func aCancelledCallerBeginsNoLoad() async throws {
        let caller = Task { [cache, log] in
            while !Task.isCancelled { await Task.yield() }
            return try await cache.value(for: "a") {
                log.begin()
                return 1
            }
        }
        caller.cancel()
        await #expect(throws: CancellationError.self) { try await caller.value }
        #expect(log.count == 0 && cache.statistics.loads == 0)
    }

    /// Cancelled at any point, even between the check for it and the join: no caller waits for a load that never ends.
    @Test func aCallerThatIsCancelledAtAnyPointLeaves() async throws {
        let latch = Latch()
        let load = held(latch)
        for round in 0..<2_000 {
            let caller = Task { [cache] in try await cache.value(for: "a", load: load) }
            for _ in 0..<round % 4 { await Task.yield() }
            caller.cancel()
            await #expect(throws: CancellationError.self) { try await caller.value }
        }
        while cache.statistics.loadFailures < cache.statistics.loads { await Task.yield() }
        #expect(cache.count == 0 && cache.statistics.loads == log.count)
    }

    enum Change: CaseIterable { case insert, remove, removeAll, refuse }

    @Test(arguments: Change.allCases)
    func aChangeOfTheKeyDuringItsLoadWins(change: Change) async throws {
        let cache = try Cache<String, Int>(CacheConfiguration(capacity: .weight(10)))
        let latch = Latch()
        let load = held(latch)
        let caller = Task { try await cache.value(for: "a", load: load) }
        try await latch.waitForWaiters(1)
        switch change {
        case .insert: cache.insert(2, for: "a")
        case .remove: cache.removeValue(for: "a")
        case .removeAll: cache.removeAll()
        case .refuse: cache.insert(2, for: "a", weight: 11)
        }
        let later = try await cache.value(for: "a") { 3 }
        #expect(later == (change == .insert ? 2 : 3))
        latch.open()
        #expect(try await caller.value == 1)
        #expect(cache.peek(for: "a")?.value == later)
    }

    @Test func aLoadIsAliveFromItsEndOn() async throws {
        let latch = Latch()
        let before = MonotonicInstant.now
        let caller = Task { [cache] in
            try await cache.value(for: "a", timeToLive: .hours(1)) {
                try await latch.wait()
                return 1
            }
        }
        try await latch.waitForWaiters(1)
        let during = MonotonicInstant.now
        latch.open()
        #expect(try await caller.value == 1)
        let hit = try #require(cache.peek(for: "a"))
        #expect(before <= during && during <= hit.storedAt)
        #expect(hit.deadline == hit.storedAt.advanced(by: .seconds(3_600)))
        #expect(cache.statistics.averageLoadTime == cache.statistics.loadTime && cache.statistics.loadTime > .zero)
    }

    @Test func withAnInstantNoClockIsRead() async throws {
        let instant = MonotonicInstant(nanoseconds: 5)
        #expect(try await cache.value(for: "a", timeToLive: .fixed(.nanoseconds(10)), at: instant) { 1 } == 1)
        #expect(cache.peek(for: "a", at: MonotonicInstant(nanoseconds: 14))?.storedAt == instant)
        #expect(cache.peek(for: "a", at: MonotonicInstant(nanoseconds: 15)) == nil)
        #expect(cache.statistics.loadTime == .zero)
    }

    @Test func aLoadedValueHasTheWeightThatItsCallerGives() async throws {
        let removals = RemovalLog()
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .weight(10), policy: .fifo, shards: 1), onRemoval: { removals.append($0) })
        #expect(try await cache.value(for: 1, weight: { $0 }) { 7 } == 7)
        #expect(cache.weight == 7)
        #expect(try await cache.value(for: 2, weight: { $0 }) { 5 } == 5)
        #expect(cache.weight == 5 && cache.statistics.evictedWeight == 7)
        #expect(removals.drain().map(\.cause) == ["evicted"])
        #expect(try await cache.value(for: 3, weight: { $0 }) { 11 } == 11)
        #expect(cache.weight == 5 && cache.statistics.rejectedTooHeavy == 1)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [0, 1])
    func aLoadThatWaitsForItselfIsRefused(others: Int) async throws {
        // Directly, or through the load of another key.
        let error = await #expect(throws: CacheLoadError.self) {
            try await cache.value(for: "a") {
                if others == 0 { return try await cache.value(for: "a") { 1 } }
                return try await cache.value(for: "b") { try await cache.value(for: "a") { 1 } }
            }
        }
        #expect(error?.code == .recursive && error?.description.contains("key a waits for itself") == true)
        #expect(cache.count == 0)
        await untilNoLoadWaits()
    }

    /// Each of two loads wants the value of the other; they were begun by different callers.
    @Test func twoLoadsThatWouldWaitForEachOtherAreRefused() async throws {
        let both = Latch()
        func call(_ key: String, _ other: String) -> Task<Int, any Error> {
            Task { [cache] in
                try await cache.value(for: key) {
                    try await both.wait()
                    return try await cache.value(for: other) { 1 }
                }
            }
        }
        let callers = [call("a", "b"), call("b", "a")]
        try await both.waitForWaiters(2)
        both.open()
        for caller in callers {
            let result = await caller.result
            #expect(throws: CacheLoadError.self) { try result.get() }
        }
        await untilNoLoadWaits()
    }

    @Test func aLoadMayLoadOtherKeys() async throws {
        let sum = try await cache.value(for: "sum") { [cache] in
            async let a = cache.value(for: "a") { 1 }
            async let b = cache.value(for: "b") { 2 }
            return try await a + b
        }
        #expect(sum == 3 && cache.count == 3 && cache.statistics.loads == 3)
    }

    @Test func aLoadSeesTheTaskLocalValuesOfTheCallerThatBeganIt() async throws {
        enum Request { @TaskLocal static var name = "none" }
        let seen = try await Request.$name.withValue("first") {
            try await cache.value(for: "a") { Request.name.count }
        }
        #expect(seen == 5)
    }

    /// Many tasks at once, some of which give up: every caller gets the value of its key or is cancelled.
    @Test(arguments: [1, 4])
    func everyCallerGetsTheValueOfItsKey(shards: Int) async throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(8), shards: shards))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<600 {
                group.addTask {
                    let key = number % 16
                    let caller = Task {
                        try await cache.value(for: key, timeToLive: number % 3 == 0 ? .seconds(0) : .forever) {
                            await Task.yield()
                            return key * 10
                        }
                    }
                    if number % 7 == 0 { caller.cancel() }
                    if number % 11 == 0 { cache.removeValue(for: key) }
                    switch await caller.result {
                    case .success(let value): #expect(value == key * 10)
                    case .failure(let error): #expect(error is CancellationError)
                    }
                }
            }
        }
        let statistics = cache.statistics
        #expect(cache.count <= 8 && statistics.loads > 0)
        #expect(
            statistics.insertions == cache.count + statistics.evictions + statistics.expirations
                + statistics.invalidations + statistics.replacements)
    }
}

/// Counts the loads that have begun.
final class LoadLog: Sendable {
    private let begun = Lock(0)

    func begin() { begun.withLock { $0 += 1 } }
    var count: Int { begun.withLock { $0 } }
}

/// Returns when no load of the process waits for another: no wait was left behind.
func untilNoLoadWaits() async {
    while !WaitGraph.shared.withLock({ $0.isEmpty }) { await Task.yield() }
}
