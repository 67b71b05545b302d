import Caching
import Dedup
import DedupTesting
import Testing

/// Under `failClosed` a step that has run is not run again because its record could not be stored.
@Suite(.timeLimit(.minutes(1))) struct FailClosedTests {
    let store = FaultyRecordStore()
    let runs = Cell(0)
    let desk: Desk

    init() throws {
        desk = try Desk(
            DeduplicatorConfiguration(recordStoreFailure: .failClosed, recordTimeout: .seconds(3)), store: store)
    }

    private func charge(
        _ key: UInt64 = 1, policy: ExecutionPolicy = .sideEffect()
    ) -> Task<Outcome<Int>, any Error> {
        desk.ask(key, policy: policy) { [runs] in
            runs.withLock { runs in
                runs += 1
                return runs
            }
        }
    }

    @Test func aRetryGetsTheResultOnceTheRecordIsStored() async throws {
        store.fail(calls: [2])
        #expect(await desk.refusal(charge()) == .recordStoreUnavailable)
        let retry = try await charge().value
        #expect(retry.value == 1 && retry.source == .hit(age: .zero))
        #expect(try await charge().value == retry, "It is cached as any other result is.")
        #expect(runs.withLock { $0 } == 1)
        try await desk.deduplicator.flush()
        let record = try await store.find(.number(1), step: "step")
        #expect(record?.executions == 1 && record?.failures == 0 && record?.hits == 1)
        let outcomes = desk.deduplicator.statistics.outcomes
        #expect(outcomes.refused == 1 && outcomes.confirmed == 1 && outcomes.executed == 0)
        #expect(desk.deduplicator.statistics.requests == 3)
        await desk.expectNothingLeft()
    }

    @Test func aRetryIsRefusedWhileTheStoreFailsAndRunsNothing() async throws {
        store.fail(calls: 2...100)
        for _ in 0..<4 { #expect(await desk.refusal(charge()) == .recordStoreUnavailable) }
        #expect(runs.withLock { $0 } == 1)
        store.heal()
        #expect(try await charge().value.value == 1)
        #expect(runs.withLock { $0 } == 1)
        await desk.expectNothingLeft()
    }

    @Test func concurrentRetriesShareOneConfirmation() async throws {
        store.fail(calls: [2])
        #expect(await desk.refusal(charge()) == .recordStoreUnavailable)
        let latch = store.hang()
        let retries = (0..<3).map { _ in charge() }
        try await latch.waitForWaiters(1)
        store.heal()
        for retry in retries { #expect(try await retry.value.value == 1) }
        #expect(desk.deduplicator.statistics.outcomes.confirmed == 3)
        #expect(runs.withLock { $0 } == 1)
    }

    @Test func aResultIsWithheldForItsTimeToLiveAndNoLonger() async throws {
        store.fail(calls: [2])
        let policy = ExecutionPolicy.sideEffect(timeToLive: .fixed(.seconds(10)))
        #expect(await desk.refusal(charge(policy: policy)) == .recordStoreUnavailable)
        desk.time.advance(by: .seconds(9))
        #expect(try await charge(policy: policy).value.source == .hit(age: .seconds(9)))
        desk.time.advance(by: .seconds(1))
        #expect(try await charge(policy: policy).value.source == .executed)
        #expect(runs.withLock { $0 } == 2)
    }

    @Test func aSlidingTimeToLiveCountsFromTheRetryThatGotTheResult() async throws {
        store.fail(calls: [2])
        let policy = ExecutionPolicy.sideEffect(timeToLive: .sliding(.seconds(10)))
        #expect(await desk.refusal(charge(policy: policy)) == .recordStoreUnavailable)
        for age in [9, 18, 27] {
            desk.time.advance(by: .seconds(9))
            #expect(try await charge(policy: policy).value.source == .hit(age: .seconds(age)))
        }
        desk.time.advance(by: .seconds(10))
        #expect(try await charge(policy: policy).value.source == .executed)
        #expect(runs.withLock { $0 } == 2)
    }

    @Test func aResultThatIsNotCachedIsNotWithheld() async throws {
        store.fail(calls: [2])
        let policy = ExecutionPolicy.sideEffect(timeToLive: nil)
        #expect(await desk.refusal(charge(policy: policy)) == .recordStoreUnavailable)
        #expect(try await charge(policy: policy).value.value == 2)
    }

    @Test(arguments: ["fingerprint", "step", "everything"])
    func anInvalidatedResultIsNotWithheld(by: String) async throws {
        store.fail(calls: [2])
        #expect(await desk.refusal(charge()) == .recordStoreUnavailable)
        switch by {
        case "fingerprint": #expect(desk.deduplicator.invalidate(.number(1)))
        case "step": #expect(desk.deduplicator.invalidate(step: "step") == 1)
        default: desk.deduplicator.invalidateAll()
        }
        #expect(try await charge().value.value == 2)
    }

    @Test func aFailureThatIsNotRecordedRunsAgain() async throws {
        store.fail(calls: [2])
        let failing = desk.ask { throw Boom() }
        #expect(await desk.refusal(failing) == .recordStoreUnavailable)
        #expect(try await charge().value.value == 1)
        try await desk.deduplicator.flush()
        #expect(try await store.find(.number(1), step: "step")?.failures == 1)
    }

    // MARK: - Several keys

    private func charge(keys: [Int]) async throws -> [Int: Int] {
        try await desk.deduplicator.once("charge", keys: keys, policy: .sideEffect()) { [runs] keys in
            runs.withLock { runs in
                runs += 1
                return Dictionary(uniqueKeysWithValues: keys.map { ($0, runs) })
            }
        }
    }

    @Test func keysWhoseRecordsCannotBeOpenedAreNotWorkedOn() async throws {
        store.fail()
        for _ in 0..<2 {
            let error = await #expect(throws: DedupError.self) { try await charge(keys: [1, 2]) }
            #expect(error?.code == .recordStoreUnavailable)
            // The other key is given up, and its record is opened all the same; a request would join that.
            await eventually { desk.deduplicator.statistics.flights == 0 }
        }
        #expect(runs.withLock { $0 } == 0)
        store.heal()
        #expect(try await charge(keys: [1, 2]) == [1: 1, 2: 1])
        await desk.expectNothingLeft()
    }

    @Test func aKeyWhoseResultIsWithheldIsNotMadeAgain() async throws {
        store.fail(calls: [2])
        await #expect(throws: DedupError.self) { try await charge(keys: [1]) }
        #expect(try await charge(keys: [1, 2]) == [1: 1, 2: 2])
        #expect(try await charge(keys: [1]) == [1: 1])
        #expect(runs.withLock { $0 } == 2)
        await desk.expectNothingLeft()
    }

    // MARK: - Invalidated, replaced, refreshed

    @Test func aResultThatIsInvalidatedWhileARetryWaitsForTheStoreIsNotCached() async throws {
        store.fail(calls: [2])
        let tagged = CallOptions(tags: ["t"])
        let first = desk.ask(policy: .sideEffect(), call: tagged) { 1 }
        #expect(await desk.refusal(first) == .recordStoreUnavailable)
        let latch = store.hang()
        let retry = charge()
        try await latch.waitForWaiters(1)
        #expect(desk.deduplicator.invalidate(tag: "t") == 1)
        store.heal()
        #expect(try await retry.value.value == 1)
        #expect(try await desk.ask(policy: .sideEffect()) { 7 }.value.value == 7)
    }

    @Test func aValueThatIsPutTakesThePlaceOfAWithheldOne() async throws {
        store.fail(calls: [2])
        #expect(await desk.refusal(charge()) == .recordStoreUnavailable)
        try desk.deduplicator.put(5, for: .number(1), timeToLive: .fixed(.seconds(1)))
        desk.time.advance(by: .seconds(1))
        #expect(try await charge().value.value == 2)
    }

    @Test func aRefreshGetsAWithheldResult() async throws {
        store.fail(calls: [2])
        #expect(await desk.refusal(charge()) == .recordStoreUnavailable)
        let refresh = desk.ask(policy: .sideEffect(), call: CallOptions(refresh: true)) { 9 }
        #expect(try await refresh.value.value == 1)
    }

    /// Opens records, and refuses those of steps that have run until it is told otherwise.
    private final class OpeningStore: ExecutionRecordStore {
        let records = InMemoryExecutionRecords()
        let takesRuns = Cell(false)

        func save(_ changes: [ExecutionRecord]) async throws {
            if changes.contains(where: { $0.executions > 0 }), !takesRuns.withLock({ $0 }) { throw Boom() }
            try await records.save(changes)
        }
        func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
            try await records.find(fingerprint, step: step)
        }
        func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] { [] }
        func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] { [] }
    }

    /// A record that neither the store nor the record writer has taken waits beside its result.
    private func fillWriter(_ desk: Desk) async {
        let failing = desk.ask(1, policy: .sideEffect()) { throw Boom() }
        #expect(await desk.refusal(failing) == .recordStoreUnavailable)
        for _ in 0..<3 {
            let refused = desk.ask(2, policy: .sideEffect()) { [runs] in
                runs.withLock { runs in
                    runs += 1
                    return runs
                }
            }
            #expect(await desk.refusal(refused) == .recordStoreUnavailable)
        }
    }

    private func smallDesk(_ store: OpeningStore) throws -> Desk {
        try Desk(
            DeduplicatorConfiguration(
                recordStoreFailure: .failClosed, recordTimeout: .seconds(3),
                recordWriter: RecordWriterConfiguration(batchSize: 1, pendingLimit: 1)), store: store)
    }

    @Test(arguments: [false, true])
    func aResultIsNotHandedOutWithoutARecordWhenTheWriterWasFull(flushesBefore: Bool) async throws {
        let store = OpeningStore()
        let desk = try smallDesk(store)
        await fillWriter(desk)
        store.takesRuns.withLock { $0 = true }
        if flushesBefore {
            try await desk.deduplicator.flush()
            #expect(try await store.find(.number(2), step: "step")?.executions == 1)
        }
        #expect(try await desk.ask(2, policy: .sideEffect()) { -1 }.value.value == 1)
        #expect(try await store.find(.number(1), step: "step")?.failures == 1)
        #expect(try await store.find(.number(2), step: "step")?.executions == 1)
        #expect(desk.deduplicator.statistics.records.dropped == 0)
    }

    @Test func aShutdownSaysThatARecordIsLeft() async throws {
        let store = OpeningStore()
        let desk = try smallDesk(store)
        await fillWriter(desk)
        #expect(!(await desk.deduplicator.shutdown(grace: .seconds(1))))
    }

    @Test func aRecordThatHasNoResultToWaitBesideIsCountedAsDropped() async throws {
        let store = OpeningStore()
        let desk = try smallDesk(store)
        await fillWriter(desk)
        let failing = desk.ask(3, policy: .sideEffect()) { throw Boom() }
        #expect(await desk.refusal(failing) == .recordStoreUnavailable)
        await eventually { desk.deduplicator.statistics.records.dropped == 1 }
        #expect(desk.deduplicator.invalidate(.number(2)))
        await eventually { desk.deduplicator.statistics.records.dropped == 2 }
    }

    // MARK: - The store's view

    @TaskLocal static var request = "none"

    /// Notes what `save` sees of the request that leads.
    private struct WatchingStore: ExecutionRecordStore {
        let seen = Cell<[String]>([])

        func save(_ changes: [ExecutionRecord]) async throws { seen.withLock { $0.append(FailClosedTests.request) } }
        func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? { nil }
        func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] { [] }
        func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] { [] }
    }

    @Test func theStoreSeesNoTaskLocalsOfTheRequestThatLeads() async throws {
        let store = WatchingStore()
        let desk = try Desk(DeduplicatorConfiguration(recordStoreFailure: .failClosed), store: store)
        try await Self.$request.withValue("mine") {
            #expect(try await desk.ask { 1 }.value.value == 1)
            try await desk.deduplicator.flush()
        }
        let seen = store.seen.withLock { $0 }
        #expect(seen.count >= 2 && Set(seen) == ["none"])
    }
}
