internal import Caching

/// The counts of a deduplicator that the cache does not keep. Nothing on the hit path counts here.
final class Counters: Sendable {
    struct Counts: Sendable {
        var outcomes = OutcomeCounts()
        var executions = ExecutionCounts()
    }

    private let counts = Lock(Counts())

    /// Adds one to an outcome.
    func count(_ outcome: any WritableKeyPath<OutcomeCounts, Int> & Sendable) {
        counts.withLock { $0.outcomes[keyPath: outcome] += 1 }
    }

    /// Adds one to an outcome of executions.
    func count(execution: any WritableKeyPath<ExecutionCounts, Int> & Sendable) {
        counts.withLock { $0.executions[keyPath: execution] += 1 }
    }

    /// All counts at one moment.
    var snapshot: Counts { counts.withLock { $0 } }
}
