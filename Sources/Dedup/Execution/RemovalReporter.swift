internal import Caching

/// Reports what leaves the cache: evictions and expirations as events, hits not yet recorded to the record writer.
struct RemovalReporter: Sendable {
    let events: EventBus
    let names: StepNames
    let writer: RecordWriter
    let time: any TimeSource
    var observer: (@Sendable (ExecutionID, ExecutionEvent.Kind) -> Void)?

    func report(_ removal: CacheRemoval<Fingerprint, CachedResult>) {
        recordHits(removal.hits, of: removal.value, removal.key)
        switch removal.cause {
        case .evicted:
            observer?(removal.value.executionID, .cacheEvicted)
            if events.hasSubscribers { events.publish(.cacheEvicted(details(removal))) }
        case .expired:
            observer?(removal.value.executionID, .cacheExpired)
            if events.hasSubscribers { events.publish(.cacheExpired(details(removal))) }
        case .invalidated, .replaced: break
        }
    }

    func recordHits(_ hits: Int, of result: CachedResult, _ fingerprint: Fingerprint) {
        guard hits > 0 else { return }
        writer.add(ExecutionRecord(step: names.name(of: result.stepNumber), fingerprint: fingerprint, hits: hits))
    }

    private func details(_ removal: CacheRemoval<Fingerprint, CachedResult>) -> ExecutionEvent.Details {
        ExecutionEvent.Details(
            step: names.name(of: removal.value.stepNumber), fingerprint: removal.key,
            executionID: removal.value.executionID, epoch: removal.value.executionID, time: time.wallTime)
    }
}
