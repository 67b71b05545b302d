public import Caching

/// A result that has left the cache of a ``Deduplicator``, and why.
public struct ResultRemoval: Hashable, Sendable {
    /// The name of the step that made it.
    public let step: String

    /// The scope that it was made for.
    public let scope: String?

    /// What it was found by.
    public let fingerprint: Fingerprint

    /// The execution that made it.
    public let executionID: ExecutionID

    /// Why it left.
    public let cause: RemovalCause
}

/// Reports results that leave the cache: to the listener, evictions and expirations as events, and hits that were not
/// recorded yet to the record writer.
struct RemovalReporter: Sendable {
    let bus: EventBus
    let writer: RecordWriter
    let time: any TimeSource
    let listener: (@Sendable (ResultRemoval) -> Void)?

    func report(_ removal: CacheRemoval<Fingerprint, StoredResult>) {
        if removal.hits > 0 { writer.add(.hits(removal.hits, of: removal.value, removal.key)) }
        listener?(
            ResultRemoval(
                step: removal.value.labels.step, scope: removal.value.labels.scope, fingerprint: removal.key,
                executionID: removal.value.executionID, cause: removal.cause))
        switch removal.cause {
        case .evicted: report(.cacheEvicted, removal)
        case .expired: report(.cacheExpired, removal)
        default: break
        }
    }

    private func report(_ kind: ExecutionEvent.Kind, _ removal: CacheRemoval<Fingerprint, StoredResult>) {
        bus.publish(kind, .cached(kind, removal.value, removal.key, time.wallTime))
    }
}

extension ExecutionRecord {
    /// The change that hits of a cached result make.
    static func hits(_ hits: Int, of result: StoredResult, _ fingerprint: Fingerprint) -> ExecutionRecord {
        ExecutionRecord(step: result.labels.step, fingerprint: fingerprint, hits: hits)
    }
}
