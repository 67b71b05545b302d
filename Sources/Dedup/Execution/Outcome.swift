internal import Synchronization

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
    /// The result was there already, and this old.
    case hit(age: Duration)
}

/// Which execution: unique in the process, larger for later ones, and never zero. Zero stands in an ``Outcome`` that no
/// execution made: a ``StepMiddleware`` answered in the step's stead.
///
/// Within one process an execution's number is also the epoch of its flight: the fence that tells a late result from
/// a current one. The two are named apart because executions that several processes share will draw their epochs from
/// the shared store.
///
/// The first number of a process is the wall time at which it is drawn, in microseconds since 1970, so numbers go on
/// growing when a process is started anew, unless the clock was set back meanwhile or the process before ran more than a
/// million executions a second all its life. They say nothing about processes that run at the same time.
public typealias ExecutionID = UInt64

/// Draws execution numbers for the whole process, so that two deduplicators never use the same one.
enum ExecutionNumbers {
    private static let last = Atomic<UInt64>(UInt64(max(0, WallTime.systemNow.nanosecondsSinceEpoch) / 1_000))

    static func next() -> ExecutionID {
        last.add(1, ordering: .relaxed).newValue
    }
}
