#if Metrics
import Caching
import CoreMetrics
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

    @Test func aStepThatIsNamedLikeTheOthersTakesNoPlace() async throws {
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend, stepLimit: 1)
        for step in ["other", "a", "b"] { bus.publish(ExecutionEvent.oneOfEach(step: step)[0]) }
        bus.finish()
        await metrics.run()
        #expect(try total(of: .executionStarted, step: "a") == 1)
        #expect(try total(of: .executionStarted, step: "other") == 2)
    }

    @Test func twoSpellingsOfANameAreTwoSteps() async {
        let names = ["caf\u{e9}", "cafe\u{301}"]
        let backend = ListedMetrics()
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend)
        for step in names + names { bus.publish(ExecutionEvent.oneOfEach(step: step)[0]) }
        bus.finish()
        await metrics.run()
        #expect(backend.stepsOfHitAges == names.map { Array($0.utf8) })
    }

    @Test func twoSpellingsOfANameTakeTwoPlaces() async {
        let backend = ListedMetrics()
        let metrics = ExecutionEventMetrics(events: bus.subscribe(), factory: backend, stepLimit: 1)
        for step in ["caf\u{e9}", "cafe\u{301}"] { bus.publish(ExecutionEvent.oneOfEach(step: step)[0]) }
        bus.finish()
        await metrics.run()
        #expect(backend.stepsOfHitAges == ["caf\u{e9}", "other"].map { Array($0.utf8) })
    }

    @Test func countsDroppedEvents() async throws {
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
        #expect(bus.subscriberCount == 0)
    }

    @Test func theStepLimitIsNotNegative() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ExecutionEventMetrics(events: EventBus().subscribe(), factory: TestMetrics(), stepLimit: -1)
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        // An optimized program stops without a message.
        #expect(
            text.contains("stepLimit is -1; use 0 or more steps with series of their own.")
                || !_isDebugAssertConfiguration())
    }

    private func total(of kind: ExecutionEvent.Kind, step: String) throws -> Int64 {
        try backend.expectCounter("dedup.events", [("event", kind.rawValue), ("step", step)]).totalValue
    }
}

/// A backend that lists which series were made. Others, as `TestMetrics`, take two spellings of a label for one.
private final class ListedMetrics: MetricsFactory, Sendable {
    private let timers = Lock<[[UInt8]]>([])

    /// The bytes of the step of each series of hit ages, in the order in which they were made.
    var stepsOfHitAges: [[UInt8]] { timers.withLock { $0 } }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        if label == "dedup.hit.age" {
            let steps = dimensions.filter { $0.0 == "step" }.map { Array($0.1.utf8) }
            timers.withLock { $0 += steps }
        }
        return NOOPMetricsHandler.instance
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        NOOPMetricsHandler.instance
    }

    func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }

    func destroyTimer(_ handler: any TimerHandler) {}
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
}
#endif
