import Caching
import Dedup
import DedupTesting
import Dispatch
import Testing

@Suite(.timeLimit(.minutes(1))) struct DeduplicatorTests {
    let step = HeldStep()
    let desk: Desk

    init() throws { desk = try Desk() }

    // MARK: - Exactly once

    @Test func tenThousandCallersAtOnceCauseOneExecution() async throws {
        let (desk, step) = (desk, step)
        let values = try await withThrowingTaskGroup(of: Outcome<Int>.self) { group in
            for _ in 0..<10_000 {
                group.addTask { try await desk.deduplicator.execute(.number(1)) { _ in try await step.run(7) } }
            }
            await eventually { desk.deduplicator.waiterCount(.number(1)) == 10_000 }
            step.gate.open()
            return try await group.reduce(into: [:]) { $0[$1.source, default: 0] += $1.value }
        }
        #expect(step.runs == 1)
        #expect(values == [.executed: 7, .joined: 7 * 9_999])
        await desk.expectNothingLeft()
    }

    @Test func aResultThatComesBetweenAMissAndTheClaimIsAHit() async throws {
        let time = HookedTime()
        let deduplicator = Deduplicator(time: time)
        let first = Cell<Task<Outcome<Int>, any Error>?>(nil)
        time.onReading(2) {
            let request = Task.immediate { try await deduplicator.execute(.number(1)) { _ in 1 } }
            first.withLock { $0 = request }
        }
        // The second reading is that of the claim, when it has missed.
        let second = try await deduplicator.execute(.number(1)) { _ in 2 }
        #expect(try await first.withLock { $0 }?.value.source == .executed)
        #expect(second.value == 1 && second.source == .hit(age: .zero))
        #expect(deduplicator.statistics.executions.started == 1)
    }

    // MARK: - Values

    @Test func anOptionalThatIsNilIsAValueAndIsCached() async throws {
        let runs = Cell(0)
        for expected in [OutcomeSource.executed, .hit(age: .zero), .hit(age: .zero)] {
            let outcome: Outcome<Int?> = try await desk.deduplicator.execute(.number(1)) { _ in
                runs.withLock { $0 += 1 }
                return nil
            }
            #expect(outcome.value == nil && outcome.source == expected)
        }
        #expect(runs.withLock { $0 } == 1)
    }

    @Test func valuesOfEveryKindComeBackAsTheyWere() async throws {
        func roundTrip<Value: Sendable & Equatable>(_ value: Value, _ key: UInt64) async throws {
            for _ in 0..<2 {
                let outcome = try await desk.deduplicator.execute(.number(key)) { _ in value }
                #expect(outcome.value == value)
            }
        }
        try await roundTrip("text", 1)
        try await roundTrip(Int??.some(nil), 2)
        try await roundTrip([1: ["a", nil]], 3)
        try await roundTrip(desk.deduplicator.statistics, 4)
        for _ in 0..<2 { try await desk.deduplicator.execute(.number(5)) { _ in }.value }
        let error: any Error = try await desk.deduplicator.execute(.number(6)) { _ -> any Error in Boom() }.value
        #expect(error is Boom)
        #expect(desk.deduplicator.statistics.hits == 5 && desk.deduplicator.cachedResults == 6)
    }

    @Test func aResultOfAnotherTypeIsAnErrorAndNoHit() async throws {
        _ = try await desk.answer { 1 }
        let mismatch = await #expect(throws: DedupError.self) {
            try await desk.deduplicator.execute(.number(1)) { _ in "text" }
        }
        #expect(mismatch?.code == .typeMismatch && mismatch?.message.contains("String") == true)
        let leader = desk.ask(2) { [step] in try await step.run(1) }
        let joiner = Task.immediate { [desk] in try await desk.deduplicator.execute(.number(2)) { _ in "text" } }
        step.gate.open()
        #expect((await joiner.failure as? DedupError)?.code == .typeMismatch)
        _ = try await leader.value
        let statistics = desk.deduplicator.statistics
        #expect(statistics.hits == 0 && statistics.outcomes.refused == 1 && statistics.requests == 4)
    }

    // MARK: - Outcomes

    @Test func anOutcomeNamesTheExecutionThatMadeIt() async throws {
        let id = Cell<UInt64>(0)
        let (desk, step) = (desk, step)
        let leader = Task.immediate {
            try await desk.deduplicator.execute(.number(1), step: "named") { execution in
                #expect(execution == ExecutionContext.current && execution.step == "named")
                id.withLock { $0 = execution.executionID }
                return try await step.run(1)
            }
        }
        let joiner = desk.ask { 2 }
        step.gate.open()
        let outcomes = [try await leader.value, try await joiner.value, try await desk.answer()]
        let executionID = id.withLock { $0 }
        #expect(executionID > 0 && outcomes.allSatisfy { $0.executionID == executionID && $0.epoch == executionID })
        #expect(outcomes.map(\.source) == [.executed, .joined, .hit(age: .zero)])
        #expect(try await desk.answer(2) { 1 }.executionID > executionID)
    }

    @Test func theAgeOfAHitIsNeverNegative() async throws {
        let time = HookedTime()
        let deduplicator = Deduplicator(time: time)
        time.time.advance(by: .seconds(10))
        _ = try await deduplicator.execute(.number(1)) { _ in 1 }
        time.delayNextReading(from: MonotonicInstant(nanoseconds: 1))
        #expect(try await deduplicator.execute(.number(1)) { _ in 1 }.source == .hit(age: .zero))
    }

    // MARK: - What is cached, for how long, and how heavy

    @Test func aStepDecidesForEachResultHowLongItLives() async throws {
        let desk = desk
        let runs = Cell(0)
        func ask(_ key: UInt64, _ value: Int) async throws -> OutcomeSource {
            try await desk.deduplicator.execute(
                .number(key), timeToLive: { $0 == 0 ? nil : .fixed(.seconds($0)) },
                { _ in
                    runs.withLock { $0 += 1 }
                    return value
                }
            ).source
        }
        #expect(try await ask(1, 0) == .executed)
        #expect(try await ask(1, 0) == .executed)
        #expect(try await ask(2, 5) == .executed)
        desk.time.advance(by: .seconds(4))
        #expect(try await ask(2, 5) == .hit(age: .seconds(4)))
        desk.time.advance(by: .seconds(1))
        #expect(try await ask(2, 5) == .executed)
        #expect(runs.withLock { $0 } == 4)
    }

    @Test func aHeavyResultTakesTheRoomOfManyAndOneTooHeavyIsNotCached() async throws {
        let desk = try Desk(DeduplicatorConfiguration(cache: CacheConfiguration(capacity: .weight(10), shards: 1)))
        for key in 1...10 { _ = try await desk.answer(UInt64(key)) { 1 } }
        #expect(desk.deduplicator.cachedResults == 10)
        _ = try await desk.answer(11, policy: ExecutionPolicy(weight: 10)) { 1 }
        #expect(desk.deduplicator.cachedResults <= 1)
        _ = try await desk.answer(12, policy: ExecutionPolicy(weight: 11)) { 1 }
        #expect(desk.deduplicator.statistics.cache.rejectedTooHeavy == 1)
        #expect(try await desk.answer(12) { 2 }.source == .executed)
    }

    @Test func aStepDecidesForEachResultHowHeavyItIs() async throws {
        let desk = try Desk(DeduplicatorConfiguration(cache: CacheConfiguration(capacity: .weight(10), shards: 1)))
        for (key, weight) in [(1, 4), (2, 6), (3, 11), (4, 0)] as [(UInt64, Int)] {
            _ = try await desk.deduplicator.execute(.number(key), weight: { $0 }, { _ in weight })
        }
        // The heaviest never fits; the lightest counts as 1, for which one of the others has to go.
        var found: [UInt64] = []
        for key in [1, 2, 3, 4] as [UInt64]
        where try await desk.deduplicator.execute(
            .number(key), policy: ExecutionPolicy(timeToLive: nil), { _ in -1 }
        ).value >= 0 { found.append(key) }
        #expect(found.count == 2 && found.contains(4) && !found.contains(3))
    }

    @Test func nothingIsCachedWithoutATimeToLive() async throws {
        let policy = ExecutionPolicy(timeToLive: nil)
        for value in 1...3 { #expect(try await desk.answer(policy: policy) { value }.value == value) }
    }

    // MARK: - The step's surroundings

    @TaskLocal static var request = "none"

    @Test func theLeadersTaskLocalsDoNotLeakIntoTheStep() async throws {
        let (desk, step) = (desk, step)
        let seen = try await Self.$request.withValue("the leader's") {
            try await desk.deduplicator.execute(.number(1)) { _ in Self.request }.value
        }
        #expect(seen == "none")
        step.gate.open()
        let afterSuspension = try await Self.$request.withValue("the leader's") {
            try await desk.deduplicator.execute(.number(2)) { _ in
                _ = try await step.run(1)
                return Self.request
            }.value
        }
        #expect(afterSuspension == "none")
    }

    @Test(arguments: [TaskPriority.background, .low, .medium, .high])
    func theStepRunsWithThePriorityOfItsLeader(priority: TaskPriority) async throws {
        let desk = desk
        let seen = Cell<TaskPriority?>(nil)
        let leader = Task.detached(priority: priority) {
            try await desk.deduplicator.execute(.number(1)) { _ in
                await Task.yield()
                seen.withLock { $0 = Task.basePriority }
            }
        }
        // Awaiting the leader before would raise its priority to that of the test.
        await eventually { seen.withLock { $0 != nil } }
        #expect(seen.withLock { $0 } == priority)
        _ = try await leader.value
    }

    /// The requests wait for the flight and not for its task, so the runtime does not know what they wait for.
    @Test func aMoreUrgentRequestThatJoinsDoesNotRaiseTheExecution() async throws {
        let deduplicator = desk.deduplicator
        let latch = Latch()
        let seen = Cell<TaskPriority?>(nil)
        let leader = Task.detached(priority: .background) {
            try await deduplicator.execute(.number(1)) { _ in
                try await latch.wait()
                seen.withLock { $0 = Task.currentPriority }
            }
        }
        try await latch.waitForWaiters(1)
        let joiner = Task.detached(priority: .high) { try await deduplicator.execute(.number(1)) { _ in } }
        await eventually { deduplicator.waiterCount(.number(1)) == 2 }
        latch.open()
        #expect(try await joiner.value.source == .joined)
        #expect(seen.withLock { $0 } == .background)
        _ = try await leader.value
    }

    @Test func aStepThatNeverSuspendsIsAnsweredAsAnyOther() async throws {
        let outcome = try await desk.answer { (1...1_000).reduce(0, +) }
        #expect(outcome.value == 500_500 && outcome.source == .executed)
        await desk.expectNothingLeft()
    }

    @Test func aStepThatBlocksItsThreadHoldsUpNeitherJoinersNorHits() async throws {
        let desk = desk
        let isBlocking = Cell(false)
        let mayGoOn = Cell(false)
        _ = try await desk.answer(2) { 2 }
        let leader = Task.detached {
            try await desk.answer(1) {
                isBlocking.withLock { $0 = true }
                while !mayGoOn.withLock({ $0 }) {}
                return 1
            }
        }
        await eventually { isBlocking.withLock { $0 } }
        let joiner = desk.ask(1, call: CallOptions(deadline: .seconds(1))) { -1 }
        #expect(try await desk.answer(2).value == 2)
        #expect(await desk.refusal(desk.ask(1, call: CallOptions(duplicates: .reject)) { -1 }) == .rejected)
        joiner.cancel()
        #expect(await joiner.failure is CancellationError)
        mayGoOn.withLock { $0 = true }
        #expect(try await leader.value.value == 1)
        await desk.expectNothingLeft()
    }

    @Test func aCancellationHandlerThatBlocksHoldsUpNoDeadlineOfOthers() async throws {
        let handler = BlockingHandler()
        // Without a deadline the step has suspended when this returns: one that has not would block a second thread, because
        // its task cannot suspend while it is being cancelled.
        let leader = desk.ask(1) { [step] in try await handler.whileRunning { try await step.run(1) } }
        let first = desk.ask(1, call: CallOptions(deadline: .seconds(1))) { throw Boom() }
        leader.cancel()
        #expect(await leader.failure is CancellationError)
        let second = desk.ask(2, call: CallOptions(deadline: .seconds(2))) { [step] in try await step.run(2) }
        desk.time.advance(by: .seconds(1))
        #expect(await desk.refusal(first) == .deadlineExceeded)
        await eventually { handler.isBlocking }
        desk.time.advance(by: .seconds(1))
        #expect(await desk.refusal(second) == .deadlineExceeded)
        handler.release()
        step.gate.open()
        await desk.expectNothingLeft()
    }

    @Test func aCancellationHandlerThatBlocksHoldsUpNoShutdown() async throws {
        let (desk, handler) = (desk, BlockingHandler())
        let waiters = (0..<2).map { _ in
            desk.ask { [step] in try await handler.whileRunning { try await step.run(1) } }
        }
        let shutdown = Task.immediate { await desk.deduplicator.shutdown(grace: .seconds(10)) }
        desk.time.advance(by: .seconds(10))
        for waiter in waiters { #expect(await desk.refusal(waiter) == .shutDown) }
        #expect(await shutdown.value == false)
        await eventually { handler.isBlocking }
        handler.release()
        step.gate.open()
        await desk.expectNothingLeft()
    }

    @Test func aCancellationErrorOfTheStepItselfIsNoCancellationOfItsWaiters() async throws {
        let waiters = (0..<3).map { _ in
            desk.ask { [step] in
                _ = try await step.run(1)
                throw CancellationError()
            }
        }
        step.gate.open()
        for waiter in waiters { #expect(await desk.refusal(waiter) == .stepCancelledItself) }
        let statistics = desk.deduplicator.statistics
        #expect(statistics.outcomes.failed == 3 && statistics.outcomes.cancelled == 0)
    }

    @Test func nothingStaysBehindWhenADeduplicatorIsDropped() async throws {
        let time = ManualTimeSource()
        weak var dropped: Deduplicator?
        do {
            let deduplicator = Deduplicator(time: time)
            dropped = deduplicator
            _ = try await deduplicator.execute(
                .number(1), policy: ExecutionPolicy(timeout: .hold(after: .seconds(60)))
            ) { _ in
                try await time.waitForSleepers(1)
                return 1
            }
        }
        await eventually { time.sleeperCount == 0 }
        #expect(dropped == nil)
    }

    // MARK: - The order of an end

    /// A joiner that comes to suspend after the execution has ended, and before that is reported.
    @Test func noWaiterHasAResultBeforeItsExecutionIsReported() async throws {
        let time = HookedTime()
        let deduplicator = Deduplicator(time: time)
        let subscription = deduplicator.events.subscribe()
        let leader = Task.immediate { [step] in
            try await deduplicator.execute(.number(1)) { _ in try await step.run(1) }
        }
        let (reports, mayReport) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // The joiner reads the wall time for its event, when it has joined and not suspended; the next to read it reports the
        // end of the execution.
        time.onNextWallTime { [step] in
            time.onNextWallTime {
                reports.signal()
                mayReport.wait()
            }
            step.gate.open()
            reports.wait()
        }
        let isAnswered = Cell(false)
        let joiner = Task.immediate {
            let answer = try await deduplicator.execute(.number(1)) { _ in -1 }
            isAnswered.withLock { $0 = true }
            return answer
        }
        #expect(!isAnswered.withLock { $0 })
        mayReport.signal()
        #expect(try await joiner.value.source == .joined)
        #expect(try await leader.value.source == .executed)
        _ = subscription
    }

    // MARK: - Shutdown

    @Test func shutdownWaitsForAnExecutionThatIsJustBeginning() async throws {
        let time = HookedTime()
        let deduplicator = Deduplicator(time: time)
        let subscription = deduplicator.events.subscribe()
        let shutdown = Cell<Task<Bool, Never>?>(nil)
        time.onNextWallTime {
            shutdown.withLock { $0 = Task.immediate { await deduplicator.shutdown(grace: .seconds(10)) } }
        }
        let leader = Task.immediate { [step] in
            try await deduplicator.execute(.number(1)) { _ in try await step.run(1) }
        }
        time.time.advance(by: .seconds(10))
        #expect(await shutdown.withLock { $0 }?.value == false)
        #expect((await leader.failure as? DedupError)?.code == .shutDown)
        step.gate.open()
        await eventually { deduplicator.statistics.executions.running == 0 }
        _ = subscription
    }
}
