internal import Dedup

/// What the programs drive: the library, or a small deduplicator with a bug in it.
protocol Subject: AnyObject, Sendable {
    /// The library behind it, for its statistics and its end; nil when there is none.
    var core: Deduplicator? { get }

    /// Answers a request; `body` is given the epoch of its execution.
    func execute(_ request: Request, _ body: @escaping @Sendable (UInt64) async throws -> UInt64) async throws -> Answer

    /// Executions, by epoch, that were superseded, when the subject has no events to say so.
    var supersededEpochs: Set<UInt64> { get }

    func invalidate(_ key: Int)
    func invalidateAll()
}

/// One request.
struct Request: Sendable {
    var key: Int
    var plan: KeyPlan
    var duplicates: Dedup.DuplicateMode?
    /// Nanoseconds; nil to wait for ever.
    var deadline: UInt64?
}

/// The answer to a request.
struct Answer: Sendable {
    enum Source: Sendable { case hit, joined, executed }

    var value: UInt64
    var source: Source
    /// The epoch of the execution that made the value.
    var epoch: UInt64
}
