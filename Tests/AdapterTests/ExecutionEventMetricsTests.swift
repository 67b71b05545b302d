#if Metrics
import Dedup
import DedupMetrics
import DedupTesting
import MetricsTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExecutionEventMetricsTests {
    let bus = EventBus()
    let backend = TestMetrics()

    @Test func countsEachEventByKindAndStep() async throws {
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend)
        for event in ExecutionEvent.oneOfEach() + ExecutionEvent.oneOfEach() { bus.publish(event) }
        bus.publish(ExecutionEvent.oneOfEach(step: "b")[0])
        bus.finish()
        await metrics.run()
        for kind in ExecutionEvent.Kind.allCases {
            #expect(try total(of: kind, step: "a") == 2)
        }
        #expect(try total(of: .executionStarted, step: "b") == 1)
        #expect(try total(of: .cacheHit, step: "b") == 0)
    }

    @Test func timesExecutionsByOutcome() async throws {
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend)
        for event in ExecutionEvent.oneOfEach() { bus.publish(event) }
        bus.finish()
        await metrics.run()
        for (outcome, seconds) in [("completed", 1), ("failed", 2), ("superseded", 5)] as [(String, Int64)] {
            let timer = try backend.expectTimer("dedup.execution.duration", [("outcome", outcome), ("step", "a")])
            #expect(timer.values == [seconds * 1_000_000_000])
        }
        #expect(try backend.expectTimer("dedup.hit.age", [("step", "a")]).values == [6_000_000_000])
    }

    @Test func stepsBeyondTheLimitAreCountedTogether() async throws {
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend, stepLimit: 2)
        for step in ["a", "b", "c", "d", "other", "a", "d"] { bus.publish(ExecutionEvent.oneOfEach(step: step)[0]) }
        bus.finish()
        await metrics.run()
        #expect(try total(of: .executionStarted, step: "a") == 2)
        #expect(try total(of: .executionStarted, step: "b") == 1)
        #expect(try total(of: .executionStarted, step: ExecutionEventMetrics.otherSteps) == 4)
        #expect(throws: (any Error).self) { try total(of: .executionStarted, step: "c") }
    }

    @Test func aStepThatIsCalledLikeTheOthersTakesNoPlace() async throws {
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend, stepLimit: 1)
        for step in ["other", "a", "b"] { bus.publish(ExecutionEvent.oneOfEach(step: step)[0]) }
        bus.finish()
        await metrics.run()
        #expect(try total(of: .executionStarted, step: "a") == 1)
        #expect(try total(of: .executionStarted, step: "other") == 2)
    }

    @Test func countsWhatWasDropped() async throws {
        let events = bus.subscribe(buffering: 3)
        for _ in 0..<10 { bus.publish(ExecutionEvent.oneOfEach()[0]) }
        bus.finish()
        await ExecutionEventMetrics(events: events, factory: backend).run()
        #expect(try backend.expectCounter("dedup.events.dropped").totalValue == 7)
        #expect(try total(of: .executionStarted, step: "a") == 3)
    }

    @Test func endsWhenItsTaskIsCancelled() async {
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend)
        let run = Task { await metrics.run() }
        run.cancel()
        await run.value
        #expect(!bus.hasSubscribers)
    }

    @Test func aNumberOfStepsIsNotNegative() async {
        await #expect(processExitsWith: .failure) {
            _ = ExecutionEventMetrics(events: EventBus().subscribe(), factory: TestMetrics(), stepLimit: -1)
        }
    }

    private func total(of kind: ExecutionEvent.Kind, step: String) throws -> Int64 {
        try backend.expectCounter("dedup.events", [("event", kind.rawValue), ("step", step)]).totalValue
    }
}
#endif
