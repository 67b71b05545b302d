#if Tracing
import Caching
import Dedup
import DedupTesting
import DedupTracing
import InMemoryTracing
import Testing
import Tracing

@Suite(.timeLimit(.minutes(1))) struct ExecutionTracingTests {
    private let desk = TracedDesk()

    // MARK: - Which spans there are

    @Test func manyDuplicatesMakeOneExecutionAndEachIsLinkedToIt() async throws {
        let gate = Latch()
        let requests = (0..<50).map { _ in desk.ask { try await gate.wait() } }
        #expect(desk.deduplicator.waiterCount(.number(1)) == 50)
        gate.open()
        for request in requests { _ = try await request.value }
        let execution = try #require(desk.finished("execute step").only)
        let waits = desk.finished("await step")
        #expect(waits.count == 50)
        #expect(waits.allSatisfy { $0.linkedSpans == [execution.spanID] })
        #expect(waits.map(\.outcome).count { $0 == "joined" } == 49)
        let leader = try #require(waits.filter { $0.outcome == "executed" }.only)
        #expect(execution.linkedSpans == [leader.spanID])
        #expect(desk.tracer.finishedSpans.count == 51 && desk.tracer.activeSpans.isEmpty)
    }

    @Test func aHitHasNoSpan() async throws {
        for _ in 1...3 { _ = try await desk.ask {}.value }
        #expect(desk.deduplicator.statistics.hits == 2)
        #expect(desk.tracer.finishedSpans.map(\.operationName).sorted() == ["await step", "execute step"])
        #expect(desk.tracer.activeSpans.isEmpty)
    }

    @Test func aRefusedDuplicateHasNoSpan() async throws {
        let gate = Latch()
        let leader = desk.ask { try await gate.wait() }
        await #expect(throws: DedupError.self) { try await desk.ask(call: CallOptions(duplicates: .reject)) {}.value }
        gate.open()
        _ = try await leader.value
        #expect(desk.finished("await step").map(\.outcome) == ["executed"])
    }

    @Test func spansSayWhichWorkTheyAreAboutAndNotWithWhat() async throws {
        let outcome = try await desk.ask {}.value
        let execution = try #require(desk.finished("execute step").only)
        let wait = try #require(desk.finished("await step").only)
        for span in [execution, wait] {
            #expect(span.text("dedup.step") == "step")
            #expect(span.text("dedup.fingerprint") == Fingerprint.number(1).prefix)
            #expect(span.kind == .internal && span.status == nil && span.errors.isEmpty)
        }
        #expect(execution.attributes.get("dedup.execution_id") == .int64(Int64(outcome.executionID)))
        #expect(wait.links.first?.attributes.get("dedup.execution_id") == .int64(Int64(outcome.executionID)))
        #expect(execution.outcome == "completed")
    }

    @Test func workWithoutANameHasSpansWithoutOne() async throws {
        _ = try await desk.deduplicator.execute(.number(1)) { 1 }
        #expect(desk.tracer.finishedSpans.map(\.operationName).sorted() == ["await", "execute"])
    }

    @Test func registeredStepsAreTraced() async throws {
        let registry = StepRegistry(deduplicator: desk.deduplicator)
        let greeting = Step("greeting") { (name: String) in "Hello, \(name)!" }
        try registry.register(greeting)
        _ = try await registry.execute(greeting, "Ada")
        _ = try await registry.execute("greeting", context: "Ada")
        #expect(desk.tracer.finishedSpans.map(\.operationName).sorted() == ["await greeting", "execute greeting"])
    }

    @Test func eachOfSeveralKeysHasASpanAndTheWorkThatOfTheLast() async throws {
        let gate = Latch()
        let joined = Task.immediate { [desk] in
            try await desk.deduplicator.once("user", 3) {
                try await gate.wait()
                return "3"
            }
        }
        let other = try #require(desk.tracer.activeSpans.filter { $0.operationName == "execute user" }.only)
        let seen = Cell<String?>(nil)
        let batch = Task.immediate { [desk] in
            try await desk.deduplicator.once("user", keys: [1, 2, 3]) { keys in
                seen.withLock { $0 = ServiceContext.current?.inMemorySpanContext?.spanID }
                return Dictionary(uniqueKeysWithValues: keys.map { ($0, "\($0)") })
            }
        }
        gate.open()
        #expect(try await batch.value == [1: "1", 2: "2", 3: "3"])
        _ = try await joined.value
        let executions = desk.finished("execute user").filter { $0.spanID != other.spanID }
        #expect(executions.count == 2)
        let last = executions.max { $0.executionID < $1.executionID }
        #expect(seen.withLock { $0 } == last?.spanID)
        let waits = desk.finished("await user")
        #expect(waits.filter { $0.outcome == "executed" }.count == 3)
        #expect(waits.filter { $0.outcome == "joined" }.map(\.linkedSpans) == [[other.spanID]])
        #expect(desk.tracer.activeSpans.isEmpty)
    }

    // MARK: - How they end

    private struct Secret: Error, CustomStringConvertible {
        var description: String { "hunter2" }
    }

    @Test(arguments: [(false, "Secret"), (true, "hunter2")])
    func aFailureIsRecordedAsAnErrorWhoseTextIsKeptBack(includesErrorDescriptions: Bool, text: String) async throws {
        let desk = TracedDesk(ExecutionTracing(includesErrorDescriptions: includesErrorDescriptions))
        let gate = Latch()
        let leader = desk.ask {
            try await gate.wait()
            throw Secret()
        }
        let joiner = desk.ask {}
        gate.open()
        for request in [leader, joiner] { await #expect(throws: Secret.self) { try await request.value } }
        #expect(desk.tracer.finishedSpans.count == 3)
        for span in desk.tracer.finishedSpans {
            #expect(span.outcome == "failed")
            #expect(span.text("error.type") == "Secret")
            #expect(span.status == SpanStatus(code: .error, message: "Secret"))
            #expect(span.errors.map { "\($0.error)" } == [text])
        }
    }

    @Test func aRequestThatIsCancelledLeavesTheExecutionToTheOthers() async throws {
        let gate = Latch()
        let leader = desk.ask { try await gate.wait() }
        let joiner = desk.ask {}
        joiner.cancel()
        await #expect(throws: CancellationError.self) { try await joiner.value }
        let cancelled = try #require(desk.finished("await step").only)
        #expect(cancelled.outcome == "cancelled" && cancelled.status == nil && cancelled.errors.isEmpty)
        gate.open()
        _ = try await leader.value
        let execution = try #require(desk.finished("execute step").only)
        #expect(execution.outcome == "completed")
        #expect(cancelled.linkedSpans == [execution.spanID])
    }

    @Test func anExecutionThatNoRequestWaitsForAnyMoreIsCancelledAndHasNotFailed() async throws {
        let gate = Latch()
        let request = desk.ask { try await gate.wait() }
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
        await desk.untilNothingRuns()
        let execution = try #require(desk.finished("execute step").only)
        #expect(execution.outcome == "cancelled" && execution.status == nil && execution.errors.isEmpty)
    }

    @Test func anExecutionWhoseEpochIsOverIsSuperseded() async throws {
        let gate = Latch()
        let request = desk.ask { try await gate.wait() }
        desk.deduplicator.invalidate(.number(1))
        gate.open()
        _ = try await request.value
        #expect(desk.finished("execute step").map(\.outcome) == ["superseded"])
    }

    @Test func aDeadlineThatPassesIsAnErrorOfTheRequestAlone() async throws {
        let gate = Latch()
        let leader = desk.ask { try await gate.wait() }
        let joiner = desk.ask(call: CallOptions(deadline: .seconds(3))) {}
        try await desk.time.waitForSleepers(1)
        desk.time.advance(by: .seconds(3))
        await #expect(throws: DedupError.self) { try await joiner.value }
        gate.open()
        _ = try await leader.value
        let late = try #require(desk.finished("await step").first)
        #expect(late.outcome == "deadline_exceeded" && late.text("error.type") == "DedupError.deadlineExceeded")
        #expect(desk.finished("execute step").map(\.outcome) == ["completed"])
    }

    @Test func aRecordThatCannotBeOpenedRefusesTheRequest() async throws {
        let store = FaultyRecordStore(InMemoryExecutionRecords())
        store.fail()
        let desk = try TracedDesk(
            configuration: DeduplicatorConfiguration(recordStoreFailure: .failClosed), records: store)
        await #expect(throws: DedupError.self) { try await desk.ask {}.value }
        #expect(desk.finished("await step").map(\.outcome) == ["refused"])
        #expect(desk.finished("execute step").map { $0.text("error.type") } == ["DedupError.recordStoreUnavailable"])
    }

    @Test func aShutdownThatGivesUpEndsTheWaitFirstAndTheExecutionLater() async throws {
        let gate = Latch()
        let request = desk.ask { await Task { try? await gate.wait() }.value }
        try await gate.waitForWaiters(1)
        #expect(await !desk.deduplicator.shutdown(grace: .zero))
        await #expect(throws: DedupError.self) { try await request.value }
        #expect(desk.finished("await step").map(\.outcome) == ["claimed_again"])
        #expect(desk.tracer.activeSpans.map(\.operationName) == ["execute step"])
        gate.open()
        await desk.untilNothingRuns()
        #expect(desk.finished("execute step").map(\.outcome) == ["superseded"])
    }

    @Test func spansHaveTheTimesOfTheDeduplicator() async throws {
        let gate = Latch()
        let begin = UInt64(desk.time.wallTime.nanosecondsSinceEpoch)
        let leader = desk.ask { try await gate.wait() }
        desk.time.advance(by: .seconds(2))
        let joiner = desk.ask {}
        desk.time.advance(by: .seconds(5))
        gate.open()
        for request in [leader, joiner] { _ = try await request.value }
        let (start, end) = (begin + 2_000_000_000, begin + 7_000_000_000)
        #expect(desk.finished("execute step").map(\.times) == [[begin, end]])
        let waits = desk.finished("await step")
        #expect(waits.filter { $0.outcome == "executed" }.map(\.times) == [[begin, end]])
        #expect(waits.filter { $0.outcome == "joined" }.map(\.times) == [[start, end]])
    }
}
#endif
