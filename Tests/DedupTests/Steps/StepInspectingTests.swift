import Caching
import Dedup
import DedupTesting
import Testing

/// What a registry tells of a request without executing it.
@Suite(.timeLimit(.minutes(1))) struct StepInspectingTests {
    let registry = StepRegistry(time: ManualTimeSource())
    let status = Step("git.status") { (repository: Repository) in repository.path }
    let context: JSONValue = ["path": "/srv/app", "depth": nil, "unknown": 1]
    let input = Repository(path: "/srv/app")

    init() throws {
        try registry.register(status)
        try registry.register(Step<JSONValue, Int>(dynamic: "raw") { _ in 1 })
    }

    @Test func theFingerprintIsThatOfTheExecution() async throws {
        let subscription = registry.deduplicator.events.subscribe()
        _ = try await registry.execute(status, input, scope: "tenant")
        await registry.deduplicator.shutdown()
        let executed = await subscription.first { _ in true }?.fingerprint
        #expect(try registry.fingerprint(of: status, input, scope: "tenant") == executed)
        #expect(try registry.fingerprint(of: "git.status", context: context, scope: "tenant") == executed)
        #expect(try registry.fingerprint(of: status, input) != executed)
        #expect(registry.deduplicator.statistics.requests == 1)
    }

    @Test(arguments: [true, false])
    func invalidatingForgetsOneResult(typed: Bool) async throws {
        let other = Repository(path: "other")
        for input in [input, other] { _ = try await registry.execute(status, input) }
        let invalidate = {
            typed
                ? try registry.invalidate(status, input) : try registry.invalidate("git.status", context: context)
        }
        #expect(try invalidate())
        #expect(try !invalidate())
        #expect(try await registry.execute(status, input).source == .executed)
        #expect(try await registry.execute(status, other).source == .hit(age: .zero))
    }

    @Test func explainNamesThePathsInWhichInputsDiffer() throws {
        let deep = Repository(path: "/srv/app", depth: 2)
        #expect(try registry.explain(status, input, deep).map(\.path) == ["$.depth"])
        #expect(try registry.explain("git.status", context, ["path": "b"]).map(\.path) == ["$.path"])
        #expect(try registry.explain("git.status", context, ["path": "/srv/app"]).isEmpty)
        #expect(try registry.explain("raw", context, ["path": "/srv/app"]).map(\.path) == ["$.depth", "$.unknown"])
    }

    @Test func historyHoldsEverythingUpToNow() async throws {
        for _ in 0..<3 { _ = try await registry.execute(status, input) }
        let record = try #require(try await registry.record(of: status, input))
        #expect(record.executions == 1 && record.hits == 2 && record.step == "git.status")
        #expect(try await registry.record(of: "git.status", context: context) == record)
        #expect(try await registry.record(of: status, Repository(path: "never")) == nil)
        #expect(try await registry.duplicates() == [record])
        #expect(try await registry.duplicates(over: 3).isEmpty)
        #expect(try await registry.recordStatistics(of: "git.status").map(\.offered) == [3])
        #expect(try await registry.recordStatistics(limit: 0).isEmpty)
        #expect(try await registry.records.find(record.fingerprint, step: "git.status") == record)
    }

    @Test func anUnregisteredOrUnfittingStepIsAnError() async throws {
        let other = Step("git.status") { (path: String) in path }
        func code(_ body: () async throws -> Void) async -> DedupError.Code? {
            do { try await body() } catch { return (error as? DedupError)?.code }
            return nil
        }
        #expect(await code { _ = try registry.fingerprint(of: other, "a") } == .stepMismatch)
        #expect(await code { _ = try registry.explain("unknown", nil, nil) } == .unknownStep)
        #expect(await code { try registry.invalidate("git.status", context: [:]) } == .invalidContext)
        #expect(await code { _ = try await registry.record(of: "unknown", context: [:]) } == .unknownStep)
        #expect(registry.deduplicator.statistics.requests == 0, "Inspecting is no request.")
    }
}
