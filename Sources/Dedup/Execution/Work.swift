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

/// A value in its box, whatever its type.
@usableFromInline
protocol AnyBoxed: Sendable {
    /// The value without its type, for callers who do not know it.
    var erased: any Sendable { get }
}

/// A value in the box in which flights and the cache of all types carry it. The box keeps an optional that is nil
/// apart from no value at all, which a bare cast would confuse.
@usableFromInline
struct Boxed<Value: Sendable>: AnyBoxed {
    @usableFromInline let value: Value

    init(value: Value) {
        self.value = value
    }

    @usableFromInline var erased: any Sendable { value }
}

/// What the cache holds for a fingerprint.
struct CachedResult: Sendable {
    enum Payload: Sendable {
        case value(any AnyBoxed)
        case failure(any Error)
    }

    let payload: Payload
    let executionID: ExecutionID
    let stepNumber: UInt32
}

/// A value that was found in the cache.
@usableFromInline
struct FoundResult: Sendable {
    @usableFromInline let boxed: any AnyBoxed
    @usableFromInline let age: Duration
    @usableFromInline let executionID: ExecutionID
}
