import Caching
import Dedup
import DedupTesting
import Testing

/// The forms in which steps are made and called, and what has to agree between the two.
@Suite(.timeLimit(.minutes(1))) struct StepFormsTests {
    let registry = StepRegistry(time: ManualTimeSource())

    private func code(_ body: () async throws -> Void) async -> DedupError.Code? {
        do { try await body() } catch { return (error as? DedupError)?.code }
        return nil
    }

    // MARK: - Inputs

    @Test func aStepWithoutInputRunsOnceForAll() async throws {
        let runs = Cell(0)
        let ping = Step("ping", ttl: .fixed(.seconds(5))) { () -> String in
            runs.withLock { $0 += 1 }
            return "pong"
        }
        try registry.register(ping)
        #expect(try await registry.execute(ping).value == "pong")
        #expect(try await registry.execute("ping", as: String.self).value == "pong")
        #expect(try await registry.execute("ping", context: [:]).value as? String == "pong")
        #expect(try await registry.execute(ping, scope: "other").source == .executed)
        #expect(runs.withLock { $0 } == 2)
    }

    @Test func aStepWithSeveralParametersTakesThemInOrder() async throws {
        let add = Step("add") { (a: Int, b: Int) in a - b }
        let join = Step("join", policy: .standard) { (a: String, b: Int, c: [Bool]) in "\(a)\(b)\(c)" }
        try registry.register(add)
        try registry.register(join)
        #expect(try await registry.execute(add, 5, 3).value == 2)
        #expect(try await registry.execute(add, 3, 5).value == -2)
        #expect(try await registry.execute(add, StepInputs(5, 3)).source == .hit(age: .zero))
        #expect(try await registry.execute("add", context: [5, 3], as: Int.self).source == .hit(age: .zero))
        #expect(try await registry.execute(join, "a", 1, [true]).value == "a1[true]")
    }

    @Test(arguments: [[1], [1, 2, 3], ["1", 2], [:], nil] as [JSONValue])
    func aContextThatIsNotTheParametersIsRefused(context: JSONValue) async throws {
        try registry.register(Step("add") { (a: Int, b: Int) in a + b })
        #expect(await code { _ = try await registry.execute("add", context: context) } == .invalidContext)
    }

    // MARK: - Types

    @Test func aCallByNameSaysWhichTypeItExpects() async throws {
        try registry.register(Step("length") { (text: String) in text.count })
        let outcome: Outcome<Int> = try await registry.execute("length", context: "abc", as: Int.self)
        #expect(outcome.value == 3 && outcome.source == .executed)
        #expect(
            await code { _ = try await registry.execute("length", context: "abc", as: String.self) } == .typeMismatch)
        #expect(registry.deduplicator.statistics.executions.started == 1, "Nothing runs for the wrong type.")
        #expect(registry.deduplicator.statistics.outcomes.refused == 1)
    }

    // MARK: - The step that is registered

    @Test func aStepOfAnotherVersionIsRefused() async throws {
        try registry.register(Step("price", version: 1) { (sku: String) in "old rules" })
        let new = Step("price", version: 2) { (sku: String) in "new rules" }
        let error = await #expect(throws: DedupError.self) { try await registry.execute(new, "x") }
        #expect(error?.code == .stepMismatch)
        #expect(error?.message.contains("version 1") == true && error?.message.contains("version 2") == true)
    }

    @Test func aStepWithOtherRulesOrAnotherPolicyIsRefused() async throws {
        let body: @Sendable (String) -> Int = { $0.count }
        try registry.register(Step("a", body: body))
        let others = [
            Step("a", rules: .includeAll, body: body), Step("a", duplicates: .reject, body: body),
            Step("a", ttl: nil, body: body), Step("a", policy: .sideEffect(), body: body),
        ]
        for other in others { #expect(await code { _ = try await registry.execute(other, "x") } == .stepMismatch) }
        #expect(await code { _ = try await registry.execute(Step("a") { (_: String) in "x" }, "x") } == .stepMismatch)
        #expect(registry.deduplicator.statistics.executions.started == 0)
    }

    /// A step that is made anew for each call is the same step if it says the same; its body cannot be compared.
    @Test func aStepThatIsMadeAgainIsTheSame() async throws {
        func make(_ result: Int) -> Step<String, Int> { Step("a") { _ in result } }
        try registry.register(make(1))
        #expect(try await registry.execute(make(2), "x").value == 1)
    }

    // MARK: - Results

    @Test func aStepWeighsItsResults() async throws {
        let configuration = DeduplicatorConfiguration(cache: CacheConfiguration(capacity: .weight(10), shards: 1))
        let registry = StepRegistry(deduplicator: try Deduplicator(configuration: configuration))
        let text = Step("text", weight: { (text: String) in text.utf8.count }) { (length: Int) in
            String(repeating: "x", count: length)
        }
        try registry.register(text)
        for length in [4, 5] { _ = try await registry.execute(text, length) }
        #expect(registry.deduplicator.cachedResults == 2)
        _ = try await registry.execute(text, 6)
        #expect(
            registry.deduplicator.cachedResults == 1, "4 + 5 + 6 is more than 10, and 6 + 5 and 6 + 4 are not less.")
    }

    @Test func aStepTagsItsResults() async throws {
        let order = Step("order", tags: { (customer: Int) in ["customer \(customer)"] }) { (customer: Int) in customer }
        try registry.register(order)
        for customer in [1, 2] { _ = try await registry.execute(order, customer, call: CallOptions(tags: ["all"])) }
        #expect(registry.deduplicator.invalidate(tag: "customer 1") == 1)
        #expect(try await registry.execute(order, 2).source == .hit(age: .zero))
        #expect(registry.deduplicator.invalidate(tag: "all") == 1)
    }

    // MARK: - Registering

    @Test func namesThatAreTooLongAndStepsTooManyAreRefusedWhereTheyAreRegistered() throws {
        let configuration = DeduplicatorConfiguration(stepLimit: 2, stepNameByteLimit: 4)
        let registry = StepRegistry(deduplicator: try Deduplicator(configuration: configuration))
        func register(_ name: String) throws { try registry.register(Step(name) { (_: Int) in 1 }) }
        let long = #expect(throws: DedupError.self) { try register("ééé") }
        #expect(long?.code == .stepNameLimit && long?.message.contains("stepNameByteLimit") == true)
        try register("a")
        try register("b")
        let third = #expect(throws: DedupError.self) { try register("c") }
        #expect(third?.code == .stepNameLimit && third?.message.contains("stepLimit") == true)
        registry.unregister("a")
        try register("c")
        #expect(registry.steps.map(\.name) == ["b", "c"])
    }

    /// A step that is unregistered leaves nothing behind that counts against a limit.
    @Test func stepsComeAndGo() async throws {
        let registry = StepRegistry()
        for round in 0..<10_001 {
            let step = Step("step \(round)") { (input: Int) in input }
            try registry.register(step)
            #expect(try await registry.execute(step, round).value == round)
            registry.unregister(step.name)
        }
        #expect(registry.steps.isEmpty)
    }

    @Test func aStepIsReleasedWhenItIsUnregistered() throws {
        final class Held: Sendable {}
        weak var weakly: Held?
        do {
            let held = Held()
            weakly = held
            try registry.register(Step("a") { (_: Int) in withExtendedLifetime(held) { 1 } })
        }
        #expect(weakly != nil)
        registry.unregister("a")
        #expect(weakly == nil)
    }
}
