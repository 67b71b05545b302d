import Dedup
import DedupTesting
import Dispatch
import Testing

/// A step that never suspends and keeps its leader's thread, while other threads join its flight or end it.
@Suite(.timeLimit(.minutes(1))) struct InlineExecutionTests {
    let desk: Desk
    let step = BlockingStep()

    init() throws { desk = try Desk() }

    @Test func requestsThatJoinMeanwhileGetTheResultToo() async throws {
        let leader = await lead()
        let joiners = (0..<3).map { _ in desk.ask { 2 } }
        step.release()
        let outcome = try await leader().value
        #expect(outcome.value == 1 && outcome.source == .executed)
        for joiner in joiners {
            let joined = try await joiner.value
            #expect(joined.value == 1 && joined.source == .joined && joined.executionID == outcome.executionID)
        }
        try await desk.deduplicator.flush()
        let record = try await desk.records.find(.number(1), step: "step")
        #expect(record?.executions == 1 && record?.joins == 3)
        #expect(desk.deduplicator.statistics.outcomes.executed == 1)
        await desk.expectNothingLeft()
    }

    @Test func aShutdownThatGivesItUpLeavesTheLeaderWithoutItsResult() async throws {
        let leader = await lead()
        let shutdown = Task.immediate { [desk] in await desk.deduplicator.shutdown(grace: .seconds(8)) }
        try await desk.time.waitForSleepers(1)
        desk.time.advance(by: .seconds(6))
        let joiner = desk.ask(2) { 2 }
        #expect(await desk.refusal(joiner) == .shutDown)
        await eventually { desk.deduplicator.flights.isEmpty }
        step.release()
        #expect(await desk.refusal(await leader()) == .shutDown)
        desk.time.advance(by: .seconds(2))
        #expect(await shutdown.value == false)
        await desk.expectNothingLeft()
    }

    @Test func anInvalidationMeanwhileKeepsTheResultFromTheCacheAndNotFromTheLeader() async throws {
        let leader = await lead()
        #expect(desk.deduplicator.invalidate(.number(1)))
        #expect(try await desk.answer { 3 }.value == 3)
        step.release()
        let outcome = try await leader().value
        #expect(outcome.value == 1 && outcome.source == .executed)
        #expect(try await desk.answer().value == 3)
        #expect(desk.deduplicator.statistics.executions.superseded == 1)
        await desk.expectNothingLeft()
    }

    /// Before the claim it is read anew: what makes the request may be code of the user's, and may take its time.
    @Test func theClockIsReadForTheLookupTheClaimAndTheEnd() async throws {
        let time = HookedTime()
        let deduplicator = Deduplicator(time: time)
        let inStep = try await deduplicator.execute(.number(1), step: "step") { time.readingCount }
        #expect(inStep.value == 2 && time.readingCount == 3)
    }

    /// However little time passes between the lookup and the claim.
    @Test func aDeadlineOfZeroStartsNothing() async throws {
        let time = HookedTime()
        let deduplicator = Deduplicator(time: time)
        time.onReading(2) { time.time.advance(by: .nanoseconds(1)) }
        let error = await #expect(throws: DedupError.self) {
            try await deduplicator.execute(.number(1), step: "step", call: CallOptions(deadline: .zero)) { 1 }
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(deduplicator.statistics.executions.started == 0 && deduplicator.statistics.flights == 0)
    }

    /// Begins the work of key 1 on a thread of its own, and waits until it has the thread.
    ///
    /// - Returns: Gives the task of the request, once the step has been let go on.
    private func lead() async -> () async -> Task<Outcome<Int>, any Error> {
        let request = Cell<Task<Outcome<Int>, any Error>?>(nil)
        DispatchQueue(label: "leader").async { [desk, step] in
            // The step runs inside this call.
            let task = desk.ask { step.run(1) }
            request.withLock { $0 = task }
        }
        await eventually { step.isRunning }
        return {
            await eventually { request.withLock { $0 } != nil }
            return request.withLock { $0 } ?? Task { throw Boom() }
        }
    }
}

/// A step that keeps its thread until the test lets it go.
final class BlockingStep: Sendable {
    private let running = Cell(false)
    private let released = DispatchSemaphore(value: 0)

    var isRunning: Bool { running.withLock { $0 } }

    func release() { released.signal() }

    func run(_ value: Int) -> Int {
        running.withLock { $0 = true }
        released.wait()
        return value
    }
}
