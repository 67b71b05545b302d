import Caching
import Dedup
import DedupTesting
import Testing

/// Results without an execution of one's own: looked up, put in, refreshed, and invalidated by what they belong to.
@Suite(.timeLimit(.minutes(1))) struct ResultsTests {
    let step = HeldStep()
    let desk: Desk

    init() throws { desk = try Desk() }

    var deduplicator: Deduplicator { desk.deduplicator }

    // MARK: - Cached results

    @Test func aCachedResultIsFoundWithoutExecutingAnything() async throws {
        #expect(try deduplicator.cached(.number(1), as: Int.self) == nil)
        #expect(deduplicator.statistics.requests == 0)
        let made = try await desk.answer { 7 }
        desk.time.advance(by: .seconds(3))
        let found = try #require(try deduplicator.cached(.number(1), as: Int.self))
        #expect(found.value == 7 && found.source == .hit(age: .seconds(3)) && found.executionID == made.executionID)
        #expect(deduplicator.statistics.hits == 1)
    }

    @Test func aCachedResultOfAnotherTypeIsAnError() async throws {
        _ = try await desk.answer { 7 }
        let error = #expect(throws: DedupError.self) { try deduplicator.cached(.number(1), as: String.self) }
        #expect(error?.code == .typeMismatch)
    }

    @Test func aCachedFailureIsThrown() async throws {
        let policy = ExecutionPolicy(failureTimeToLive: .fixed(.seconds(9)))
        _ = await desk.ask(policy: policy) { throw Boom(number: 3) }.result
        #expect(throws: Boom(number: 3)) { try deduplicator.cached(.number(1), as: Int.self) }
    }

    // MARK: - Putting

    @Test func aValueThatIsPutIsServedForItsTime() async throws {
        try deduplicator.put(5, for: .number(1), step: "step", timeToLive: .fixed(.seconds(10)))
        #expect(try await desk.answer().value == 5)
        desk.time.advance(by: .seconds(10))
        #expect(try await desk.answer { 6 }.source == .executed)
    }

    @Test func aValueThatIsPutReplacesTheCachedResultAndTheRunningExecution() async throws {
        _ = try await desk.answer { 1 }
        try deduplicator.put(2, for: .number(1))
        #expect(try await desk.answer().value == 2)
        let running = desk.ask(2) { [step] in try await step.run(3) }
        try deduplicator.put(4, for: .number(2))
        #expect(try await desk.answer(2).value == 4)
        step.gate.open()
        #expect(try await running.value.value == 3, "Its waiter gets the value of the execution.")
        #expect(try await desk.answer(2).value == 4, "The execution is older than the value.")
        await desk.expectNothingLeft()
    }

    @Test func aTimeToLiveThatKeepsNothingCannotBePut() {
        let error = #expect(throws: DedupError.self) {
            try deduplicator.put(1, for: .number(1), timeToLive: .fixed(.zero))
        }
        #expect(error?.code == .invalidConfiguration && error?.message.contains("timeToLive") == true)
    }

    // MARK: - Refreshing

    @Test func aRefreshExecutesAlthoughAResultIsCachedAndOthersAreServedMeanwhile() async throws {
        _ = try await desk.answer { 1 }
        let refresh = desk.ask(call: CallOptions(refresh: true)) { [step] in try await step.run(2) }
        #expect(try await desk.answer().value == 1)
        let second = desk.ask(call: CallOptions(refresh: true)) { -1 }
        step.gate.open()
        #expect(try await refresh.value.source == .executed)
        #expect(try await second.value == Outcome(value: 2, source: .joined, like: try await refresh.value))
        #expect(try await desk.answer().value == 2)
        #expect(step.runs == 1)
        await desk.expectNothingLeft()
    }

    @Test func aRefreshWhoseFailureWouldBeCachedLeavesTheCachedResult() async throws {
        let policy = ExecutionPolicy(failureTimeToLive: .fixed(.seconds(60)))
        _ = try await desk.answer(policy: policy) { 1 }
        for _ in 0..<2 {
            let refresh = desk.ask(policy: policy, call: CallOptions(refresh: true)) { throw Boom() }
            #expect(await refresh.failure is Boom)
            #expect(try await desk.answer(policy: policy).value == 1)
        }
        desk.time.advance(by: .seconds(300))
        let refresh = desk.ask(policy: policy, call: CallOptions(refresh: true)) { throw Boom(number: 2) }
        #expect(await refresh.failure is Boom)
        #expect(await desk.ask(policy: policy) { 3 }.failure as? Boom == Boom(number: 2), "There was none to keep.")
    }

    @Test(arguments: [nil, TimeToLive.fixed(.zero)])
    func aRefreshWhoseResultIsNotCachedRemovesTheCachedResult(timeToLive: TimeToLive?) async throws {
        _ = try await desk.answer { 1 }
        let policy = ExecutionPolicy(timeToLive: timeToLive == nil ? nil : .forever)
        let call = CallOptions(timeToLive: timeToLive, refresh: true)
        #expect(try await desk.answer(policy: policy, call: call) { 2 }.value == 2)
        #expect(try await desk.answer { 3 }.value == 3)
    }

    @Test func aRefreshOfWhatIsNeverCachedRemovesNothing() async throws {
        let call = CallOptions(refresh: true)
        for value in 1...2 {
            #expect(
                try await desk.answer(policy: ExecutionPolicy(timeToLive: nil), call: call) { value }.value == value)
        }
        let cache = desk.deduplicator.statistics.cache
        #expect(cache.insertions == 0 && cache.expirations == 0)
    }

    @Test func aRefreshThatFailsLeavesTheCachedResult() async throws {
        _ = try await desk.answer { 1 }
        let refresh = desk.ask(call: CallOptions(refresh: true)) { throw Boom() }
        #expect(await refresh.failure is Boom)
        #expect(try await desk.answer().value == 1)
    }

    // MARK: - Time to live of a call

    @Test func theTimeToLiveOfTheCallThatExecutesHolds() async throws {
        let call = CallOptions(timeToLive: .fixed(.seconds(2)))
        _ = try await desk.answer(call: call) { 1 }
        desk.time.advance(by: .seconds(2))
        #expect(try await desk.answer(call: CallOptions(timeToLive: .fixed(.zero))) { 2 }.source == .executed)
        #expect(try await desk.answer { 3 }.source == .executed, "A time of zero caches nothing.")
        #expect(try await desk.answer(call: call).source == .hit(age: .zero))
    }

    // MARK: - Invalidating by step, scope and tag

    private func fill() async throws {
        for (key, step, scope, tags) in [
            (1, "a", "x", ["t"]), (2, "a", "y", []), (3, "b", "x", ["u", "t"]), (4, "b", nil, ["u"]),
        ] as [(UInt64, String, String?, [String])] {
            _ = try await deduplicator.execute(
                .number(key), step: step, scope: scope, call: CallOptions(tags: tags)
            ) { key }
        }
    }

    private func cachedKeys() throws -> [UInt64] {
        try (1...4 as ClosedRange<UInt64>).filter { try deduplicator.cached(.number($0), as: UInt64.self) != nil }
    }

    @Test func resultsAreInvalidatedByStep() async throws {
        try await fill()
        #expect(deduplicator.invalidate(step: "a") == 2)
        #expect(try cachedKeys() == [3, 4])
        #expect(deduplicator.invalidate(step: "a") == 0)
    }

    @Test func resultsAreInvalidatedByScope() async throws {
        try await fill()
        #expect(deduplicator.invalidate(scope: "x") == 2)
        #expect(try cachedKeys() == [2, 4])
    }

    @Test func resultsAreInvalidatedByTag() async throws {
        try await fill()
        #expect(deduplicator.invalidate(tag: "t") == 2)
        #expect(try cachedKeys() == [2, 4])
        #expect(deduplicator.invalidate(tag: "u") == 1)
        #expect(try cachedKeys() == [2])
    }

    @Test func twoSpellingsAreTwoSteps() async throws {
        _ = try await deduplicator.execute(.number(1), step: "\u{e9}") { 1 }
        #expect(deduplicator.invalidate(step: "e\u{301}") == 0)
        #expect(deduplicator.invalidate(step: "\u{e9}") == 1)
    }

    @Test func invalidationByStepDetachesItsExecutions() async throws {
        let running = desk.ask { [step] in try await step.run(1) }
        let other = Task.immediate { [desk] in try await desk.deduplicator.execute(.number(2), step: "other") { 2 } }
        #expect(deduplicator.invalidate(step: "step") == 1)
        #expect(try await desk.answer { 3 }.source == .executed)
        step.gate.open()
        #expect(try await running.value.value == 1)
        #expect(try await desk.answer().value == 3)
        #expect(try await other.value.value == 2)
        #expect(try deduplicator.cached(.number(2), as: Int.self)?.value == 2)
        await desk.expectNothingLeft()
    }

    // MARK: - Flights

    @Test func flightsAreListedWithTheirAgeAndTheirWaiters() async throws {
        let first = desk.ask(1) { [step] in try await step.run(1) }
        desk.time.advance(by: .seconds(2))
        let second = desk.ask(2) { [step] in try await step.run(2) }
        let joiner = desk.ask(1) { -1 }
        desk.time.advance(by: .seconds(1))
        let flights = deduplicator.flights
        #expect(flights.map(\.fingerprint) == [.number(1), .number(2)])
        #expect(flights.map(\.age) == [.seconds(3), .seconds(1)])
        #expect(flights.map(\.waiters) == [2, 1])
        #expect(flights.allSatisfy { $0.step == "step" && $0.scope == nil })
        step.gate.open()
        for request in [first, second, joiner] { _ = try await request.value }
        await eventually { deduplicator.flights.isEmpty }
    }
}

extension Outcome {
    fileprivate init(value: Value, source: OutcomeSource, like other: Outcome) {
        self.init(value: value, source: source, executionID: other.executionID, epoch: other.epoch)
    }
}
