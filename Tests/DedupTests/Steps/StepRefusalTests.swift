import Caching
import Dedup
import DedupTesting
import Testing

/// A request that ends in front of the deduplication has an outcome too.
@Suite(.timeLimit(.minutes(1))) struct StepRefusalTests {
    struct Unfaithful: Codable, Sendable {
        var fails: Bool

        init(fails: Bool) { self.fails = fails }
        init(from decoder: any Decoder) throws { throw Boom() }
        func encode(to encoder: any Encoder) throws { if fails { throw Boom() } }
    }

    private func registry(outer: [any StepMiddleware] = []) throws -> StepRegistry {
        let registry = StepRegistry(deduplicator: Deduplicator(time: ManualTimeSource()), outer: outer)
        try registry.register(Step("active") { (_: Login) in 1 })
        try registry.register(Step("inactive") { (_: Login) in 1 })
        try registry.setStatus(.inactive, of: "inactive")
        try registry.register(Step(declaring: "declared"))
        try registry.register(Step("unfaithful") { (_: Unfaithful) in 1 })
        return registry
    }

    static let refused: [@Sendable (StepRegistry) async throws -> Void] = [
        { _ = try await $0.execute("unknown", context: [:]) },
        { _ = try await $0.execute(Step("unknown") { (_: Int) in 1 }, 1) },
        { _ = try await $0.execute(Step("active") { (_: Int) in 1 }, 1) },
        { _ = try await $0.execute("inactive", context: ["user": "u", "password": "p"]) },
        { _ = try await $0.execute(Step("inactive") { (_: Login) in 1 }, Login(user: "u", password: "p")) },
        { _ = try await $0.execute("declared", context: [:]) },
        { _ = try await $0.execute("active", context: ["user": 1]) },
        { _ = try await $0.execute("active", context: ["user": .number(.nan)]) },
        { _ = try await $0.execute("unfaithful", context: [:]) },
        { _ = try await $0.execute(Step("unfaithful") { (_: Unfaithful) in 1 }, Unfaithful(fails: true)) },
    ]

    @Test(arguments: refused.indices, [false, true])
    func eachRefusalCountsOnce(number: Int, isBehindMiddleware: Bool) async throws {
        let registry = try registry(outer: isBehindMiddleware ? [Passing(), Passing()] : [])
        await #expect(throws: (any Error).self) { try await Self.refused[number](registry) }
        let statistics = registry.deduplicator.statistics
        #expect(statistics.outcomes.refused == 1 && statistics.requests == 1)
        #expect(statistics.executions.started == 0 && statistics.records.added == 0)
    }

    @Test func anUnauthorisedCallerLearnsNothingAboutAStep() async throws {
        let registry = try registry(outer: [Forbidding()])
        for name in ["active", "inactive", "declared", "unfaithful"] {
            await #expect(throws: Forbidding.Denied.self) { try await registry.execute(name, context: [:]) }
        }
        #expect(registry.deduplicator.statistics.requests == 0)
    }

    @Test func anErrorOfATypesOwnDecodingIsAnInvalidContext() async throws {
        let registry = try registry()
        let error = await #expect(throws: DedupError.self) { try await registry.execute("unfaithful", context: [:]) }
        #expect(error?.code == .invalidContext && error?.underlying is Boom)
    }
}

private struct Passing: StepMiddleware {
    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        try await next(request)
    }
}

private struct Forbidding: StepMiddleware {
    struct Denied: Error {}

    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        throw Denied()
    }
}
