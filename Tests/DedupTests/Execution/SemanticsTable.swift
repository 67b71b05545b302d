import Caching
import Dedup
import DedupTesting
import Testing

/// The table of semantics that the guide documents, row by row: each test fails when its row is broken.
@Suite(.timeLimit(.minutes(1))) struct SemanticsTable {
    let step = HeldStep()
    let desk: Desk

    init() throws { desk = try Desk() }

    // MARK: - Leader throws

    @Test func theLeadersErrorGoesToAllWaitersAndTheNextRequestStartsAfresh() async throws {
        let runs = HeldStep()
        let body: @Sendable () async throws -> Int = { throw Boom(number: try await runs.run(7)) }
        let waiters = (0..<4).map { _ in desk.ask { try await body() } }
        runs.gate.open()
        for waiter in waiters { #expect(await waiter.failure as? Boom == Boom(number: 7)) }
        #expect(runs.runs == 1)
        #expect(try await desk.answer { 8 }.source == .executed)
        #expect(desk.deduplicator.statistics.outcomes.failed == 4)
        #expect(desk.deduplicator.statistics.executions.failed == 1)
        await desk.expectNothingLeft()
    }

    // MARK: - Leader's caller is cancelled

    @Test func aCancelledLeaderLeavesAndTheFlightGoesOnForTheOthers() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        let joiner = desk.ask { 2 }
        leader.cancel()
        #expect(await leader.failure is CancellationError)
        step.gate.open()
        let outcome = try await joiner.value
        #expect(outcome.value == 1 && outcome.source == .joined)
        #expect(!step.cancelled.isOpen && step.runs == 1)
        #expect(try await desk.answer().value == 1)
        await desk.expectNothingLeft()
    }

    @Test func aRequestOfACancelledTaskStartsNothing() async throws {
        let (desk, step) = (desk, step)
        let request = Task.immediate {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await desk.deduplicator.execute(.number(1)) { _ in try await step.run(1) }
        }
        #expect(await request.failure is CancellationError)
        #expect(step.runs == 0)
    }

    // MARK: - Last waiter leaves

    @Test func theExecutionIsCancelledAtOnceWhenTheLastWaiterLeaves() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        let joiner = desk.ask { 2 }
        joiner.cancel()
        _ = await joiner.result
        #expect(!step.cancelled.isOpen)
        leader.cancel()
        try await step.cancelled.wait()
        step.gate.open()
        await desk.expectNothingLeft()
        #expect(try await desk.answer { 3 }.value == 3)
    }

    @Test func aJoinWithinTheGracePeriodKeepsTheExecutionAlive() async throws {
        let policy = ExecutionPolicy(abandonment: .cancel(after: .seconds(5)))
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        desk.time.advance(by: .seconds(5) - .nanoseconds(1))
        let joiner = desk.ask(policy: policy) { 2 }
        desk.time.advance(by: .seconds(60))
        await eventually { desk.deduplicator.alarmCount == 0 }
        #expect(!step.cancelled.isOpen)
        step.gate.open()
        let outcome = try await joiner.value
        #expect(outcome.value == 1 && outcome.source == .joined && step.runs == 1)
        await desk.expectNothingLeft()
    }

    @Test func theExecutionIsCancelledWhenTheGracePeriodEnds() async throws {
        let policy = ExecutionPolicy(abandonment: .cancel(after: .seconds(5)))
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        #expect(!step.cancelled.isOpen)
        desk.time.advance(by: .seconds(5))
        try await step.cancelled.wait()
        step.gate.open()
        await desk.expectNothingLeft()
        #expect(desk.deduplicator.cachedResults == 0)
    }

    @Test func theGracePeriodStartsAnewWhenTheLastWaiterLeavesAgain() async throws {
        let policy = ExecutionPolicy(abandonment: .cancel(after: .seconds(5)))
        for _ in 0..<3 {
            let waiter = desk.ask(policy: policy) { [step] in try await step.run(1) }
            waiter.cancel()
            _ = await waiter.result
            desk.time.advance(by: .seconds(3))
        }
        await eventually { desk.deduplicator.alarmCount == 1 }
        #expect(!step.cancelled.isOpen && step.runs == 1)
        desk.time.advance(by: .seconds(2))
        try await step.cancelled.wait()
        step.gate.open()
        await desk.expectNothingLeft()
    }

    @Test func anExecutionWithSideEffectsCompletesAndItsResultIsCached() async throws {
        let leader = desk.ask(policy: .sideEffect()) { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        step.gate.open()
        await desk.expectNothingLeft()
        #expect(!step.cancelled.isOpen)
        #expect(try await desk.answer().value == 1)
        #expect(desk.deduplicator.statistics.executions.succeeded == 1)
    }

    // MARK: - A newcomer meets a flight that is being cancelled

    @Test func aNewcomerNeverJoinsACancelledFlightAndStartsOnceItHasEnded() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        let second = HeldStep()
        let newcomers = (0..<3).map { _ in desk.ask { try await second.run(2) } }
        #expect(second.runs == 0)
        step.gate.open()
        await eventually { second.runs == 1 }
        second.gate.open()
        for newcomer in newcomers { #expect(try await newcomer.value.value == 2) }
        #expect(second.runs == 1)
        #expect(try await desk.answer().value == 2)
        #expect(desk.deduplicator.statistics.executions.superseded == 1)
        await desk.expectNothingLeft()
    }

    @Test func aNewcomerOverlapsACancelledFlightWhereThatIsAllowed() async throws {
        let policy = ExecutionPolicy(overlap: .allowed)
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        let outcome = try await desk.answer(policy: policy) { 2 }
        #expect(outcome.value == 2 && outcome.source == .executed && step.runs == 1)
        step.gate.open()
        await desk.expectNothingLeft()
        #expect(try await desk.answer().value == 2)
    }

    @Test func aNewcomerThatWaitsForACancelledFlightCanLeave() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        let cancelled = desk.ask { 2 }
        let late = desk.ask(call: CallOptions(deadline: .seconds(1))) { 3 }
        cancelled.cancel()
        #expect(await cancelled.failure is CancellationError)
        desk.time.advance(by: .seconds(1))
        #expect(await desk.refusal(late) == .deadlineExceeded)
        step.gate.open()
        await desk.expectNothingLeft()
    }

    @Test(arguments: [ExecutionTimeout.hold(after: .seconds(1)), .supersede(after: .seconds(1))])
    func aCancelledFlightThatExceedsItsTimeoutLeavesNothingBehind(timeout: ExecutionTimeout) async throws {
        let policy = ExecutionPolicy(timeout: timeout)
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        let newcomer = desk.ask(policy: policy) { 2 }
        desk.time.advance(by: .seconds(1))
        switch timeout {
        case .hold: #expect(await desk.refusal(newcomer) == .overdue)
        case .supersede, .none: #expect(try await newcomer.value.value == 2)
        }
        step.gate.open()
        await desk.expectNothingLeft()
    }
}
