import Caching
import Dedup
import DedupTesting
import Testing

extension SemanticsTable {
    // MARK: - Record store down

    @Test func aStoreThatIsDownIsNotNoticedWhereItMayFailOpen() async throws {
        let store = FaultyRecordStore()
        store.fail()
        let writer = RecordWriterConfiguration(batchSize: 2, pendingLimit: 2)
        let desk = try Desk(DeduplicatorConfiguration(recordWriter: writer), store: store)
        for key in 1...5 { #expect(try await desk.answer(UInt64(key)) { 1 }.source == .executed) }
        #expect(desk.deduplicator.statistics.records.dropped == 3)
        await #expect(throws: FaultyRecordStore.Fault.self) { try await desk.deduplicator.flush() }
    }

    @Test func nothingRunsWithoutARecordWhereTheStoreMustNotFail() async throws {
        let store = FaultyRecordStore()
        let desk = try Desk(DeduplicatorConfiguration(recordStoreFailure: .failClosed), store: store)
        store.fail()
        step.gate.open()
        let requests = (0..<2).map { _ in desk.ask { [step] in try await step.run(1) } }
        for request in requests { #expect(await desk.refusal(request) == .recordStoreUnavailable) }
        #expect(step.runs == 0 && desk.deduplicator.cachedResults == 0)
        store.heal()
        #expect(try await desk.answer { 2 }.value == 2)
        #expect(desk.deduplicator.statistics.outcomes.refused == 2)
        #expect(try await store.find(.number(1), step: "step")?.executions == 1)
    }

    @Test func noResultIsHandedOutWithoutItsRecordWhereTheStoreMustNotFail() async throws {
        let store = FaultyRecordStore()
        let desk = try Desk(DeduplicatorConfiguration(recordStoreFailure: .failClosed), store: store)
        store.fail(calls: [2])
        step.gate.open()
        let request = desk.ask { [step] in try await step.run(1) }
        #expect(await desk.refusal(request) == .recordStoreUnavailable)
        #expect(step.runs == 1 && desk.deduplicator.cachedResults == 0)
        await desk.expectNothingLeft()
    }

    // MARK: - Shutdown

    @Test func shutdownWaitsForExecutionsAndWritesTheirRecords() async throws {
        _ = try await desk.answer(9) { 9 }
        let leader = desk.ask { [step] in try await step.run(1) }
        let shutdown = Task.immediate { [desk] in await desk.deduplicator.shutdown(grace: .seconds(10)) }
        #expect(await desk.refusal(desk.ask { 2 }) == .shutDown)
        #expect(await desk.refusal(desk.ask(2) { 2 }) == .shutDown)
        #expect(try await desk.answer(9).value == 9)
        step.gate.open()
        #expect(try await leader.value.value == 1)
        #expect(await shutdown.value)
        #expect(try await desk.records.find(.number(1), step: "step")?.executions == 1)
        #expect(try await desk.records.find(.number(9), step: "step")?.hits == 1)
        await desk.expectNothingLeft()
    }

    @Test func shutdownResumesEveryWaiterWhenTheGraceIsOver() async throws {
        let waiters = (0..<5).map { _ in desk.ask { [step] in try await step.run(1) } }
        let cancelledLeader = desk.ask(2) { [step] in try await step.run(1) }
        cancelledLeader.cancel()
        _ = await cancelledLeader.result
        let newcomer = desk.ask(2) { 2 }
        let shutdown = Task.immediate { [desk] in await desk.deduplicator.shutdown(grace: .seconds(10)) }
        desk.time.advance(by: .seconds(10))
        #expect(await shutdown.value == false)
        for waiter in waiters + [newcomer] { #expect(await desk.refusal(waiter) == .shutDown) }
        try await step.cancelled.wait()
        step.gate.open()
        await desk.expectNothingLeft()
    }

    @Test func twoShutdownsAtOnceBothSucceed() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        let shutdowns = (0..<2).map { _ in Task.immediate { [desk] in await desk.deduplicator.shutdown() } }
        step.gate.open()
        #expect(try await leader.value.value == 1)
        for shutdown in shutdowns { #expect(await shutdown.value) }
    }

    @Test func requestsOfARunningExecutionRunWhileShutdownWaits() async throws {
        let desk = desk
        let leader = desk.ask { [step] in
            let first = try await step.run(1)
            return first + (try await desk.answer(2) { 10 }.value)
        }
        let shutdown = Task.immediate { await desk.deduplicator.shutdown(grace: .seconds(10)) }
        #expect(await desk.refusal(desk.ask(2) { 2 }) == .shutDown)
        step.gate.open()
        #expect(try await leader.value.value == 11)
        #expect(await shutdown.value)
        await desk.expectNothingLeft()
    }

    @Test func shutdownKeepsTimeToWriteCancelledExecutions() async throws {
        let leader = desk.ask { [step] in
            _ = try await step.run(1)
            throw Boom()
        }
        let shutdown = Task.immediate { [desk] in await desk.deduplicator.shutdown(grace: .seconds(10)) }
        desk.time.advance(by: .seconds(8))
        #expect(await desk.refusal(leader) == .shutDown)
        try await step.cancelled.wait()
        step.gate.open()
        #expect(await shutdown.value == false)
        #expect(try await desk.records.find(.number(1), step: "step")?.failures == 1)
        await desk.expectNothingLeft()
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(1), .seconds(Int64.min)])
    func aShutdownThatHasNothingToDoNeedsNoTime(grace: Duration) async throws {
        #expect(await desk.deduplicator.shutdown(grace: grace))
        await desk.expectNothingLeft()
    }

    @Test func aShutdownWithoutTimeSaysThatRecordsAreNotWritten() async throws {
        let store = FaultyRecordStore()
        let desk = try Desk(DeduplicatorConfiguration(), store: store)
        _ = try await desk.answer { 1 }
        _ = store.hang()
        #expect(await desk.deduplicator.shutdown(grace: .zero) == false)
        store.heal()
        await eventually { desk.deduplicator.statistics.records.pending == 0 }
    }

    // MARK: - A store that hangs, and one that comes too late

    @Test(arguments: [1, 2])
    func aStoreThatHangsHoldsNoCallerLongerThanItsTimeout(call: Int) async throws {
        let store = FaultyRecordStore()
        let desk = try Desk(
            DeduplicatorConfiguration(recordStoreFailure: .failClosed, recordTimeout: .seconds(3)), store: store)
        step.gate.open()
        if call == 1 { _ = store.hang() }
        let request = desk.ask { [step] in
            if call == 2 { _ = store.hang() }
            return try await step.run(1)
        }
        await eventually { store.calls == call }
        await eventually { desk.deduplicator.alarmCount == 1 }
        desk.time.advance(by: .seconds(3))
        #expect(await desk.refusal(request) == .recordStoreUnavailable)
        #expect(step.runs == call - 1)
        store.heal()
        // What has run is not run again: its result is handed out once the store has taken its record.
        let answer = try await desk.answer { 2 }
        #expect(answer.value == (call == 1 ? 2 : 1))
        #expect(desk.deduplicator.statistics.outcomes.confirmed == call - 1)
        await desk.expectNothingLeft()
    }

    @Test func anExecutionThatWasCancelledIsInTheHistoryAllTheSame() async throws {
        let store = FaultyRecordStore()
        let desk = try Desk(DeduplicatorConfiguration(recordStoreFailure: .failClosed), store: store)
        let leader = desk.ask { [step] in try await step.run(1) }
        await eventually { [step] in step.runs == 1 }
        leader.cancel()
        _ = await leader.result
        step.gate.open()
        await desk.expectNothingLeft()
        #expect(try await store.find(.number(1), step: "step")?.executions == 1)
    }

    @Test func recordsThatTheStoreRefusedAreWrittenLater() async throws {
        let store = FaultyRecordStore()
        let desk = try Desk(DeduplicatorConfiguration(recordStoreFailure: .failClosed), store: store)
        store.fail(calls: [2])
        #expect(await desk.refusal(desk.ask { 1 }) == .recordStoreUnavailable)
        try await desk.deduplicator.flush()
        #expect(try await store.find(.number(1), step: "step")?.executions == 1)
        #expect(try await store.find(.number(1), step: "step")?.failures == 0)
    }

    // MARK: - Who leaves early

    @Test func theLeaderOfAStepThatBlocksLeavesAtItsDeadline() async throws {
        let (desk, isFree) = (desk, Cell(false))
        let leader = desk.ask(call: CallOptions(deadline: .seconds(1))) {
            // Holds its thread, as a computation would, until the leader has left.
            while !isFree.withLock({ $0 }) {}
            return 1
        }
        await eventually { desk.deduplicator.alarmCount == 1 }
        desk.time.advance(by: .seconds(1))
        #expect(await desk.refusal(leader) == .deadlineExceeded)
        isFree.withLock { $0 = true }
        await desk.expectNothingLeft()
    }

    @Test func aWaiterThatLeftIsNoJoinOfTheRecord() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        let (stays, leaves) = (desk.ask { 2 }, desk.ask { 3 })
        leaves.cancel()
        _ = await leaves.result
        step.gate.open()
        _ = try await (leader.value, stays.value)
        try await desk.deduplicator.flush()
        let record = try await desk.records.find(.number(1), step: "step")
        #expect(record?.executions == 1 && record?.joins == 1)
        #expect(desk.deduplicator.statistics.outcomes.joined == 1)
    }

    @Test func theAlarmOfAGracePeriodGoesWithItsFlight() async throws {
        let policy = ExecutionPolicy(abandonment: .cancel(after: .seconds(60)))
        let leader = desk.ask(policy: policy) { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        #expect(desk.deduplicator.alarmCount == 1)
        step.gate.open()
        await desk.expectNothingLeft()
    }
}
