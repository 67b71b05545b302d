internal import Caching

/// The counts of a deduplicator that the cache does not keep. Nothing on the hit path counts here.
final class Counters: Sendable {
    struct Counts: Sendable {
        var outcomes = OutcomeCounts()
        var executions = ExecutionCounts()
    }

    private let counts = Lock(Counts())

    /// Changes the counts; `change` adds to some of them and does nothing else.
    func count(_ change: (inout Counts) -> Void) {
        counts.withLock { change(&$0) }
    }

    /// All counts at one moment.
    var snapshot: Counts { counts.withLock { $0 } }
}
