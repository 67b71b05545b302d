internal import Caching

/// Reports what becomes of cached results: evictions and expirations as events, hits not yet recorded to the record writer.
struct RemovalReporter: Sendable {
    let events: EventBus
    let names: StepNames
    let writer: RecordWriter
    let time: any TimeSource
    var observer: (@Sendable (ExecutionID, ExecutionEvent.Kind) -> Void)?

    func report(_ removal: CacheRemoval<Fingerprint, CachedResult>) {
        if removal.hits > 0 { writer.add(record(removal.hits, of: removal.value, removal.key)) }
        switch removal.cause {
        case .evicted:
            observer?(removal.value.executionID, .cacheEvicted)
            if events.hasSubscribers { events.publish(.cacheEvicted(details(removal.value, removal.key))) }
        case .expired:
            observer?(removal.value.executionID, .cacheExpired)
            if events.hasSubscribers { events.publish(.cacheExpired(details(removal.value, removal.key))) }
        case .invalidated, .replaced: break
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
