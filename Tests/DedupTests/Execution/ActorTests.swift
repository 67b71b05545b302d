import Caching
import Dedup
import DedupTesting
import Testing

/// A step does not keep the actor of the request that starts it.
@Suite(.timeLimit(.minutes(1))) struct ActorTests {
    /// An actor that starts steps which do not suspend before it has done something else.
    private actor Client {
        let deduplicator = Deduplicator()
        let released = Cell(false)
        var isBusy = false

        /// The step blocks its thread until the actor has run something else: for ever, if it blocks the actor.
        func ask(_ registry: StepRegistry?) async throws -> Int {
            isBusy = true
            let body: @Sendable () -> Int = { [released] in
                while !released.withLock({ $0 }) {}
                return 1
            }
            guard let registry else { return try await deduplicator.execute(.number(1)) { body() }.value }
            let step = Step("blocking") { body() }
            try registry.register(step)
            return try await registry.execute(step).value
        }

        func release() { released.withLock { $0 = true } }
    }

    @Test(arguments: [false, true])
    func theCallersActorIsFreeWhileAStepBlocksItsThread(byRegistry: Bool) async throws {
        let client = Client()
        let registry = byRegistry ? StepRegistry() : nil
        let request = Task { try await client.ask(registry) }
        await eventually { await client.isBusy }
        await client.release()
        #expect(try await request.value == 1)
    }

    @MainActor
    @Test func anInlineStepBeginsOnTheThreadOfItsCallersActor() async throws {
        let step = HeldStep()
        let request = Task.immediate {
            try await Deduplicator().execute(.number(1), policy: ExecutionPolicy(start: .inline)) {
                try await step.run(1)
            }
        }
        #expect(step.runs == 1, "It has begun before the request suspended.")
        step.gate.open()
        #expect(try await request.value.value == 1)
    }

    /// A request without an actor starts its step on its own thread, which saves a change of threads.
    @Test func aRequestWithoutAnActorStartsItsStepItself() async throws {
        let step = HeldStep()
        let desk = try Desk()
        let request = desk.ask { try await step.run(1) }
        #expect(step.runs == 1, "It has begun before the request suspended.")
        step.gate.open()
        _ = try await request.value
    }
}
