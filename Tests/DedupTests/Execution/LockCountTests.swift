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
        let locks = fewestLocks { _ in ask(1) }
        #expect(locks == 1)
    }

    @Test func anExecutionTakesEightLocksAndThoseOfTheLanesOfTheCache() {
        let locks = fewestLocks { round in ask(UInt64(100 + round)) }
        #expect(locks == 8 + Processor.laneCount)
    }

    @Test func aJoinTakesFourLocksUntilItWaits() async throws {
        let step = HeldStep()
        let leader = ask(1) { try await step.run(1) }
        var joins: [Task<Outcome<Int>, any Error>] = []
        joins.reserveCapacity(40)
        let locks = fewestLocks { _ in joins.append(ask(1) { 2 }) }
        step.gate.open()
        for join in joins + [leader] { #expect(try await join.value.value == 1) }
        #expect(locks == 4)
    }

    /// All of an empty step, and a join until it waits, is done on the calling thread before this returns.
    @discardableResult
    private func ask(
        _ key: UInt64, _ body: @escaping @Sendable () async throws -> Int = { 0 }
    ) -> Task<Outcome<Int>, any Error> {
        Task.immediate { try await deduplicator.execute(.number(key), step: "step") { _ in try await body() } }
    }

    private func fewestLocks<Result>(_ body: (Int) -> Result) -> Int {
        (0..<40).map { round in
            let before = LockCount.taken ?? 0
            _ = body(round)
            return (LockCount.taken ?? 0) - before
        }.min() ?? 0
    }
}
