public import Caching

/// What a deduplicator has done since it was made. Every request that reaches it has exactly one outcome, so
/// ``requests`` is the sum of the outcome counts. Requests that a ``StepRegistry`` refuses before they reach the
/// deduplication are among them, as ``OutcomeCounts/refused``.
public struct DeduplicatorStatistics: Hashable, Sendable {
    /// How the requests that were not answered from the cache came out.
    public internal(set) var outcomes = OutcomeCounts()

    /// How the executions came out.
    public internal(set) var executions = ExecutionCounts()

    /// Flights in progress now.
    public internal(set) var flights = 0

    /// The cache's own counts; its hits are those of requests.
    public internal(set) var cache: CacheStatistics

    /// The record writer's counts, among them the records that were dropped.
    public internal(set) var records: RecordWriterStatistics

    /// Events that were dropped because a subscriber did not keep up.
    public internal(set) var eventsDropped = 0

    /// Requests answered with a value from the cache.
    public var hits: Int { cache.hits - outcomes.cachedFailures }

    /// All requests.
    public var requests: Int { cache.hits + outcomes.total }

    /// Requests answered with a value without an execution of their own, as a share of all requests; nil before the
    /// first.
    public var servedWithoutExecution: Double? {
        requests > 0 ? Double(hits + outcomes.joined + outcomes.confirmed) / Double(requests) : nil
    }
}

/// How requests came out that the cache did not answer, and the requests that it answered with an error.
public struct OutcomeCounts: Hashable, Sendable {
    /// Answered by an execution that the request itself started.
    public internal(set) var executed = 0
    /// Answered by an execution that was running already.
    public internal(set) var joined = 0
    /// Answered with the result of an earlier execution, whose record could only now be stored; see
    /// ``RecordStoreFailurePolicy/failClosed``.
    public internal(set) var confirmed = 0
    /// The step failed, for its leader as for the requests that joined.
    public internal(set) var failed = 0
    /// Answered from the cache with an error: the step's failure was cached, or the result is of another type than the
    /// request expects. These are among the cache's hits, so they are not part of ``total``.
    public internal(set) var cachedFailures = 0
    /// Refused because the work was running.
    public internal(set) var rejected = 0
    /// Refused because the work was running beyond its timeout.
    public internal(set) var overdue = 0
    /// The request's task was cancelled.
    public internal(set) var cancelled = 0
    /// The request's own deadline passed.
    public internal(set) var deadlineExceeded = 0
    /// The request waited for itself.
    public internal(set) var recursive = 0
    /// Refused by a limit, by shutdown, by a failed-closed record store or for the type of a result that it joined; and by
    /// a ``StepRegistry`` for a step that is unknown, inactive, without a body or of other types, for an input without a
    /// canonical form, or for a context that does not describe one.
    public internal(set) var refused = 0

    /// All requests that the cache did not answer.
    public var total: Int {
        executed + joined + confirmed + failed + rejected + overdue + cancelled + deadlineExceeded + recursive + refused
    }
}

/// How executions came out.
public struct ExecutionCounts: Hashable, Sendable {
    /// Begun.
    public internal(set) var started = 0
    /// Ended with a value that counts.
    public internal(set) var succeeded = 0
    /// Ended with an error, whether or not their epoch was over.
    public internal(set) var failed = 0
    /// Ended with a value after their epoch was over: superseded, invalidated or cancelled. Nothing of it was cached.
    public internal(set) var superseded = 0

    /// Begun and not ended.
    public var running: Int { started - succeeded - failed - superseded }
}
