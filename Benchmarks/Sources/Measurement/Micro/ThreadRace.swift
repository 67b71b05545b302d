internal import Dispatch
internal import Foundation
internal import Statistics
internal import Synchronization

/// Measures what several threads do at once for a while, beside a control, also where there are more of them than processors.
///
/// ``MicroBenchmark`` lets each thread do as many operations as fill its batch, and takes the time of the slowest. Where threads take
/// turns that says little: each may be quick while it runs, and a lock that is handed from thread to thread makes a batch last
/// minutes. Here the time is fixed, and what is counted is what all of them have done in it.
package struct ThreadRace: Sendable {
    /// How long a body is run between two looks at the clock at least, in nanoseconds.
    private static let chunkTime: UInt64 = 250_000

    private let rounds: Int
    private let threads: Int
    /// How long a round lasts for each thread, in nanoseconds: `threads` times as long for all, so that each has several turns.
    private let roundTime: UInt64

    /// A race.
    ///
    /// - Precondition: There is a round, a thread, and time for it.
    package init(rounds: Int, threads: Int, roundTime: UInt64 = 20_000_000) {
        precondition(threads >= 1, "at least one thread must do the work")
        precondition(rounds >= 1 && roundTime > 0, "a race needs a round, and time for it")
        self.rounds = rounds
        self.threads = threads
        self.roundTime = roundTime
    }

    /// Measures a body beside its control: nanoseconds that an operation takes on its thread, and the ratio of each round.
    package func compare(_ measured: MicroBody, control: MicroBody) -> MicroComparison {
        let (chunk, controlChunk) = (chunk(of: measured), chunk(of: control))
        return MicroComparison(rounds: rounds) {
            round(measured, chunk)
        } control: {
            round(control, controlChunk)
        } _: { times, controlTimes in
            (measurement(measured, chunk, times), measurement(control, controlChunk, controlTimes))
        }
    }

    private func measurement(_ body: MicroBody, _ chunk: Int, _ times: [Double]) -> MicroMeasurement {
        MicroMeasurement(
            name: body.name, threads: threads, iterations: chunk,
            nanosecondsPerOperation: .median(of: times) ?? .unknown, allocationsPerOperation: nil)
    }

    /// How many operations are done between two looks at the clock; trying that out is also the warm-up.
    ///
    /// All threads try it at once, because an operation may take a thousand times longer then: a chunk that suits one thread would
    /// be all of a round. The fastest of three is taken, as one interruption says nothing.
    private func chunk(of body: MicroBody) -> Int {
        var chunk = 1
        while true {
            let times = (0..<3).map { _ in round(body, chunk, time: 0) * Double(chunk) }
            if (times.min() ?? 0) >= Double(Self.chunkTime) { return max(1, chunk / 2) }
            chunk *= 2
        }
    }

    /// Nanoseconds that an operation took on its thread in one round of `time`; each thread does one chunk at least.
    private func round(_ body: MicroBody, _ chunk: Int, time: Int? = nil) -> Double {
        let state = State()
        let time = time ?? Int(roundTime) * threads
        for _ in 1..<threads {
            let thread = Thread { [threads] in
                state.work(threads, time, body, chunk)
                state.finished.signal()
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        state.work(threads, time, body, chunk)
        for _ in 1..<threads { state.finished.wait() }
        let took = state.ended.load(ordering: .acquiring) - state.began.load(ordering: .acquiring)
        return Double(took) * Double(threads) / Double(state.operations.load(ordering: .acquiring))
    }

    private final class State: Sendable {
        let arrived = Atomic<Int>(0)
        // Signed: the least of unsigned atomics is found by comparing them as if they had a sign, so `.max` would stay.
        let began = Atomic<Int>(.max)
        let ended = Atomic<Int>(0)
        let operations = Atomic<Int>(0)
        let finished = DispatchSemaphore(value: 0)

        /// Does the work until the time is over that began with the first of the threads; at least one chunk of it.
        func work(_ threads: Int, _ time: Int, _ body: MicroBody, _ chunk: Int) {
            arrived.wrappingAdd(1, ordering: .acquiringAndReleasing)
            while arrived.load(ordering: .acquiring) < threads { sched_yield() }
            let end = began.min(Int(MonotonicClock.now()), ordering: .acquiringAndReleasing).newValue + time
            var (done, now) = (0, 0)
            repeat {
                _ = body.time(chunk)
                done += chunk
                now = Int(MonotonicClock.now())
            } while now < end
            operations.wrappingAdd(done, ordering: .acquiringAndReleasing)
            ended.max(now, ordering: .acquiringAndReleasing)
        }
    }
}
