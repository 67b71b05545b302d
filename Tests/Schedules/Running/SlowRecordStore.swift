internal import Caching
internal import Dedup

/// A store in memory that takes virtual time to save and fails as its plan says, until it is healed.
///
/// Unchecked: it is touched by the thread of the ``DeterministicScheduler`` alone.
final class SlowRecordStore: ExecutionRecordStore, @unchecked Sendable {
    struct Fault: Error {}

    private let records = InMemoryExecutionRecords()
    private let scheduler: DeterministicScheduler
    private var plan: StorePlan
    private var random: SeededGenerator

    init(_ plan: StorePlan, scheduler: DeterministicScheduler, seed: UInt64) {
        self.plan = plan
        self.scheduler = scheduler
        random = SeededGenerator(seed: seed)
    }

    /// From here on saving works and takes no time.
    func heal() {
        plan.failureRate = 0
        plan.slowness = 0
    }

    func save(_ changes: [ExecutionRecord]) async throws {
        if plan.slowness > 0 {
            await scheduler.sleepThrough(until: scheduler.clock + UInt64(random.below(Int(plan.slowness))))
        }
        if plan.failureRate > 0, random.chance(plan.failureRate) { throw Fault() }
        try await records.save(changes)
    }

    func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        try await records.find(fingerprint, step: step)
    }

    func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        try await records.statistics(step: step, limit: limit)
    }

    func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        try await records.duplicates(over: threshold, limit: limit)
    }
}
