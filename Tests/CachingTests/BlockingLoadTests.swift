import Caching
import DedupTesting
import Foundation
import Testing

private struct Broken: Error, Equatable {}

/// Values that threads load, beside each other and beside tasks.
@Suite(.timeLimit(.minutes(1))) struct BlockingLoadTests {
    private let cache: Cache<String, Int>

    init() throws { cache = try Cache(CacheConfiguration(capacity: .entries(100))) }

    /// Runs `body` on a thread of its own, not one of the runtime's.
    private func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Task<Result, Never> {
        let (results, result) = AsyncStream.makeStream(of: Result.self)
        Thread { result.yield(body()) }.start()
        return Task {
            for await result in results { return result }
            preconditionFailure("The thread has no result.")
        }
    }

    private func joins(_ count: Int) async { while cache.statistics.loadJoins < count { await Task.yield() } }

    @Test func aMissingValueIsLoadedOnTheCallingThread() throws {
        let thread = Thread.current
        for _ in 0..<2 {
            let value = try cache.blockingValue(for: "a", timeToLive: .minutes(1)) {
                #expect(Thread.current == thread)
                return 7
            }
            #expect(value == 7)
        }
        #expect(cache.statistics.loads == 1 && cache.peek(for: "a")?.deadline != nil)
    }

    @Test func anErrorIsThrownAndNothingIsStored() throws {
        #expect(throws: Broken.self) { try cache.blockingValue(for: "a") { throw Broken() } }
        #expect(cache.count == 0 && cache.statistics.loadFailures == 1)
        #expect(try cache.blockingValue(for: "a") { 2 } == 2)
    }

    /// One thread loads; other threads block and a task is suspended until it is done.
    @Test(arguments: [true, false])
    func threadsAndTasksWaitForTheLoadOfAThread(fails: Bool) async throws {
        let gate = DispatchSemaphore(value: 0)
        let load: @Sendable () throws -> Int = {
            gate.wait()
            if fails { throw Broken() }
            return 1
        }
        let threads = (0..<4).map { _ in
            onThread { [cache] in Result { try cache.blockingValue(for: "a", load: load) } }
        }
        await joins(3)
        let task = Task { [cache] in try await cache.value(for: "a") { 2 } }
        await joins(4)
        gate.signal()
        var results = [await task.result]
        for thread in threads { results.append(await thread.value) }
        for result in results {
            if fails {
                #expect(throws: Broken.self) { try result.get() }
            } else {
                #expect(try result.get() == 1)
            }
        }
        #expect(cache.statistics.loads == 1 && cache.count == (fails ? 0 : 1))
    }

    @Test func aTaskMayLeaveTheLoadOfAThread() async throws {
        let gate = DispatchSemaphore(value: 0)
        let thread = onThread { [cache] in
            Result {
                try cache.blockingValue(for: "a") {
                    gate.wait()
                    return 1
                }
            }
        }
        while cache.statistics.loads < 1 { await Task.yield() }
        let task = Task { [cache] in try await cache.value(for: "a") { 2 } }
        await joins(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        gate.signal()
        #expect(try await thread.value.get() == 1 && cache.peek(for: "a")?.value == 1)
    }

    /// A thread that waited for a task could hold the very thread that the task needs.
    @Test func aThreadDoesNotWaitForTheLoadOfATask() async throws {
        let latch = Latch()
        let task = Task { [cache] in
            try await cache.value(for: "a") {
                try await latch.wait()
                return 1
            }
        }
        try await latch.waitForWaiters(1)
        let thread = onThread { [cache] in Result { try cache.blockingValue(for: "a") { 2 } } }
        #expect(try await thread.value.get() == 2)
        latch.open()
        #expect(try await task.value == 1)
        #expect(cache.peek(for: "a")?.value == 2 && cache.statistics.loads == 2)
    }

    /// More threads of the runtime than there are, each of which blocks for a key that a task is about to load.
    @Test func tasksThatBlockTheirThreadsDoNotStopTheLoadsOfTasks() async throws {
        let blocking: @Sendable (Cache<String, Int>, String) throws -> Int = { cache, key in
            try cache.blockingValue(for: key) { 2 }
        }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { [cache] in
                    let key = "\(number % 5)"
                    let value =
                        number % 2 == 0
                        ? try? blocking(cache, key)
                        : try? await cache.value(for: key) {
                            await Task.yield()
                            return 1
                        }
                    #expect(value != nil)
                    if number % 9 == 0 { cache.removeAll() }
                }
            }
        }
    }

    @Test(arguments: [0, 1])
    func aLoadThatWaitsForItselfIsRefused(others: Int) async throws {
        let error = #expect(throws: CacheLoadError.self) {
            try cache.blockingValue(for: "a") {
                if others == 0 { return try cache.blockingValue(for: "a") { 1 } }
                return try cache.blockingValue(for: "b") { try cache.blockingValue(for: "a") { 1 } }
            }
        }
        #expect(error?.code == .recursive)
        await untilNoLoadWaits()
    }

    @Test func twoThreadsWhoseLoadsWouldWaitForEachOtherAreRefused() async throws {
        let arrived = Lock(0)
        let call: @Sendable (String, String) -> Result<Int, any Error> = { [cache] key, other in
            Result {
                try cache.blockingValue(for: key) {
                    arrived.withLock { $0 += 1 }
                    while arrived.withLock({ $0 }) < 2 { sched_yield() }
                    return try cache.blockingValue(for: other) { 1 }
                }
            }
        }
        let threads = [onThread { call("a", "b") }, onThread { call("b", "a") }]
        for thread in threads {
            let result = await thread.value
            #expect(throws: CacheLoadError.self) { try result.get() }
        }
        await untilNoLoadWaits()
    }
}
