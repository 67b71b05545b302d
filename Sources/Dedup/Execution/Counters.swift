internal import Caching

/// The counts of a deduplicator that the cache does not keep. Nothing on the hit path counts here.
///
/// They are counted in lanes, one a processor, so that threads that execute and join do not write one cache line in turn. What
/// one call counts is in one lane, and a snapshot locks all lanes: it shows all of a call or nothing of it.
final class Counters: Sendable {
    struct Counts: Sendable {
        var outcomes = OutcomeCounts()
        var executions = ExecutionCounts()
    }

    /// An object a lane, of more than a cache line, so that lanes hardly share one.
    private final class Lane: Sendable {
        let counts = Lock(Counts())
    }

    private let lanes: [Lane]

    /// Makes counts of zero in `lanes` lanes, a power of two.
    init(lanes: Int = Processor.laneCount) {
        self.lanes = (0..<lanes).map { _ in Lane() }
    }

    /// Changes the counts; `change` adds to some of them and does nothing else.
    func count(_ change: (inout Counts) -> Void) {
        lanes[Processor.current & (lanes.count - 1)].counts.withLock { change(&$0) }
    }

    /// All counts at one moment.
    var snapshot: Counts { sum(from: 0) }

    /// The counts of the lanes from `number` on, all of them locked at the same time.
    private func sum(from number: Int) -> Counts {
        guard number < lanes.count else { return Counts() }
        return lanes[number].counts.withLock { counts in
            var sum = sum(from: number + 1)
            sum.outcomes += counts.outcomes
            sum.executions += counts.executions
            return sum
        }
    }
}

extension OutcomeCounts {
    static func += (sum: inout OutcomeCounts, counts: OutcomeCounts) {
        sum.executed += counts.executed
        sum.joined += counts.joined
        sum.confirmed += counts.confirmed
        sum.failed += counts.failed
        sum.cachedFailures += counts.cachedFailures
        sum.rejected += counts.rejected
        sum.overdue += counts.overdue
        sum.cancelled += counts.cancelled
        sum.deadlineExceeded += counts.deadlineExceeded
        sum.recursive += counts.recursive
        sum.refused += counts.refused
    }
}

extension ExecutionCounts {
    static func += (sum: inout ExecutionCounts, counts: ExecutionCounts) {
        sum.started += counts.started
        sum.succeeded += counts.succeeded
        sum.failed += counts.failed
        sum.superseded += counts.superseded
    }
}
