import Caching
import Dedup
import DedupTesting
import Testing

struct Repository: Codable, Hashable, Sendable {
    var path: String
    var depth: Int?
}

struct Login: Codable, Hashable, Sendable {
    var user: String
    var password: String
}

@Suite(.timeLimit(.minutes(1))) struct StepRegistryTests {
    let time = ManualTimeSource()
    let registry: StepRegistry
    let runs = Cell(0)

    init() { registry = StepRegistry(time: time) }

    private func step(
        _ name: String = "git.status", version: Int = 1, policy: ExecutionPolicy = ExecutionPolicy()
    ) -> Step<Repository, String> {
        Step(name, version: version, policy: policy) { [runs] repository in
            runs.withLock { $0 += 1 }
            return "status of \(repository.path)"
        }
    }

    private func code(_ body: () async throws -> Void) async -> DedupError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? DedupError)?.code
        }
    }

    // MARK: - Typed and by name

    @Test(arguments: [true, false])
    func typedCallsAndCallsByNameShareAResult(typedFirst: Bool) async throws {
        let status = step()
        try registry.register(status)
        let typed = { try await registry.execute(status, Repository(path: "/srv/app", depth: 3)).map { $0 as String } }
        let named = {
            try await registry.execute("git.status", context: ["depth": 3, "path": "/srv/app"]).map { $0 as? String }
        }
        if typedFirst {
            #expect(try await typed().source == .executed)
            #expect(try await named().source == .hit(age: .zero))
        } else {
            #expect(try await named().source == .executed)
            #expect(try await typed().source == .hit(age: .zero))
        }
        #expect(try await typed().value == "status of /srv/app")
        #expect(try await named().value == "status of /srv/app")
        #expect(runs.withLock { $0 } == 1)
        let cache = registry.deduplicator.statistics.cache
        #expect(cache.hits == 3 && cache.misses == 1)
    }

    @Test func typedCallsAndCallsByNameJoinOneFlight() async throws {
        let held = HeldStep()
        let slow = Step("slow") { (_: Repository) in try await held.run(5) }
        try registry.register(slow)
        let typed = Task.immediate { [registry] in try await registry.execute(slow, Repository(path: "a")).value }
        let named = Task.immediate { [registry] in
            try await registry.execute("slow", context: ["path": "a"]).value as? Int
        }
        held.gate.open()
        #expect(try await typed.value == 5)
        #expect(try await named.value == 5)
        #expect(held.runs == 1)
    }

    @Test func aDynamicStepTakesAnyContext() async throws {
        let echo = Step<JSONValue, JSONValue>(dynamic: "echo") { $0 }
        try registry.register(echo)
        let context: JSONValue = ["a": [1, nil, "x"]]
        #expect(try await registry.execute(echo, context).value == context)
        #expect(try await registry.execute("echo", context: context).source == .hit(age: .zero))
    }

    @Test func aStepCalledWithOtherTypesThanRegisteredIsRefused() async throws {
        try registry.register(step())
        let other = Step("git.status") { (_: Repository) in 1 }
        #expect(await code { _ = try await registry.execute(other, Repository(path: "a")) } == .stepMismatch)
    }

    // MARK: - Steps that cannot be executed

    @Test func anUnknownStepIsNamedAndNoOther() async throws {
        try registry.register(step())
        let error = await #expect(throws: DedupError.self) { try await registry.execute("git.log", context: [:]) }
        #expect(error?.code == .unknownStep && error?.message.contains("git.log") == true)
        #expect(error?.message.contains("git.status") == false, "Names are not told to every caller.")
        #expect(await code { try registry.setStatus(.inactive, of: "git.log") } == .unknownStep)
        #expect(await code { _ = try registry.statistics(of: "git.log") } == .unknownStep)
    }

    @Test func anInactiveStepIsRefusedEvenWhenItsResultIsCached() async throws {
        let status = step()
        try registry.register(status)
        _ = try await registry.execute(status, Repository(path: "a"))
        try registry.setStatus(.inactive, of: "git.status")
        #expect(try registry.status(of: "git.status") == .inactive)
        #expect(await code { _ = try await registry.execute(status, Repository(path: "a")) } == .inactiveStep)
        #expect(
            await code { _ = try await registry.execute("git.status", context: ["path": "a"]) } == .inactiveStep)
        try registry.setStatus(.active, of: "git.status")
        #expect(try await registry.execute(status, Repository(path: "a")).source == .hit(age: .zero))
    }

    @Test func aDeclaredStepHasNothingToExecuteUntilOneIsRegistered() async throws {
        try registry.register(Step(declaring: "git.status"))
        #expect(registry.steps.map(\.name) == ["git.status"])
        #expect(
            await code { _ = try await registry.execute("git.status", context: [:]) } == .stepWithoutExecutor)
        try registry.register(step())
        #expect(try await registry.execute("git.status", context: ["path": "a"]).source == .executed)
    }

    @Test func aStepThatWasSwitchedOffStaysOffWhenItsBodyIsRegistered() async throws {
        try registry.register(Step(declaring: "git.status"))
        try registry.setStatus(.inactive, of: "git.status")
        try registry.register(step())
        #expect(try registry.status(of: "git.status") == .inactive)
        #expect(await code { _ = try await registry.execute("git.status", context: ["path": "a"]) } == .inactiveStep)
    }

    @Test func twoSpellingsOfANameAreTwoSteps() async throws {
        let spellings = ["caf\u{e9}", "cafe\u{301}"]
        for (number, spelling) in spellings.enumerated() {
            try registry.register(Step(spelling) { (input: Int) in input + number })
        }
        #expect(registry.steps.map { Array($0.name.utf8) } == spellings.reversed().map { Array($0.utf8) })
        for (number, spelling) in spellings.enumerated() {
            let outcome = try await registry.execute(spelling, context: 5)
            #expect(outcome.source == .executed && outcome.value as? Int == 5 + number)
            #expect(try await registry.record(of: spelling, context: 5)?.executions == 1)
        }
        #expect(registry.unregister(spellings[0]))
        #expect(throws: DedupError.self) { try registry.status(of: spellings[0]) }
        #expect(try registry.status(of: spellings[1]) == .active)
    }

    @Test func aNameIsRegisteredOnce() async throws {
        try registry.register(step())
        #expect(await code { try registry.register(step()) } == .duplicateStep)
        #expect(registry.unregister("git.status"))
        #expect(!registry.unregister("git.status"))
        try registry.register(step())
    }

    @Test func aStepWithAWrongPolicyIsNotRegistered() async {
        let wrong = step(policy: ExecutionPolicy(weight: 0))
        #expect(await code { try registry.register(wrong) } == .invalidConfiguration)
        #expect(registry.steps.isEmpty)
    }

    // MARK: - Statistics

    @Test func aStepCountsItsRunsAndNotItsHits() async throws {
        let failing = Step<Repository, Int>("failing") { [time] repository in
            time.advance(by: .seconds(2))
            if repository.path == "bad" { throw Boom() }
            return 1
        }
        try registry.register(failing)
        let began = time.wallTime
        #expect(try registry.statistics(of: "failing").runs == 0)
        for _ in 0..<3 { _ = try await registry.execute(failing, Repository(path: "good")) }
        var statistics = try registry.statistics(of: "failing")
        #expect(statistics.runs == 1 && statistics.failures == 0 && statistics.lastError == nil)
        #expect(statistics.lastRun == began && statistics.lastDuration == .seconds(2))
        _ = try? await registry.execute(failing, Repository(path: "bad"))
        statistics = try registry.statistics(of: "failing")
        #expect(statistics.runs == 2 && statistics.failures == 1 && statistics.lastError == "Boom")
    }

    @Test func aContextThatDescribesNoInputIsNoRun() async throws {
        try registry.register(step())
        let events = registry.deduplicator.events.subscribe()
        #expect(await code { _ = try await registry.execute("git.status", context: ["path": 5]) } == .invalidContext)
        #expect(try registry.statistics(of: "git.status").runs == 0)
        let statistics = registry.deduplicator.statistics
        #expect(statistics.executions.started == 0 && statistics.requests == 1 && statistics.outcomes.refused == 1)
        #expect(statistics.cache.lookups == 0 && statistics.records.added == 0)
        await registry.deduplicator.shutdown()
        #expect(await !events.contains { _ in true })
    }

    // MARK: - Identity

    @Test func versionScopeNamespaceAndInputSeparateResults() async throws {
        let status = step()
        try registry.register(status)
        let input = Repository(path: "a")
        for scope in [nil, "", "tenant"] {
            #expect(try await registry.execute(status, input, scope: scope).source == .executed)
        }
        #expect(try await registry.execute(status, Repository(path: "b")).source == .executed)
        registry.unregister("git.status")
        let next = step(version: 2)
        try registry.register(next)
        #expect(try await registry.execute(next, input).source == .executed)
        let other = StepRegistry(
            deduplicator: registry.deduplicator, fingerprinter: Fingerprinter(namespace: "other"))
        try other.register(next)
        #expect(try await other.execute(next, input).source == .executed)
        #expect(runs.withLock { $0 } == 6)
    }

    @Test func deliveryOptionsNeverChangeTheFingerprint() async throws {
        let status = step()
        try registry.register(status)
        _ = try await registry.execute(status, Repository(path: "a"))
        for call in [
            CallOptions(duplicates: .reject), CallOptions(deadline: .seconds(1)),
            CallOptions(duplicates: .join, deadline: .zero),
        ] {
            let outcome = try await registry.execute(status, Repository(path: "a"), call: call)
            #expect(outcome.source == .hit(age: .zero))
        }
        registry.unregister("git.status")
        let slower = step(
            policy: ExecutionPolicy(
                timeToLive: .forever, duplicates: .reject, abandonment: .complete, timeout: .hold(after: .seconds(1)),
                weight: 3))
        try registry.register(slower)
        #expect(try await registry.execute(slower, Repository(path: "a")).source == .hit(age: .zero))
        #expect(runs.withLock { $0 } == 1)
    }

    @Test func aStepsOwnDecisionAboutTimeToLiveHolds() async throws {
        let fleeting = Step<Repository, Int>("fleeting", timeToLive: { _ in nil }) { _ in 1 }
        try registry.register(fleeting)
        for _ in 0..<2 {
            #expect(try await registry.execute(fleeting, Repository(path: "a")).source == .executed)
            #expect(try await registry.execute("fleeting", context: ["path": "a"]).source == .executed)
        }
    }
}
