internal import Caching
internal import Dedup

/// Compares the events with what happened.
struct EventOracle {
    private(set) var problems: [String] = []

    init(_ evidence: Evidence, _ core: CoreEvidence) {
        compare("dropped events", core.eventsDropped, 0)
        // A shutdown ends the events; what happens after it is not told.
        guard evidence.shutdown == nil else { return }
        var counts: [ExecutionEvent.Kind: Int] = [:]
        for event in core.events { counts[event.kind, default: 0] += 1 }
        func count(_ kind: ExecutionEvent.Kind) -> Int { counts[kind] ?? 0 }
        let statistics = core.statistics
        compare("started events", count(.executionStarted), statistics.executions.started)
        compare("completed events", count(.executionCompleted), statistics.executions.succeeded)
        compare("failed events", count(.executionFailed), statistics.executions.failed)
        compare("superseded events", count(.executionSuperseded), statistics.executions.superseded)
        compare("rejected events", count(.executionRejected), statistics.outcomes.rejected)
        compare("hit events", count(.cacheHit), statistics.cache.hits)
        compare("evicted events", count(.cacheEvicted), statistics.cache.evictions)
        compare("expired events", count(.cacheExpired), statistics.cache.expirations)
        if count(.executionJoined) < statistics.outcomes.joined {
            problems.append("\(statistics.outcomes.joined) requests joined, and only \(count(.executionJoined)) events")
        }
    }

    private mutating func compare(_ name: String, _ seen: Int, _ expected: Int) {
        if seen != expected { problems.append("there were \(seen) \(name) where the statistics say \(expected)") }
    }
}
