import Caching
import Dedup
import DedupTesting
import Testing

/// Counts, events and records tell the same story.
@Suite(.timeLimit(.minutes(1))) struct AccountingTests {
    let step = HeldStep()
    let desk: Desk

    init() throws { desk = try Desk() }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func theStatisticsAddUpAfterRandomLoad(seed: UInt64) async throws {
        let memory = InMemoryExecutionRecords()
        let configuration = DeduplicatorConfiguration(
            cache: CacheConfiguration(capacity: .entries(20)), flightLimit: 30, waiterLimit: 6)
        let deduplicator = try Deduplicator(configuration: configuration, records: memory)
        let (clients, calls) = (8, 1_500)
        let executed = Cell(0)
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var random = SplitMix64(seed: seed &* 1_000 &+ UInt64(client))
                    for _ in 0..<calls { await request(deduplicator, &random, executed) }
                }
            }
        }
        await eventually { deduplicator.statistics.executions.running == 0 }
        try await deduplicator.flush()
        let statistics = deduplicator.statistics
        #expect(statistics.requests == clients * calls, "seed \(seed)")
        #expect(statistics.executions.started == executed.withLock { $0 }, "seed \(seed)")
        #expect(statistics.flights == 0, "seed \(seed)")
        let records = try await memory.statistics(step: "load", limit: 1).first
        #expect(records?.executions == statistics.executions.started, "seed \(seed)")
        #expect(records?.failures == statistics.executions.failed, "seed \(seed)")
        #expect(records?.hits == statistics.cache.hits, "seed \(seed)")
        #expect(statistics.records.pending == 0 && statistics.records.dropped == 0, "seed \(seed)")
    }

    private func request(
        _ deduplicator: Deduplicator, _ random: inout SplitMix64, _ executed: Cell<Int>
    ) async {
        let key = UInt64.random(in: 0..<40, using: &random)
        let kind = Int.random(in: 0..<20, using: &random)
        let policy = ExecutionPolicy(
            timeToLive: key % 3 == 0 ? nil : .fixed(.seconds(60)), failureTimeToLive: .fixed(.seconds(60)),
            duplicates: kind == 0 ? .reject : .join)
        if kind == 1 { deduplicator.invalidate(.number(key)) }
        _ = try? await deduplicator.execute(
            .number(key), step: "load", policy: policy, call: CallOptions(deadline: kind == 2 ? .zero : nil)
        ) { _ in
            executed.withLock { $0 += 1 }
            await Task.yield()
            if key % 7 == 0 { throw Boom() }
            return key
        }
    }

    @Test func theEventsOfAFlightComeInOrder() async throws {
        let subscription = desk.deduplicator.events.subscribe()
        let leader = desk.ask { [step] in try await step.run(1) }
        let joiner = desk.ask { 2 }
        _ = await desk.ask(call: CallOptions(duplicates: .reject)) { 3 }.result
        desk.time.advance(by: .seconds(2))
        step.gate.open()
        let epoch = try await leader.value.epoch
        _ = try await joiner.value
        _ = try await desk.answer()
        desk.time.advance(by: .seconds(300))
        _ = await desk.ask { throw Boom() }.result
        await desk.deduplicator.shutdown()
        var events: [ExecutionEvent] = []
        for await event in subscription { events.append(event) }
        #expect(
            events.map(\.kind) == [
                .executionStarted, .executionJoined, .executionRejected, .executionCompleted, .cacheHit, .cacheExpired,
                .executionStarted, .executionFailed,
            ])
        #expect(events.prefix(6).allSatisfy { $0.epoch == epoch && $0.step == "step" && $0.fingerprint == .number(1) })
        #expect(events[3].duration == .seconds(2))
    }

    @Test func aSupersededExecutionIsToldOfAsSuch() async throws {
        let subscription = desk.deduplicator.events.subscribe()
        let leader = desk.ask { [step] in try await step.run(1) }
        desk.deduplicator.invalidate(.number(1))
        step.gate.open()
        _ = try await leader.value
        await desk.deduplicator.shutdown()
        var kinds: [ExecutionEvent.Kind] = []
        for await event in subscription { kinds.append(event.kind) }
        #expect(kinds == [.executionStarted, .executionSuperseded])
    }

    @Test func recordsHoldExecutionsJoinsFailuresAndHits() async throws {
        let leader = desk.ask { [step] in try await step.run(1) }
        let joiners = (0..<3).map { _ in desk.ask { 2 } }
        desk.time.advance(by: .seconds(4))
        step.gate.open()
        for request in [leader] + joiners { _ = try await request.value }
        for _ in 0..<5 { _ = try await desk.answer() }
        try await desk.deduplicator.flush()
        desk.deduplicator.invalidate(.number(1))
        _ = await desk.ask { throw Boom() }.result
        try await desk.deduplicator.flush()
        let record = try #require(try await desk.records.find(.number(1), step: "step"))
        #expect([record.executions, record.joins, record.hits, record.failures] == [2, 3, 5, 1])
        #expect(record.maximumDuration == .seconds(4) && record.minimumDuration == .zero)
        #expect(record.firstExecution != nil && record.firstExecution != record.lastExecution)
    }

    @Test func theHitsOfAResultThatLeavesTheCacheAreNotLost() async throws {
        let desk = try Desk(DeduplicatorConfiguration(cache: CacheConfiguration(capacity: .entries(1), shards: 1)))
        for key in 1...3 {
            for _ in 0..<4 { _ = try await desk.answer(UInt64(key)) { 1 } }
        }
        try await desk.deduplicator.flush()
        for key in 1...3 {
            #expect(try await desk.records.find(.number(UInt64(key)), step: "step")?.hits == 3)
        }
    }

    @Test func runWritesTheLastHitsWhenItIsCancelled() async throws {
        for round in 1...20 {
            let desk = try Desk()
            let run = Task { try await desk.deduplicator.run() }
            try await desk.time.waitForSleepers(2)
            for _ in 0..<4 { _ = try await desk.answer { 1 } }
            run.cancel()
            try await run.value
            #expect(try await desk.records.find(.number(1), step: "step")?.hits == 3, "round \(round)")
            #expect(desk.deduplicator.statistics.records.pending == 0, "round \(round)")
        }
    }

    @Test func runSweepsExpiredEntries() async throws {
        let run = Task { [desk] in try await desk.deduplicator.run() }
        try await desk.time.waitForSleepers(2)
        let policy = ExecutionPolicy(timeToLive: .fixed(.seconds(1)))
        for key in 1...10 { _ = try await desk.answer(UInt64(key), policy: policy) { 1 } }
        desk.time.advance(by: .seconds(1))
        await eventually { desk.deduplicator.cachedResults == 0 }
        #expect(desk.deduplicator.statistics.cache.expirations == 10)
        run.cancel()
        try await run.value
    }

    @Test func anExecutionWhoseStepMeetsABrokenStoreElsewhereHasItsRecord() async throws {
        _ = await desk.ask { throw DedupError(.recordStoreUnavailable, "The store of another deduplicator.") }.result
        try await desk.deduplicator.flush()
        let record = try await desk.records.find(.number(1), step: "step")
        #expect(record?.executions == 1 && record?.failures == 1)
        // The step has failed; this deduplicator has refused nothing.
        #expect(desk.deduplicator.statistics.outcomes.failed == 1)
        #expect(desk.deduplicator.statistics.outcomes.refused == 0)
    }
}
