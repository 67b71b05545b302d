internal import Caching

/// A record store in memory: for tests, for tools, and for services that want statistics without a database.
///
/// It holds a bounded number of records. When one more is saved, the record that was changed longest ago is forgotten and
/// counted in ``forgottenRecords``; its counts are missing from the statistics from then on.
public final class InMemoryExecutionRecords: ExecutionRecordStore, ImmediateRecordStore {
    private struct State: ~Copyable {
        var records: RecentRecords
        var forgotten = 0

        mutating func add(_ changes: [ExecutionRecord], capacity: Int) {
            for change in changes {
                if records.merge(change) { continue }
                if records.count == capacity {
                    records.removeOldest()
                    forgotten += 1
                }
                records.append(change)
            }
        }
    }

    /// The highest number of records that are kept.
    public let capacity: Int

    private let state: Lock<State>

    /// Makes an empty store.
    ///
    /// - Parameter capacity: the highest number of fingerprints with a record. Default 10,000, which is about 2.5 MB.
    /// - Precondition: `capacity` is at least 1. Check a number that comes from a configuration file before.
    public init(capacity: Int = 10_000) {
        precondition(capacity > 0, "capacity is \(capacity); a record store holds at least 1 record.")
        self.capacity = capacity
        state = Lock(State(records: RecentRecords()))
    }

    /// How many records are kept.
    public var count: Int {
        state.withLock { $0.records.count }
    }

    /// How many records were forgotten to make room.
    public var forgottenRecords: Int {
        state.withLock { $0.forgotten }
    }

    /// Adds the changes, all of them at one instant. Never throws.
    public func save(_ changes: [ExecutionRecord]) async throws {
        state.withLock { $0.add(changes, capacity: capacity) }
    }

    package func saveAtOnce(_ changes: [ExecutionRecord]) -> Bool {
        // A query may have the lock for as long as it takes to copy all records.
        state.withLockIfFree { $0.add(changes, capacity: capacity) } != nil
    }

    /// The record of a fingerprint, or `nil` if there is none. Never throws.
    public func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        state.withLock { $0.records[ExecutionRecord.ID(step: step, fingerprint: fingerprint)] }
    }

    /// The sums over the records of each step; see ``ExecutionRecordStore/statistics(step:limit:)``.
    public func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        try RecordQueryError.validate(limit: limit)
        let sums = StepSums(allRecords().lazy.filter { step == nil || $0.hasStep(step) })
        return Array(sums.statistics.sorted(by: StepRecordStatistics.mostOfferedFirst).prefix(limit))
    }

    /// The records offered most; see ``ExecutionRecordStore/duplicates(over:limit:)``.
    public func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        try RecordQueryError.validate(limit: limit)
        let found = allRecords().filter { $0.offered > threshold }.sorted { lhs, rhs in
            lhs.offered == rhs.offered ? lhs.id < rhs.id : lhs.offered > rhs.offered
        }
        return Array(found.prefix(limit))
    }

    /// A copy of the records, so that sorting them happens outside the lock.
    private func allRecords() -> [ExecutionRecord] {
        state.withLock { $0.records.all }
    }
}

extension ExecutionRecord {
    fileprivate func hasStep(_ step: String?) -> Bool {
        step.map { Spelling($0) == Spelling(self.step) } ?? false
    }
}
