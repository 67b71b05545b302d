import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct ManualTimeSourceTests {
    let time = ManualTimeSource(now: MonotonicInstant(nanoseconds: 100), wallTime: WallTime(nanosecondsSinceEpoch: 7))

    @Test func standsStillUntilMoved() {
        #expect(time.now.nanoseconds == 100)
        time.advance(by: .nanoseconds(5))
        #expect(time.now.nanoseconds == 105)
        #expect(time.wallTime.nanosecondsSinceEpoch == 12)
        time.setWallTime(WallTime(nanosecondsSinceEpoch: -3))
        #expect(time.wallTime.nanosecondsSinceEpoch == -3)
        #expect(time.now.nanoseconds == 105)
    }

    @Test func aDeadlineThatHasPassedDoesNotSuspend() async throws {
        try await time.sleep(until: MonotonicInstant(nanoseconds: 100))
        try await time.sleep(until: .zero)
        #expect(time.sleeperCount == 0)
    }

    @Test func wakesASleeperExactlyAtItsDeadline() async throws {
        let sleeper = Task { try await time.sleep(until: MonotonicInstant(nanoseconds: 110)) }
        #expect(try await time.nextSleeper().nanoseconds == 110)
        time.advance(by: .nanoseconds(9))
        #expect(time.sleeperCount == 1)
        time.advance(by: .nanoseconds(1))
        #expect(time.sleeperCount == 0)
        try await sleeper.value
    }

    @Test func tellsOfSleepersInTheOrderTheyParkedAndOnce() async throws {
        let deadlines: [Int64] = [300, 200, 400]
        var sleepers: [Task<Void, any Error>] = []
        for (index, deadline) in deadlines.enumerated() {
            sleepers.append(Task { try await time.sleep(until: MonotonicInstant(nanoseconds: deadline)) })
            try await time.waitForSleepers(index + 1)
        }
        for deadline in deadlines {
            #expect(try await time.nextSleeper().nanoseconds == deadline)
        }
        let another = Task { try await time.nextSleeper() }
        sleepers.append(Task { try await time.sleep(until: MonotonicInstant(nanoseconds: 500)) })
        #expect(try await another.value.nanoseconds == 500)
        time.advance(to: MonotonicInstant(nanoseconds: 500))
        for sleeper in sleepers { try await sleeper.value }
    }

    @Test func theWallTimeStopsAtItsLastMoment() async throws {
        let time = ManualTimeSource()
        let sleeper = Task { try await time.sleep(until: .distantFuture) }
        time.advance(to: try await time.nextSleeper())
        try await sleeper.value
        #expect(time.now == .distantFuture && time.wallTime.nanosecondsSinceEpoch == .max)
    }

    @Test func ofManySleepersTheLatestAreRemembered() async throws {
        for number in 1...10_001 {
            let deadline = MonotonicInstant(nanoseconds: 100 + Int64(number))
            let sleeper = Task.immediate { try await time.sleep(until: deadline) }
            time.advance(by: .nanoseconds(1))
            try await sleeper.value
        }
        #expect(try await time.nextSleeper().nanoseconds == 102)
    }

    @Test func aCancelledSleeperWakesAtOnce() async throws {
        let sleeper = Task { try await time.sleep(until: .distantFuture) }
        try await time.nextSleeper()
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.sleeperCount == 0)
    }

    @Test func aTaskThatIsCancelledAlreadyDoesNotSleep() async {
        let sleeper = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await time.sleep(until: .distantFuture)
        }
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.sleeperCount == 0)
    }

    @Test func waitingForSleepersCanBeCancelled() async {
        let waiting = [Task { _ = try await time.nextSleeper() }, Task { try await time.waitForSleepers(3) }]
        for task in waiting {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func manySleepersCancelledAndWokenAtOnceAllEnd() async throws {
        let sleepers = (0..<500).map { index in
            Task { try await time.sleep(until: MonotonicInstant(nanoseconds: 200 + Int64(index))) }
        }
        try await time.waitForSleepers(500)
        async let cancelled: Void = cancelEverySecond(of: sleepers)
        time.advance(by: .seconds(1))
        await cancelled
        for sleeper in sleepers { _ = await sleeper.result }
        #expect(time.sleeperCount == 0)
    }

    @Test func timeOnlyMovesForward() async {
        await #expect(processExitsWith: .failure) { ManualTimeSource().advance(by: .nanoseconds(-1)) }
        await #expect(processExitsWith: .failure) {
            let time = ManualTimeSource(now: MonotonicInstant(nanoseconds: 10))
            time.advance(to: MonotonicInstant(nanoseconds: 9))
        }
    }

    private func cancelEverySecond(of sleepers: [Task<Void, any Error>]) async {
        for (index, sleeper) in sleepers.enumerated() where index % 2 == 0 { sleeper.cancel() }
    }
}
