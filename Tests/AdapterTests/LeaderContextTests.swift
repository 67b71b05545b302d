#if Tracing
import Dedup
import DedupTesting
import DedupTracing
import InMemoryTracing
import Testing
import Tracing

/// What work sees of the contexts of the requests that wait for it.
@Suite(.timeLimit(.minutes(1))) struct LeaderContextTests {
    private let desk = TracedDesk()

    private enum TenantKey: ServiceContextKey {
        typealias Value = String
    }

    /// A context as that of a request has it: with a value of its own, inside a span.
    private func asRequest<Value>(
        of tenant: String, on desk: TracedDesk, _ body: () async throws -> Value
    ) async throws -> Value {
        var context = ServiceContext.topLevel
        context[TenantKey.self] = tenant
        return try await desk.tracer.withSpan("request", context: context) { _ in try await body() }
    }

    /// How the execution begins: on the thread of its caller or in a task that has yet to be scheduled.
    private enum Start: CaseIterable {
        case inline, withDeadline, onActor

        var call: CallOptions { self == .withDeadline ? CallOptions(deadline: .seconds(60)) : CallOptions() }
    }

    private struct Seen: Sendable {
        var tenant: String?
        var traceID: String?
        var leaderTenant: String?
        var leaderTraceID: String?

        init(_ execution: ExecutionContext) {
            tenant = ServiceContext.current?[TenantKey.self]
            traceID = ServiceContext.current?.inMemorySpanContext?.traceID
            leaderTenant = execution.leaderContext?[TenantKey.self]
            leaderTraceID = execution.leaderContext?.inMemorySpanContext?.traceID
        }
    }

    private func look(_ start: Start, _ deduplicator: Deduplicator) async throws -> [Seen] {
        let body: @Sendable (ExecutionContext) async throws -> [Seen] = { execution in
            let first = Seen(execution)
            await Task.yield()
            // Tasks of the work belong to it.
            return [first, Seen(execution), await Task { Seen(execution) }.value]
        }
        if start == .onActor { return try await onMainActor(deduplicator, body) }
        return try await deduplicator.execute(.number(1), step: "step", call: start.call, body).value
    }

    @MainActor private func onMainActor(
        _ deduplicator: Deduplicator, _ body: @escaping @Sendable (ExecutionContext) async throws -> [Seen]
    ) async throws -> [Seen] {
        try await deduplicator.execute(.number(1), step: "step", body).value
    }

    @Test(arguments: Start.allCases)
    private func workInheritsNothingAndCanReadTheContextOfItsLeader(_ start: Start) async throws {
        let seen = try await asRequest(of: "acme", on: desk) { try await look(start, desk.deduplicator) }
        let request = try #require(desk.finished("request").only)
        let execution = try #require(desk.finished("execute step").only)
        #expect(execution.traceID != request.traceID && execution.parentSpanID == nil)
        for seen in seen {
            #expect(seen.tenant == nil && seen.traceID == execution.traceID)
            #expect(seen.leaderTenant == "acme" && seen.leaderTraceID == request.traceID)
        }
        #expect(desk.finished("await step").map(\.parentSpanID) == [request.spanID])
    }

    @Test(arguments: Start.allCases)
    private func workOfAnUntracedDeduplicatorSeesNoContextAtAll(_ start: Start) async throws {
        let seen = try await asRequest(of: "acme", on: desk) { try await look(start, Deduplicator()) }
        for seen in seen {
            #expect(seen.tenant == nil && seen.traceID == nil && seen.leaderTenant == nil)
        }
        #expect(desk.tracer.finishedSpans.map(\.operationName) == ["request"])
    }

    @Test func ofManyRequestsTheContextIsThatOfTheOneThatStarted() async throws {
        let gate = Latch()
        let body: @Sendable () async throws -> String? = {
            try await gate.wait()
            return ExecutionContext.current?.leaderContext?[TenantKey.self]
        }
        let tenants = ["acme", "umbrella", "initech"]
        let requests = tenants.map { tenant in
            Task.immediate { [desk] in
                try await asRequest(of: tenant, on: desk) { try await desk.ask(body).value.value }
            }
        }
        gate.open()
        for request in requests { #expect(try await request.value == "acme") }
        let execution = try #require(desk.finished("execute step").only)
        let traces = Set(desk.finished("request").map(\.traceID))
        #expect(traces.count == 3 && !traces.contains(execution.traceID))
        #expect(Set(desk.finished("await step").map(\.traceID)) == traces)
    }

    @Test func spansOfTheWorkAreChildrenOfTheExecution() async throws {
        let tracer = desk.tracer
        _ = try await desk.ask { tracer.withSpan("query") { _ in } }.value
        let execution = try #require(desk.finished("execute step").only)
        #expect(desk.finished("query").map(\.parentSpanID) == [execution.spanID])
    }

    @Test func aStepThatCallsAnotherIsTheLeaderOfThat() async throws {
        let deduplicator = desk.deduplicator
        _ = try await desk.ask { try await deduplicator.once("inner") { 1 } }.value
        let outer = try #require(desk.finished("execute step").only)
        let inner = try #require(desk.finished("await inner").only)
        #expect(inner.parentSpanID == outer.spanID && inner.traceID == outer.traceID)
        #expect(desk.finished("execute inner").map(\.linkedSpans) == [[inner.spanID]])
    }

    @Test func aTracerThatIsBoundWhereTheRequestIsMadeHasTheSpanOfTheExecutionToo() async throws {
        let deduplicator = try Deduplicator(configuration: DeduplicatorConfiguration(), tracing: ExecutionTracing())
        _ = try await withTracer(desk.tracer) { try await deduplicator.once("work") { 1 } }
        #expect(desk.tracer.finishedSpans.map(\.operationName).sorted() == ["await work", "execute work"])
    }

    // MARK: - In the trace of the leader

    @Test func anExecutionCanBeAChildOfItsLeaderOnPurpose() async throws {
        let desk = TracedDesk(ExecutionTracing(parent: .leader))
        let gate = Latch()
        let body: @Sendable () async throws -> String? = {
            try await gate.wait()
            return ServiceContext.current?[TenantKey.self]
        }
        let requests = ["acme", "umbrella"].map { tenant in
            Task.immediate { try await asRequest(of: tenant, on: desk) { try await desk.ask(body).value.value } }
        }
        gate.open()
        for request in requests { #expect(try await request.value == "acme") }
        let execution = try #require(desk.finished("execute step").only)
        let wait = try #require(desk.finished("await step").only)
        let leader = try #require(desk.finished("request").first { $0.spanID == execution.parentSpanID })
        #expect(execution.traceID == leader.traceID && execution.links.isEmpty)
        #expect(wait.traceID != leader.traceID && wait.linkedSpans == [execution.spanID])
        #expect(wait.outcome == "joined")
    }

    // MARK: - What is kept

    private final class Baggage: Sendable {}

    private enum BaggageKey: ServiceContextKey {
        typealias Value = Baggage
    }

    private final class Watched: Sendable {
        private let references = Cell<[Reference]>([])

        private struct Reference: Sendable {
            weak var baggage: Baggage?
        }

        func makeContext() -> ServiceContext {
            let baggage = Baggage()
            references.withLock { $0.append(Reference(baggage: baggage)) }
            var context = ServiceContext.topLevel
            context[BaggageKey.self] = baggage
            return context
        }

        var alive: Int { references.withLock { $0.count { $0.baggage != nil } } }
    }

    /// A result stays in the cache for long; the contexts of those that waited for it must not.
    @Test(arguments: ExecutionTracing.Parent.allCases)
    func nothingIsKeptOfRequestsWhoseFlightsHaveEnded(_ parent: ExecutionTracing.Parent) async throws {
        let desk = TracedDesk(ExecutionTracing(parent: parent))
        let watched = Watched()
        for number in 0..<20 {
            let gate = Latch()
            let requests = (0..<5).map { _ in
                Task.immediate {
                    try await ServiceContext.withValue(watched.makeContext()) {
                        try await desk.deduplicator.once("step", number) {
                            try await gate.wait()
                            return number
                        }
                    }
                }
            }
            requests[number % 5].cancel()
            gate.open()
            for request in requests { _ = await request.result }
        }
        #expect(desk.deduplicator.cachedResults == 20)
        #expect(desk.tracer.activeSpans.isEmpty && desk.finished("execute step").count == 20)
        // The tracer of the test keeps all spans.
        desk.tracer.clearAll()
        await eventually { watched.alive == 0 }
        #expect(watched.alive == 0)
    }
}
#endif
