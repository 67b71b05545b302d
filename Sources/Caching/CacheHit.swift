/// A value that was found in a cache, alive at the instant of the lookup.
public struct CacheHit<Value: Sendable>: Sendable {
    /// The value.
    public let value: Value

    /// When the value was inserted.
    public let storedAt: MonotonicInstant

    /// The instant of the lookup that found it.
    public let foundAt: MonotonicInstant

    @usableFromInline let deadlineNanoseconds: Int64

    /// From when on the entry is gone, as this lookup left it (a hit slides a sliding deadline); nil for one that never
    /// expires.
    @inlinable
    public var deadline: MonotonicInstant? {
        deadlineNanoseconds == .max ? nil : MonotonicInstant(nanoseconds: deadlineNanoseconds)
    }

    /// How old the value was at the lookup. Negative only when the caller's instants went backwards.
    public var age: Duration { storedAt.duration(to: foundAt) }

    @inlinable
    init(value: Value, storedAt: Int64, foundAt: MonotonicInstant, deadline: Int64) {
        self.value = value
        self.storedAt = MonotonicInstant(nanoseconds: storedAt)
        self.foundAt = foundAt
        deadlineNanoseconds = deadline
    }
}
