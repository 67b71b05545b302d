import Caching
import Dedup
import DedupTesting
import Testing

/// What a step is made with is what holds for it.
@Suite(.timeLimit(.minutes(1))) struct StepTests {
    static let policies: [ExecutionPolicy] = [
        .standard, .sideEffect(timeToLive: nil), .sideEffect(holdAfter: .seconds(3)),
        ExecutionPolicy(
            timeToLive: .sliding(.seconds(7), maximumAge: .seconds(70)), failureTimeToLive: .fixed(.seconds(2)),
            duplicates: .reject, abandonment: .complete, overlap: .allowed, timeout: .supersede(after: .seconds(9)),
            weight: 4),
    ]

    @Test(arguments: policies)
    func aPolicyHoldsAsItIs(policy: ExecutionPolicy) {
        #expect(Step("typed", policy: policy) { (input: Int) in input }.description.policy == policy)
        #expect(Step<JSONValue, Int>(dynamic: "dynamic", policy: policy) { _ in 1 }.description.policy == policy)
    }

    @Test func timeToLiveAndDuplicatesAreTheRestOfTheStandardPolicy() {
        let expected = ExecutionPolicy(timeToLive: .fixed(.seconds(5)), duplicates: .reject)
        let typed = Step("typed", ttl: .fixed(.seconds(5)), duplicates: .reject) { (input: Int) in input }
        let dynamic = Step<JSONValue, Int>(dynamic: "d", ttl: .fixed(.seconds(5)), duplicates: .reject) { _ in 1 }
        #expect(typed.description.policy == expected && dynamic.description.policy == expected)
        #expect(Step("plain") { (input: Int) in input }.description.policy == .standard)
    }

    @Test func aSideEffectThatIsNotCachedRunsEachTime() async throws {
        let registry = StepRegistry(time: ManualTimeSource())
        let runs = Cell(0)
        let charge = Step("charge", policy: .sideEffect(timeToLive: nil)) { (_: Int) in
            runs.withLock { $0 += 1 }
        }
        try registry.register(charge)
        for _ in 0..<3 { #expect(try await registry.execute(charge, 1).source == .executed) }
        #expect(runs.withLock { $0 } == 3)
    }
}
