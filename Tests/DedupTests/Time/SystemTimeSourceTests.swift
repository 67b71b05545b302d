import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct SystemTimeSourceTests {
    /// A cancelled sleep leaves its timer in the system, so how long a timer may be is how long its memory is held.
    @Test(
        arguments: [
            (0, 10, [10]), (0, 1_000_000_000, [1_000_000_000]),
            (5, 2_500_000_005, [1_000_000_000, 1_000_000_000, 500_000_000]),
            (0, 0, []), (0, -1, []), (0, .min, []), (.max, .min, []), (.min, .min, []),
            (.min, .min + 7, [7]), (.max - 7, .max, [7]),
        ] as [(Int64, Int64, [Int64])])
    func sleepsInStretchesOfASecondAtMost(start: Int64, deadline: Int64, expected: [Int64]) async throws {
        let time = ManualTimeSource(now: MonotonicInstant(nanoseconds: start))
        var stretches: [Duration] = []
        try await SystemTimeSource.sleep(until: MonotonicInstant(nanoseconds: deadline), now: { time.now }) {
            stretches.append($0)
            time.advance(by: $0)
        }
        #expect(stretches == expected.map { .nanoseconds($0) })
    }

    @Test func aStretchThatWakesEarlyIsFollowedByAnother() async throws {
        let time = ManualTimeSource()
        var stretches: [Duration] = []
        try await SystemTimeSource.sleep(until: MonotonicInstant(nanoseconds: 8), now: { time.now }) {
            stretches.append($0)
            time.advance(by: $0 == .nanoseconds(1) ? $0 : $0 / 2)
        }
        #expect(stretches == [8, 4, 2, 1].map { .nanoseconds($0) })
    }

    @Test func aCancelledStretchEndsTheSleep() async {
        var stretches = 0
        await #expect(throws: CancellationError.self) {
            try await SystemTimeSource.sleep(until: .distantFuture, now: { .zero }) { _ in
                stretches += 1
                if stretches == 3 { throw CancellationError() }
            }
        }
        #expect(stretches == 3)
    }

    @Test(arguments: [.min, .min + 1, -1, 0] as [Int64])
    func anInstantThatHasPassedIsNotSleptFor(nanoseconds: Int64) async throws {
        try await SystemTimeSource().sleep(until: MonotonicInstant(nanoseconds: nanoseconds))
    }

    @Test func aCancelledSleepThrowsPromptly() async {
        let sleeper = Task { try await SystemTimeSource().sleep(until: .distantFuture) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test func sleepsUntilTheDeadline() async throws {
        let time = SystemTimeSource()
        let deadline = time.now.advanced(by: .milliseconds(2))
        try await time.sleep(until: deadline)
        #expect(time.now >= deadline)
    }

    /// With a grace that long over, the deadlines of a shutdown lie at the beginning of time.
    @Test(arguments: [.seconds(Int64.min), .seconds(-1), .zero] as [Duration])
    func aShutdownWhoseGraceIsOverEnds(grace: Duration) async throws {
        let deduplicator = Deduplicator()
        let (started, gate) = (Latch(), Latch())
        let request = Task {
            try await deduplicator.execute(.number(1)) { _ in
                started.open()
                await Task { try? await gate.wait() }.value
            }
        }
        try await started.wait()
        #expect(await deduplicator.shutdown(grace: grace) == false)
        gate.open()
        await #expect(throws: DedupError.self) { try await request.value }
    }
}

/// Durations beyond 64 bits of seconds stand for "for ever" wherever one is taken.
@Suite(.timeLimit(.minutes(1))) struct EndlessDurationTests {
    private static let endless: [Duration] = [.seconds(1e19), .seconds(Int64.max) * 2]

    @Test(arguments: endless) func aShutdownWaitsForAsLongAsItTakes(grace: Duration) async throws {
        let deduplicator = Deduplicator()
        _ = try await deduplicator.execute(.number(1)) { 1 }
        #expect(await deduplicator.shutdown(grace: grace))
    }

    @Test(arguments: endless) func aRequestIsAnsweredWithoutADeadlineThatCounts(duration: Duration) async throws {
        let time = ManualTimeSource()
        let configuration = DeduplicatorConfiguration(
            recordStoreFailure: .failClosed, recordTimeout: duration, sweepInterval: duration)
        let deduplicator = try Deduplicator(configuration: configuration, time: time)
        for timeout in [ExecutionTimeout.hold(after: duration), .supersede(after: duration)] {
            let policy = ExecutionPolicy(
                timeToLive: nil, abandonment: .cancel(after: duration), timeout: timeout)
            let outcome = try await deduplicator.execute(
                .number(1), policy: policy, call: CallOptions(deadline: duration)
            ) { 1 }
            #expect(outcome.source == .executed)
        }
    }

    /// The refusal shows the duration.
    @Test func aNegativeOneIsRefusedByName() {
        let configuration = DeduplicatorConfiguration(recordTimeout: .seconds(-1e19))
        #expect { try configuration.validate() } throws: { "\($0)".contains("recordTimeout") }
    }
}

@Suite struct WallTimeTests {
    @Test(
        arguments: [
            (0, 7, 7), (1, 999_999_999, 1_999_999_999), (-1, 5, -999_999_995),
            (9_223_372_036, 854_775_807, .max), (9_223_372_036, 854_775_808, .max), (10_000_000_000, 0, .max),
            (.max, 999_999_999, .max), (.min, 0, .min),
        ] as [(Int64, Int64, Int64)])
    func stopsAtTheLastMomentThatItCanWrite(seconds: Int64, nanoseconds: Int64, expected: Int64) {
        #expect(WallTime(seconds: seconds, nanoseconds: nanoseconds).nanosecondsSinceEpoch == expected)
    }
}
