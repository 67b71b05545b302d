internal import Caching

/// One request on its way through the deduplicator: what makes it the same work as others, how it is to be delivered,
/// and what to run if nobody has the result.
struct Work<Value: Sendable>: Sendable {
    let fingerprint: Fingerprint
    let step: String
    let stepNumber: UInt32
    let policy: ExecutionPolicy
    let duplicates: DuplicateMode
    let deadline: MonotonicInstant?
    let timeToLive: (@Sendable (Value) -> TimeToLive?)?
    let body: @Sendable (ExecutionContext) async throws -> Value
}

/// A value in the box in which flights and the cache of all types carry it. The box keeps an optional that is nil
/// apart from no value at all, which a bare cast would confuse.
struct Boxed<Value: Sendable>: Sendable {
    let value: Value
}

/// What the cache holds for a fingerprint.
struct CachedResult: Sendable {
    enum Payload: Sendable {
        case value(any Sendable)
        case failure(any Error)
    }

    let payload: Payload
    let executionID: ExecutionID
    let stepNumber: UInt32
}
