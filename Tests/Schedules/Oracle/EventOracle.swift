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
        judgeSuperseded(evidence, core)
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

    /// A result that did not count must have had a reason not to.
    private mutating func judgeSuperseded(_ evidence: Evidence, _ core: CoreEvidence) {
        for (epoch, time) in core.superseded {
            guard let id = evidence.executionOfEpoch[epoch], let execution = evidence.execution(id) else {
                problems.append("an execution that never began is said to be superseded")
                continue
            }
            let plan = evidence.program.keys[execution.key]
            let isLate = plan.supersededAfter.map { execution.claimedAfter + $0 <= time } ?? false
            let isInvalidated = evidence.invalidations.contains {
                $0.key ?? execution.key == execution.key && $0.at > execution.claimedAfter && $0.since < time
            }
            let mayBeAbandoned = plan.cancelsAbandoned && evidence.calls.contains { $0.key == execution.key && $0.left }
            if !isLate, !isInvalidated, !mayBeAbandoned, execution.cancelledAt == nil {
                problems.append("the result of execution \(id) did not count, for no reason")
            }
        }
    }

    private mutating func compare(_ name: String, _ seen: Int, _ expected: Int) {
        if seen != expected { problems.append("there were \(seen) \(name) where the statistics say \(expected)") }
    }
}

extension ObservedCall {
    /// Whether the caller went before it had an answer.
    fileprivate var left: Bool {
        switch ending {
        case .cancelled, .refused(.deadlineExceeded, _), .refused(.recursiveExecution, _): true
        default: false
        }
    }
}
