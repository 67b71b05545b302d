import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct StepMiddlewareTests {
    let log = Cell<[String]>([])
    let login = Step<Login, String>("login") { "hello \($0.user)" }

    private func registry(
        outer: [any StepMiddleware] = [], inner: [any StepMiddleware] = []
    ) throws -> StepRegistry {
        let registry = StepRegistry(
            deduplicator: Deduplicator(time: ManualTimeSource()), outer: outer, inner: inner)
        try registry.register(login)
        return registry
    }

    @Test func theFirstMiddlewareIsOutermostAndInnerMiddlewareSeesExecutionsOnly() async throws {
        let registry = try registry(
            outer: [Tracer(name: "a", log: log), Tracer(name: "b", log: log)],
            inner: [Tracer(name: "c", log: log), Tracer(name: "d", log: log)])
        let input = Login(user: "u", password: "p")
        #expect(try await registry.execute(login, input).source == .executed)
        #expect(log.withLock { $0 } == ["a>", "b>", "c>", "d>", "<d", "<c", "<b", "<a"])
        log.withLock { $0 = [] }
        #expect(try await registry.execute(login, input).source == .hit(age: .zero))
        let named = try await registry.execute("login", context: ["user": "u", "password": "p"])
        #expect(named.source == .hit(age: .zero))
        #expect(log.withLock { $0 } == ["a>", "b>", "<b", "<a", "a>", "b>", "<b", "<a"])
    }

    @Test func authorisationInFrontRefusesBeforeAnythingIsLookedUp() async throws {
        let registry = try registry(outer: [Authorisation(tenant: nil)])
        await #expect(throws: Authorisation.Denied.self) {
            try await registry.execute(login, Login(user: "u", password: "p"))
        }
        await #expect(throws: Authorisation.Denied.self) { try await registry.execute("login", context: [:]) }
        let statistics = registry.deduplicator.statistics
        #expect(statistics.requests == 0 && statistics.cache.lookups == 0 && statistics.executions.started == 0)
    }

    @Test func aScopeThatAMiddlewareSetsSeparatesTenants() async throws {
        let deduplicator = Deduplicator(time: ManualTimeSource())
        let key = Fingerprinter()
        for (tenant, source) in [
            ("a", OutcomeSource.executed), ("b", .executed), ("a", .hit(age: .zero)), ("b", .hit(age: .zero)),
        ] {
            let registry = StepRegistry(
                deduplicator: deduplicator, fingerprinter: key, outer: [Authorisation(tenant: tenant)])
            try registry.register(login)
            #expect(try await registry.execute(login, Login(user: "u", password: "p")).source == source)
        }
    }

    /// Whatever was found out in front of it under another scope.
    @Test(arguments: [0, 1])
    func aFingerprintIsMadeUnderTheScopeThatTheRequestHas(inFront: Int) async throws {
        let seen = SeenFingerprints()
        let registry = StepRegistry(
            deduplicator: Deduplicator(time: ManualTimeSource()),
            outer: Array(repeating: NoDuplicates(), count: inFront), inner: [Rescoping(scope: "b", seen: seen)])
        try registry.register(login)
        let input = Login(user: "u", password: "p")
        _ = try await registry.execute(login, input, scope: "a")
        let expected = try ["a", "b"].map { try registry.fingerprint(of: login, input, scope: $0) }
        #expect(seen.all.withLock { $0 } == expected)
    }

    @Test func aMiddlewareMayAnswerInTheStepsStead() async throws {
        let registry = try registry(outer: [Canned()])
        let outcome = try await registry.execute(login, Login(user: "u", password: "p"))
        #expect(outcome.value == "canned" && registry.deduplicator.statistics.requests == 0)
    }

    @Test func aMiddlewareMayChangeHowARequestIsDelivered() async throws {
        let held = HeldStep()
        let slow = Step<Login, Int>("slow") { _ in try await held.run(1) }
        let registry = try registry(outer: [NoDuplicates()])
        try registry.register(slow)
        let leader = Task.immediate { try await registry.execute(slow, Login(user: "u", password: "p")).value }
        let refused = await #expect(throws: DedupError.self) {
            try await registry.execute(slow, Login(user: "u", password: "p"))
        }
        #expect(refused?.code == .rejected)
        held.gate.open()
        #expect(try await leader.value == 1)
    }
}

private struct Tracer: StepMiddleware {
    let name: String
    let log: Cell<[String]>

    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        log.withLock { $0.append("\(name)>") }
        defer { log.withLock { $0.append("<\(name)") } }
        return try await next(request)
    }
}

private struct Authorisation: StepMiddleware {
    struct Denied: Error {}
    let tenant: String?

    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        guard let tenant else { throw Denied() }
        var request = request
        request.scope = tenant
        return try await next(request)
    }
}

private struct NoDuplicates: StepMiddleware {
    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        var request = request
        request.call.duplicates = .reject
        return try await next(request)
    }
}

private struct Canned: StepMiddleware {
    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        guard let value = "canned" as? Output else { return try await next(request) }
        return Outcome(value: value, source: .executed, executionID: 0, epoch: 0)
    }
}

private final class SeenFingerprints: Sendable {
    let all = Lock<[Fingerprint]>([])
}

/// Notes a request's fingerprint under the scope that it comes with, and under another one.
private struct Rescoping: StepMiddleware {
    let scope: String
    let seen: SeenFingerprints

    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        let before = try request.fingerprint()
        var request = request
        request.scope = scope
        let after = try request.fingerprint()
        seen.all.withLock { $0 += [before, after] }
        return try await next(request)
    }
}
