#if ServiceLifecycle
import Caching
import Dedup
import DedupServiceLifecycle
import DedupTesting
import Logging
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct DedupServiceTests {
    let memory = InMemoryExecutionRecords()
    let store: FaultyRecordStore
    let time = ManualTimeSource()
    let deduplicator: Deduplicator

    init() {
        store = FaultyRecordStore(memory)
        deduplicator = Deduplicator(records: store, time: time)
    }

    @Test func writesRecordsAndEndsEventsOnGracefulShutdown() async throws {
        let events = deduplicator.events.subscribe()
        let group = group()
        let run = Task { try await group.run() }
        try await time.waitForSleepers(2)
        let outcome = try await deduplicator.execute(.number(1), step: "a") { _ in 7 }
        #expect(outcome.value == 7)
        await group.triggerGracefulShutdown()
        try await run.value
        #expect(try await memory.find(.number(1), step: "a")?.executions == 1)
        #expect(await events.contains { $0.kind == .executionCompleted })
        #expect(deduplicator.events.subscriberCount == 0)
    }

    @Test func startsNothingNewAfterTheEnd() async throws {
        let run = Task { [deduplicator] in try await DedupService(deduplicator).run() }
        run.cancel()
        try await run.value
        await #expect(throws: DedupError.self) {
            try await deduplicator.execute(.number(2), step: "a") { _ in 7 }
        }
    }

    @Test func throwsTheErrorOfTheLastWrite() async throws {
        _ = try await deduplicator.execute(.number(1), step: "a") { _ in 7 }
        store.fail()
        let run = Task { [deduplicator] in try await DedupService(StepRegistry(deduplicator: deduplicator)).run() }
        run.cancel()
        await #expect(throws: FaultyRecordStore.Fault.self) { try await run.value }
    }

    @Test func throwsWhenTheGraceTimeIsOver() async throws {
        let latch = Latch()
        let execution = Task { [deduplicator] in
            try await deduplicator.execute(.number(1), step: "a") { _ in
                // A step that ignores its cancellation.
                await Task { try? await latch.wait() }.value
            }
        }
        try await latch.waitForWaiters(1)
        let run = Task { [deduplicator] in try await DedupService(deduplicator, grace: .seconds(3)).run() }
        run.cancel()
        let clock = letTimePass()
        defer { clock.cancel() }
        let error = await #expect(throws: DedupServiceError.self) { try await run.value }
        #expect(error?.code == .graceTimeExceeded)
        latch.open()
        _ = await execution.result
    }

    @Test(.timeLimit(.minutes(1))) func aStoreThatHangsForEverDoesNotDelayTheEnd() async throws {
        let step = Latch()
        let latch = store.hang(ignoringCancellation: true)
        let group = group(grace: .seconds(3))
        let run = Task { try await group.run() }
        try await time.waitForSleepers(2)
        _ = try await deduplicator.execute(.number(1), step: "a") { _ in 7 }
        let waiter = Task { [deduplicator] in
            try await deduplicator.execute(.number(2), step: "a") { _ in await Task { try? await step.wait() }.value }
        }
        try await step.waitForWaiters(1)
        time.advance(by: .seconds(1))
        try await latch.waitForWaiters(1)
        await group.triggerGracefulShutdown()
        let clock = letTimePass()
        defer { clock.cancel() }
        let error = await #expect(throws: DedupServiceError.self) { try await run.value }
        #expect(error?.code == .graceTimeExceeded)
        let refusal = await #expect(throws: DedupError.self) { try await waiter.value }
        #expect(refusal?.code == .shutDown)
        step.open()
        latch.open()
    }

    /// Moves the time to each deadline that a task sleeps for, unless that is beyond a grace time of three seconds.
    private func letTimePass() -> Task<Void, any Error> {
        Task { [time] in
            while true {
                let next = try await time.nextSleeper()
                if next >= time.now, next <= time.now.advanced(by: .seconds(3)) { time.advance(to: next) }
            }
        }
    }

    private func group(grace: Duration = .seconds(10)) -> ServiceGroup {
        ServiceGroup(
            services: [DedupService(deduplicator, grace: grace)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
#endif
