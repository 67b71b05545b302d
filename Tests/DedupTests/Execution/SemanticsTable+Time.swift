import Caching
import Dedup
import DedupTesting
import Testing

extension SemanticsTable {
    // MARK: - The execution exceeds its timeout

    @Test func aSupersededExecutionServesOnlyItsOwnWaiters() async throws {
        let policy = ExecutionPolicy(timeout: .supersede(after: .seconds(10)))
        let old = [desk.ask(policy: policy) { [step] in try await step.run(1) }, desk.ask(policy: policy) { -1 }]
        desk.time.advance(by: .seconds(10))
        let second = HeldStep()
        var new: [Task<Outcome<Int>, any Error>] = []
        await eventually {
            guard await hasBeenSuperseded() else { return false }
            new = (0..<2).map { _ in desk.ask(policy: policy) { try await second.run(2) } }
            return true
        }
        #expect(second.runs == 1)
        step.gate.open()
        let late = [try await old[0].value, try await old[1].value]
        #expect(late.map(\.value) == [1, 1] && late.map(\.source) == [.executed, .joined])
        #expect(desk.deduplicator.cachedResults == 0)
        second.gate.open()
        let fresh = [try await new[0].value, try await new[1].value]
        #expect(fresh.map(\.value) == [2, 2] && fresh[0].epoch > late[0].epoch)
        #expect(try await desk.answer().epoch == fresh[0].epoch)
        #expect(desk.deduplicator.statistics.executions.superseded == 1)
        await desk.expectNothingLeft()
    }

    @Test func aLateResultDoesNotReplaceTheNewerOne() async throws {
        let policy = ExecutionPolicy(timeout: .supersede(after: .seconds(10)))
        let old = desk.ask(policy: policy) { [step] in try await step.run(1) }
        desk.time.advance(by: .seconds(10))
        await eventually { await hasBeenSuperseded() }
        #expect(try await desk.answer(policy: policy) { 2 }.source == .executed)
        step.gate.open()
        #expect(try await old.value.value == 1)
        #expect(try await desk.answer().value == 2)
        await desk.expectNothingLeft()
    }

    /// A step that hangs under `supersede` does not pile up executions without end: the last of as many as may overlap
    /// holds its key.
    @Test(arguments: [1, 2, 3])
    func supersededExecutionsPileUpToALimit(limit: Int) async throws {
        let policy = ExecutionPolicy(timeout: .supersede(after: .seconds(10)), overlapLimit: limit)
        var requests: [Task<Outcome<Int>, any Error>] = []
        for execution in 1...limit {
            requests.append(desk.ask(policy: policy) { [step] in try await step.run(execution) })
            #expect(step.runs == execution)
            desk.time.advance(by: .seconds(10))
            await eventually { desk.deduplicator.alarmCount == 0 }
        }
        for _ in 0..<3 { #expect(await desk.refusal(desk.ask(policy: policy) { -1 }) == .overdue) }
        #expect(step.runs == limit)
        step.gate.open()
        for request in requests { _ = try await request.value }
        await desk.expectNothingLeft()
        // The one that held its key was current all the time.
        #expect(try await desk.answer(policy: policy) { -1 }.value == limit)
    }

    @Test func aCancelledExecutionIsOverlappedUpToALimit() async throws {
        let policy = ExecutionPolicy(overlap: .allowed, overlapLimit: 2)
        for execution in 1...2 {
            let request = desk.ask(policy: policy) { [step] in try await step.run(execution) }
            request.cancel()
            _ = await request.result
        }
        let newcomer = desk.ask(policy: policy) { 3 }
        #expect(step.runs == 2 && desk.deduplicator.waiterCount(.number(1)) == 1)
        step.gate.open()
        #expect(try await newcomer.value.value == 3)
        await desk.expectNothingLeft()
    }

    private func hasBeenSuperseded() async -> Bool { !desk.deduplicator.hasFlight(.number(1)) }

    @Test func aHeldKeyStaysTakenAndNewcomersAreToldAtOnce() async throws {
        let policy = ExecutionPolicy(timeout: .hold(after: .seconds(10)))
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        desk.time.advance(by: .seconds(11))
        var refusal: DedupError?
        await eventually {
            let request = desk.ask(policy: policy, call: CallOptions(duplicates: .reject)) { 2 }
            refusal = await request.failure as? DedupError
            return refusal?.code == .overdue
        }
        #expect(refusal?.elapsed == .seconds(11))
        #expect(await desk.refusal(desk.ask(policy: policy) { 2 }) == .overdue)
        step.gate.open()
        let outcome = try await leader.value
        #expect(outcome.value == 1 && outcome.executionID == refusal?.executionID && !step.cancelled.isOpen)
        #expect(try await desk.answer().value == 1)
        #expect(desk.deduplicator.statistics.outcomes.overdue == 2)
        await desk.expectNothingLeft()
    }

    @Test func anAbandonedExecutionThatBecomesOverdueIsCancelledAndNotJoined() async throws {
        let policy = ExecutionPolicy(abandonment: .cancel(after: .seconds(60)), timeout: .hold(after: .seconds(10)))
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        desk.time.advance(by: .seconds(10))
        try await step.cancelled.wait()
        #expect(await desk.refusal(desk.ask(policy: policy) { 2 }) == .overdue)
        step.gate.open()
        await eventually { desk.deduplicator.statistics.flights == 0 }
        #expect(desk.deduplicator.cachedResults == 0)
    }

    @Test func anExecutionThatEndsInTimeIsNotSuperseded() async throws {
        let policy = ExecutionPolicy(timeout: .supersede(after: .seconds(10)))
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        desk.time.advance(by: .seconds(10) - .nanoseconds(1))
        step.gate.open()
        #expect(try await leader.value.value == 1)
        #expect(desk.deduplicator.alarmCount == 0)
        #expect(try await desk.answer().value == 1)
    }

    // MARK: - A waiter's own deadline or cancellation

    @Test func onlyTheWaiterWhoseDeadlinePassesLeaves() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        let hurried = desk.ask(call: CallOptions(deadline: .seconds(2))) { 2 }
        let cancelled = desk.ask { 3 }
        let patient = desk.ask(call: CallOptions(deadline: .seconds(3))) { 4 }
        desk.time.advance(by: .seconds(2))
        #expect(await desk.refusal(hurried) == .deadlineExceeded)
        cancelled.cancel()
        #expect(await cancelled.failure is CancellationError)
        #expect(!step.cancelled.isOpen)
        step.gate.open()
        #expect(try await leader.value.source == .executed)
        #expect(try await patient.value.source == .joined)
        #expect(step.runs == 1)
        let outcomes = desk.deduplicator.statistics.outcomes
        #expect([outcomes.executed, outcomes.joined, outcomes.cancelled, outcomes.deadlineExceeded] == [1, 1, 1, 1])
        await desk.expectNothingLeft()
    }

