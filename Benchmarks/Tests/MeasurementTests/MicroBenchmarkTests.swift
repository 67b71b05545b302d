import Glibc
import Measurement
import Statistics
import Synchronization
import Testing

@Suite(.serialized) struct MicroBenchmarkTests {
    private static let allocate = MicroBody("allocate") { iterations in
        for _ in 0..<iterations { UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16).deallocate() }
    }

    private static let readClock = MicroBody("clock") { iterations in
        for _ in 0..<iterations { _ = MonotonicClock.now() }
    }

    @Test func comparesAndCountsAllocationsExactly() throws {
        let counter = try AllocationCounter(Jemalloc())
        let benchmark = MicroBenchmark(rounds: 6, batchTime: 200_000, counter: counter)
        let comparison = benchmark.compare(Self.allocate, control: Self.readClock)
        #expect(comparison.measured.allocationsPerOperation == 1)
        #expect(comparison.control.allocationsPerOperation == 0)
        #expect(comparison.measured.name == "allocate")
        #expect(comparison.rounds == 6)
        #expect(comparison.ratio.low > 0 && comparison.ratio.low <= comparison.ratio.value)
        #expect(comparison.ratio.value <= comparison.ratio.high && comparison.ratio.high < .infinity)
        #expect(comparison.measured.nanosecondsPerOperation.value > 0)
    }

    @Test func aSuspendingBodyRunsOnTheMeasuringThread() throws {
        let counter = try AllocationCounter(Jemalloc())
        let benchmark = MicroBenchmark(rounds: 6, batchTime: 200_000, counter: counter)
        let measured = benchmark.measure(
            MicroBody(suspending: "allocate and yield") { iterations in
                for _ in 0..<iterations {
                    await Task.yield()
                    UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16).deallocate()
                    UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16).deallocate()
                }
            })
        let plain = benchmark.measure(
            MicroBody(suspending: "yield") { iterations in
                for _ in 0..<iterations { await Task.yield() }
            })
        let extra = try #require(measured.allocationsPerOperation) - #require(plain.allocationsPerOperation)
        #expect(extra == 2)
    }

    @Test func severalThreadsWorkAtOnce() {
        let measured = MicroBenchmark(rounds: 6, batchTime: 200_000, threads: 2).measure(Self.readClock)
        #expect(measured.threads == 2)
        #expect(measured.allocationsPerOperation == nil)
        let alone = 1e9 / measured.nanosecondsPerOperation.value
        #expect(abs(measured.operationsPerSecond / alone - 2) < 1e-9)
    }

    /// Also more of them than there are processors: what is counted is what was done.
    @Test(arguments: [1, 2, 5]) func threadsThatRaceAreAllCounted(threads: Int) {
        let done = Done()
        let body = MicroBody("count") { iterations in
            for _ in 0..<iterations { _ = MonotonicClock.now() }
            done.note()
        }
        let comparison = ThreadRace(rounds: 6, threads: threads, roundTime: 300_000).compare(
            body, control: Self.readClock)
        #expect(comparison.measured.threads == threads && comparison.rounds == 6)
        #expect(done.threads.count >= threads)
        let measured = comparison.measured.nanosecondsPerOperation
        #expect(measured.low > 0 && measured.low <= measured.value && measured.value <= measured.high)
        let alone = 1e9 / measured.value
        #expect(abs(comparison.measured.operationsPerSecond / alone - Double(threads)) < 1e-9)
        #expect(comparison.ratio.value > 0 && comparison.ratio.high < .infinity)
    }
}

/// Which threads have done something.
private final class Done: Sendable {
    private let state = Mutex(Set<UInt>())

    var threads: Set<UInt> { state.withLock { $0 } }

    func note() { state.withLock { _ = $0.insert(UInt(pthread_self())) } }
}
