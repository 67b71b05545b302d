/// The answer to a request: the value, and how it came about.
///
/// A hit and a run return the same shape; only ``source`` tells them apart.
public struct Outcome<Value: Sendable>: Sendable {
    /// What the step returned.
    public let value: Value

    /// How this request got the value.
    public let source: OutcomeSource

    /// The execution that made the value.
    public let executionID: ExecutionID

    /// The epoch of the flight that made the value: a later flight of the same fingerprint has a greater one, in this
    /// process and, see ``ExecutionID``, in one started after it; so it can fence writes to another system.
    public let epoch: UInt64

    /// Makes an outcome. The library does this; a middleware may, to answer in the step's stead.
    @inlinable
    public init(value: Value, source: OutcomeSource, executionID: ExecutionID, epoch: UInt64) {
        self.value = value
        self.source = source
        self.executionID = executionID
        self.epoch = epoch
    }

    /// The same answer with another value.
    public func map<Other: Sendable>(_ transform: (Value) throws -> Other) rethrows -> Outcome<Other> {
        Outcome<Other>(value: try transform(value), source: source, executionID: executionID, epoch: epoch)
    }
}

extension Outcome: Equatable where Value: Equatable {}

/// How a request got its value.
public enum OutcomeSource: Hashable, Sendable {
    /// This request started the execution and waited for it.
    case executed
    /// The same work was already running; this request waited for its result.
    case joined
    /// The result was in the cache, and this old.
    case hit(age: Duration)
}