    @Test func theLeadersOwnDeadlineLeavesTheFlightToTheOthers() async throws {
        let leader = desk.ask(call: CallOptions(deadline: .seconds(2))) { [step] in try await step.run(1) }
        let joiner = desk.ask { 2 }
        desk.time.advance(by: .seconds(2))
        #expect(await desk.refusal(leader) == .deadlineExceeded)
        step.gate.open()
        #expect(try await joiner.value.value == 1)
        await desk.expectNothingLeft()
    }

    @Test func aDeadlineThatHasPassedStartsNothing() async throws {
        let request = desk.ask(call: CallOptions(deadline: .zero)) { [step] in try await step.run(1) }
        #expect(await desk.refusal(request) == .deadlineExceeded)
        #expect(step.runs == 0)
    }

    // MARK: - The TTL boundary

    @Test(arguments: [TimeToLive.fixed(.seconds(300)), .sliding(.seconds(300))])
    func aResultIsAliveBeforeItsDeadlineAndGoneAtIt(timeToLive: TimeToLive) async throws {
        let policy = ExecutionPolicy(timeToLive: timeToLive)
        _ = try await desk.answer(1, policy: policy) { 1 }
        _ = try await desk.answer(2, policy: policy) { 1 }
        desk.time.advance(by: .seconds(300) - .nanoseconds(1))
        let hit = try await desk.answer(1, policy: policy)
        #expect(hit.source == .hit(age: .seconds(300) - .nanoseconds(1)))
        desk.time.advance(by: .nanoseconds(1))
        let rerun = try await desk.answer(2, policy: policy) { 2 }
        #expect(rerun.source == .executed && rerun.value == 2)
        #expect(desk.deduplicator.statistics.cache.expirations == 1)
    }

    @Test func oneExecutionFollowsWhenManyComeAtTheDeadline() async throws {
        _ = try await desk.answer { 1 }
        desk.time.advance(by: .seconds(300))
        let herd = (0..<1_000).map { _ in desk.ask { [step] in try await step.run(2) } }
        step.gate.open()
        for request in herd { #expect(try await request.value.value == 2) }
        #expect(step.runs == 1)
    }
}
