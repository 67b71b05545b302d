import Caching
import Dedup
import DedupTesting
import Testing

/// How many locks a request takes; for the reason and the way of counting see the test of the same name of `Caching`.
@Suite(.timeLimit(.minutes(1)), .enabled(if: LockCount.taken != nil, "Locks are counted in debug builds."))
struct LockCountTests {
    let deduplicator: Deduplicator

    init() { deduplicator = Deduplicator() }

    @Test func aHitTakesOneLock() async throws {
        _ = try await ask(1).value
        let locks = try await fewestLocks { _ in _ = try await ask(1).value }
        #expect(locks == 1)
    }

    @Test func anExecutionTakesTenLocksAndThoseOfTheLanesOfTheCache() async throws {
        let locks = try await fewestLocks { round in _ = try await ask(UInt64(100 + round)).value }
        #expect(locks == 10 + Processor.laneCount)
    }

    @Test func aJoinTakesFourLocksUntilItWaits() async throws {
        let step = HeldStep()
        let leader = ask(1) { try await step.run(1) }
        let joins = Cell<[Task<Outcome<Int>, any Error>]>([])
        let locks = await fewestLocks { _ in
            let join = ask(1)
            joins.withLock { $0.append(join) }
        }
        step.gate.open()
        for join in joins.withLock({ $0 }) { #expect(try await join.value.value == 1) }
        _ = try await leader.value
        #expect(locks == 4 + 1, "One of them is the test's own.")
    }

    private func ask(
        _ key: UInt64, _ body: @escaping @Sendable () async throws -> Int = { 0 }
    ) -> Task<Outcome<Int>, any Error> {
        Task.immediate { try await deduplicator.execute(.number(key), step: "step") { _ in try await body() } }
    }

    private func fewestLocks(_ body: (Int) async throws -> Void) async rethrows -> Int {
        var fewest = Int.max
        for round in 0..<40 {
            let before = LockCount.taken ?? 0
            try await body(round)
            fewest = min(fewest, (LockCount.taken ?? 0) - before)
        }
        return fewest
    }
}
