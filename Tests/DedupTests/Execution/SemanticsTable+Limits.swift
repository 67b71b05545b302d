import Caching
import Dedup
import DedupTesting
import Testing

extension SemanticsTable {
    // MARK: - Recursion

    @Test func aStepThatWaitsForItselfFailsAtOnce() async throws {
        let desk = desk
        let request = desk.ask { try await desk.answer().value }
        #expect(await desk.refusal(request) == .recursiveExecution)
        #expect(desk.deduplicator.statistics.outcomes.recursive == 1)
        await desk.expectNothingLeft()
    }

    @Test func aStepThatWaitsForItselfInAChildTaskFailsAtOnce() async throws {
        let desk = desk
        let request = desk.ask {
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await desk.answer().value }
                return try await group.next() ?? 0
            }
        }
        #expect(await desk.refusal(request) == .recursiveExecution)
        await desk.expectNothingLeft()
    }

    @Test(arguments: [2, 3, 10])
    func aCircleOfStepsFailsAtOnce(length: UInt64) async throws {
        let circle = Circle(desks: [desk], length: length)
        #expect(await desk.refusal(desk.ask(0) { try await circle.run(after: 0) }) == .recursiveExecution)
        await desk.expectNothingLeft()
    }

    @Test func aCircleThroughTwoDeduplicatorsFailsAtOnce() async throws {
        let other = try Desk()
        let circle = Circle(desks: [desk, other], length: 2)
        #expect(await desk.refusal(desk.ask(0) { try await circle.run(after: 0) }) == .recursiveExecution)
        await desk.expectNothingLeft()
        await other.expectNothingLeft()
    }

    @Test(arguments: [
        (ExecutionPolicy(duplicates: .reject), 100),
        (ExecutionPolicy(timeout: .hold(after: .seconds(1))), 100),
        (ExecutionPolicy(), 1),
    ])
    func aCircleIsCalledOneWhateverElseIsInTheWay(policy: ExecutionPolicy, waiterLimit: Int) async throws {
        let desk = try Desk(DeduplicatorConfiguration(waiterLimit: waiterLimit))
        let request = desk.ask(policy: policy) {
            if policy.timeout != .none {
                desk.time.advance(by: .seconds(1))
                await eventually { desk.deduplicator.alarmCount == 0 }
            }
            return try await desk.answer(policy: policy).value
        }
        #expect(await desk.refusal(request) == .recursiveExecution)
        #expect(desk.deduplicator.statistics.outcomes.recursive == 1)
        #expect(desk.deduplicator.statistics.outcomes.failed == 1)
        await desk.expectNothingLeft()
    }

    @Test func aCircleThatTwoRequestsCloseTogetherFailsAtOnce() async throws {
        let (desk, step) = (desk, step)
        let first = desk.ask(1, policy: .sideEffect()) {
            _ = try await step.run(0)
            return try await desk.answer(2).value
        }
        let second = desk.ask(2, policy: .sideEffect()) {
            _ = try await step.run(0)
            return try await desk.answer(1).value
        }
        step.gate.open()
        #expect(await desk.refusal(first) == .recursiveExecution)
        #expect(await desk.refusal(second) == .recursiveExecution)
        #expect(desk.deduplicator.statistics.outcomes.recursive == 1)
        await desk.expectNothingLeft()
    }

    @Test func stepsThatShareAStepWithoutACircleAreNotRefused() async throws {
        let (desk, step) = (desk, step)
        let requests = (1...8).map { key in
            desk.ask(UInt64(key)) { try await desk.answer(100) { try await step.run(5) }.value }
        }
        step.gate.open()
        for request in requests { #expect(try await request.value.value == 5) }
        #expect(step.runs == 1)
        await desk.expectNothingLeft()
    }

    // MARK: - Invalidate during a flight

    @Test(arguments: [false, true])
    func anInvalidatedFlightServesItsWaitersAndNoOneElse(all: Bool) async throws {
        let old = [desk.ask { [step] in try await step.run(1) }, desk.ask { -1 }]
        if all { desk.deduplicator.invalidateAll() } else { #expect(desk.deduplicator.invalidate(.number(1))) }
        let second = HeldStep()
        let new = desk.ask { try await second.run(2) }
        #expect(second.runs == 1)
        step.gate.open()
        for request in old { #expect(try await request.value.value == 1) }
        #expect(desk.deduplicator.cachedResults == 0)
        second.gate.open()
        #expect(try await new.value.value == 2)
        #expect(try await desk.answer().value == 2)
        await desk.expectNothingLeft()
    }

    @Test(arguments: [false, true])
    func aWaiterOfACancelledFlightThatIsInvalidatedStartsAnew(all: Bool) async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        leader.cancel()
        _ = await leader.result
        let second = HeldStep()
        let newcomers = (0..<3).map { _ in desk.ask { try await second.run(2) } }
        #expect(second.runs == 0)
        if all { desk.deduplicator.invalidateAll() } else { #expect(desk.deduplicator.invalidate(.number(1))) }
        await eventually { second.runs == 1 }
        second.gate.open()
        for newcomer in newcomers { #expect(try await newcomer.value.value == 2) }
        step.gate.open()
        await desk.expectNothingLeft()
        #expect(second.runs == 1)
        #expect(try await desk.answer().value == 2)
    }

    @Test func anInvalidatedResultIsNotServed() async throws {
        _ = try await desk.answer { 1 }
        #expect(desk.deduplicator.invalidate(.number(1)))
        #expect(!desk.deduplicator.invalidate(.number(1)))
        #expect(try await desk.answer { 2 }.value == 2)
    }

    // MARK: - What is never cached

    @Test(arguments: [true, false])
    func neitherErrorsNorCancellationAreCachedByDefault(isCancellation: Bool) async throws {
        let error: any Error = isCancellation ? CancellationError() : Boom()
        for _ in 0..<3 { _ = await desk.ask { throw error }.result }
        #expect(desk.deduplicator.statistics.executions.failed == 3)
        #expect(desk.deduplicator.cachedResults == 0)
    }

    @Test func aFailureIsCachedForItsOwnTimeWhereThePolicySaysSo() async throws {
        let policy = ExecutionPolicy(failureTimeToLive: .fixed(.seconds(2)))
        #expect(await desk.ask(policy: policy) { throw Boom(number: 1) }.failure as? Boom == Boom(number: 1))
        desk.time.advance(by: .seconds(2) - .nanoseconds(1))
        #expect(await desk.ask(policy: policy) { 2 }.failure as? Boom == Boom(number: 1))
        desk.time.advance(by: .nanoseconds(1))
        #expect(try await desk.answer(policy: policy) { 2 }.value == 2)
        let statistics = desk.deduplicator.statistics
        #expect(statistics.outcomes.cachedFailures == 1 && statistics.hits == 0 && statistics.requests == 3)
    }

    @Test func cancellationAndTheLibrarysErrorsAreNotCachedWhereFailuresAre() async throws {
        let policy = ExecutionPolicy(failureTimeToLive: .fixed(.seconds(2)))
        _ = await desk.ask(policy: policy) { throw CancellationError() }.result
        _ = await desk.ask(policy: policy) { throw DedupError(.overdue, "") }.result
        #expect(desk.deduplicator.cachedResults == 0)
    }

    // MARK: - Duplicate mode

    @Test func duplicatesAreRefusedWhereTheStepOrTheCallSaysSo() async throws {
        let rejecting = ExecutionPolicy(duplicates: .reject)
        let leader = desk.ask(policy: rejecting) { [step] in try await step.run(1) }
        desk.time.advance(by: .seconds(3))
        let refused = await desk.ask(policy: rejecting) { 2 }.failure as? DedupError
        #expect(refused?.code == .rejected && refused?.elapsed == .seconds(3))
        #expect(await desk.refusal(desk.ask(call: CallOptions(duplicates: .reject)) { 2 }) == .rejected)
        let joiner = desk.ask(policy: rejecting, call: CallOptions(duplicates: .join)) { 2 }
        step.gate.open()
        let outcome = try await leader.value
        #expect(try await joiner.value.value == 1 && outcome.executionID == refused?.executionID && step.runs == 1)
        #expect(desk.deduplicator.statistics.outcomes.rejected == 2)
        #expect(try await desk.answer(policy: rejecting).source == .hit(age: .zero))
    }

    // MARK: - Capacity

    @Test func theNumberOfFlightsIsLimited() async throws {
        let desk = try Desk(DeduplicatorConfiguration(flightLimit: 3))
        let flights = (1...3).map { key in desk.ask(UInt64(key)) { [step] in try await step.run(1) } }
        for key in 4...40 as ClosedRange<UInt64> {
            #expect(await desk.refusal(desk.ask(key) { 2 }) == .tooManyFlights)
        }
        let joiner = desk.ask(2) { 2 }
        step.gate.open()
        for flight in flights { #expect(try await flight.value.value == 1) }
        #expect(try await joiner.value.value == 1)
        #expect(try await desk.answer(4) { 2 }.value == 2)
    }

    @Test func theNumberOfWaitersOfAFlightIsLimited() async throws {
        let desk = try Desk(DeduplicatorConfiguration(waiterLimit: 3))
        let waiters = (0..<3).map { _ in desk.ask { [step] in try await step.run(1) } }
        #expect(await desk.refusal(desk.ask { 2 }) == .tooManyWaiters)
        waiters[1].cancel()
        _ = await waiters[1].result
        let last = desk.ask { 2 }
        step.gate.open()
        #expect(try await last.value.value == 1)
    }

    @Test func stepNamesAreLimitedInLength() async throws {
        let desk = try Desk(DeduplicatorConfiguration(stepNameByteLimit: 4))
        func ask(_ name: String) async -> DedupError.Code? {
            await desk.refusal(
                Task { try await desk.deduplicator.execute(.number(UInt64(name.count)), step: name) { _ in 1 } })
        }
        #expect(await ask("a") == nil)
        #expect(await ask("ééé") == .stepNameLimit)
        #expect(await ask("éé") == nil)
        #expect(await ask("ab") == nil, "It is a hit, which needs no name.")
        #expect(await ask("abc") == nil, "It has three bytes.")
        #expect(desk.deduplicator.statistics.outcomes.refused == 1)
    }

    /// Composed and decomposed, "é" is one string to Swift and two names to a record store.
    @Test func stepNamesAreComparedByteByByte() async throws {
        let names = ["\u{e9}", "e\u{301}"]
        let desk = try Desk(DeduplicatorConfiguration(stepLimit: 2))
        let events = desk.deduplicator.events.subscribe()
        for (key, name) in zip(UInt64(1)..., names) {
            for _ in 1...2 { _ = try await desk.deduplicator.execute(.number(key), step: name) { _ in 1 } }
        }
        events.cancel()
        var heard: [[UInt8]] = []
        for await event in events where event.kind == .cacheHit { heard.append(Array(event.step.utf8)) }
        #expect(heard == names.map { Array($0.utf8) })
    }

    @Test func theNumberOfCachedResultsIsLimited() async throws {
        let desk = try Desk(DeduplicatorConfiguration(cache: CacheConfiguration(capacity: .entries(10), shards: 1)))
        for key in 1...100 { _ = try await desk.answer(UInt64(key)) { 1 } }
        #expect(desk.deduplicator.cachedResults == 10)
        #expect(desk.deduplicator.statistics.cache.evictions == 90)
    }

    // MARK: - Slow subscribers

    @Test func aSlowSubscriberLosesItsOldestEventsWithoutEffectOnOthers() async throws {
        let slow = desk.deduplicator.events.subscribe(buffering: 1)
        let fast = desk.deduplicator.events.subscribe(buffering: 1_000)
        for key in 1...100 { _ = try await desk.answer(UInt64(key)) { 1 } }
        await desk.deduplicator.shutdown()
        #expect(slow.droppedEvents == 199 && desk.deduplicator.statistics.eventsDropped == 199)
        var kinds: [ExecutionEvent.Kind] = []
        for await event in fast { kinds.append(event.kind) }
        #expect(kinds == (0..<100).flatMap { _ in [.executionStarted, .executionCompleted] })
        var last: [Fingerprint] = []
        for await event in slow { last.append(event.fingerprint) }
        #expect(last == [.number(100)])
    }
}

/// Steps of which each waits for the next, and the last for the first.
private struct Circle: Sendable {
    let desks: [Desk]
    let length: UInt64

    func run(after key: UInt64) async throws -> Int {
        let next = (key + 1) % length
        return try await desks[Int(next) % desks.count].answer(next) { try await run(after: next) }.value
    }
}
