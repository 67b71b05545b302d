public import Caching

/// A result that has left the cache of a ``Deduplicator``, and why.
public struct ResultRemoval: Hashable, Sendable {
    /// The name of the step that made it.
    public let step: String

    /// What it was found by.
    public let fingerprint: Fingerprint

    /// The execution that made it.
    public let executionID: ExecutionID

    /// Why it left.
    public let cause: RemovalCause
}

/// Reports what becomes of cached results: evictions and expirations as events, hits not yet recorded to the record writer.
struct RemovalReporter: Sendable {
    let events: EventBus
    let names: StepNames
    let writer: RecordWriter
    let time: any TimeSource
    let listener: (@Sendable (ResultRemoval) -> Void)?

    func report(_ removal: CacheRemoval<Fingerprint, CachedResult>) {
        if removal.hits > 0 { writer.add(record(removal.hits, of: removal.value, removal.key)) }
        listener?(
            ResultRemoval(
                step: names.name(of: removal.value.stepNumber), fingerprint: removal.key,
                executionID: removal.value.executionID, cause: removal.cause))
        switch removal.cause {
        case .evicted:
            if events.hasSubscribers { events.publish(.cacheEvicted(details(removal.value, removal.key))) }
        case .expired:
            if events.hasSubscribers { events.publish(.cacheExpired(details(removal.value, removal.key))) }
        default: break
        }
    }

    /// The change that hits of a cached result make.
    func record(_ hits: Int, of result: CachedResult, _ fingerprint: Fingerprint) -> ExecutionRecord {
        ExecutionRecord(step: names.name(of: result.stepNumber), fingerprint: fingerprint, hits: hits)
    }

    /// Whose event it is.
    func details(_ result: CachedResult, _ fingerprint: Fingerprint) -> ExecutionEvent.Details {
        ExecutionEvent.Details(
            step: names.name(of: result.stepNumber), fingerprint: fingerprint, executionID: result.executionID,
            epoch: result.executionID, time: time.wallTime)
    }
}
