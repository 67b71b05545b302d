internal import Caching
internal import Dedup

/// Compares the records, flushed at the end to a store that works again, with what happened.
struct RecordOracle {
    private(set) var problems: [String] = []

    init(_ evidence: Evidence, _ core: CoreEvidence) {
        if let error = core.flushError { problems.append("the records could not be flushed at the end: \(error)") }
        let records = core.statistics.records
        compare("records that wait after the flush", records.pending, 0)
        compare("dropped records", records.dropped, 0)
        compare("hits in the records", core.records.reduce(0) { $0 + $1.hits }, core.statistics.cache.hits)
        // Also where the store must not fail: what it refused is written later.
        compareExecutions(evidence, core)
        // After a shutdown there are no events to count.
        guard evidence.shutdown == nil else { return }
        judgeJoins(core)
    }

    private mutating func compareExecutions(_ evidence: Evidence, _ core: CoreEvidence) {
        for key in evidence.program.keys.indices {
            let fingerprint = CoreSubject.fingerprint(key)
            let record = core.records.first { $0.fingerprint == fingerprint }
            let executions = evidence.executions.filter { $0.key == key }
            compare("executions of key \(key) in the records", record?.executions ?? 0, executions.count)
            compare(
                "failures of key \(key) in the records", record?.failures ?? 0, executions.count { !$0.succeeded })
        }
    }

    /// A join is recorded when the flight ends: who has left before is none, who leaves between the end and his waking is.
    private mutating func judgeJoins(_ core: CoreEvidence) {
        let recorded = core.records.reduce(0) { $0 + $1.joins }
        let begun = core.events.count { $0.kind == .executionJoined }
        let outcomes = core.statistics.outcomes
        let left = outcomes.cancelled + outcomes.deadlineExceeded
        if !(max(outcomes.joined, begun - left)...begun).contains(recorded) {
            problems.append(
                "there are \(recorded) joins in the records; \(begun) began, \(left) calls left early, "
                    + "\(outcomes.joined) got a value")
        }
    }

    private mutating func compare(_ name: String, _ recorded: Int, _ seen: Int) {
        if recorded != seen { problems.append("there are \(recorded) \(name), and \(seen) were seen") }
    }
}
