public import Caching

/// One request on its way through the deduplicator: what makes it the same work as others, how it is to be delivered,
/// and what to run if nobody has the result.
///
/// It knows no types. What handles it is compiled once and not for each type of value, and a waiting task holds one
/// reference to it in place of a copy in each of its frames: with generic frames a waiter took 6.8 KiB.
@usableFromInline
final class Request: Sendable {
    let fingerprint: Fingerprint
    let step: String
    let stepNumber: UInt32
    let policy: ExecutionPolicy
    let duplicates: DuplicateMode
    let deadline: MonotonicInstant?
    /// The execution in whose task the request was made.
    let caller: ExecutionContext?
    let work: Work

    init(
        _ fingerprint: Fingerprint, step: String, stepNumber: UInt32, policy: ExecutionPolicy, call: CallOptions,
        at now: MonotonicInstant, work: @escaping Work
    ) {
        self.fingerprint = fingerprint
        self.step = step
        self.stepNumber = stepNumber
        self.policy = policy
        duplicates = call.duplicates ?? policy.duplicates
        deadline = call.deadline.map { now.advanced(by: $0) }
        caller = ExecutionContext.current
        self.work = work
    }
}

/// A step's body, its value boxed.
@usableFromInline typealias Work = @Sendable (ExecutionContext) async throws -> Product

/// What an execution has made, and what its step says about keeping it.
@usableFromInline
struct Product: Sendable {
    /// How long a result is kept.
    @usableFromInline
    enum Keeping: Sendable {
        /// As long as the policy says.
        case asPolicy
        /// As long as the step says of this result; nil for not at all.
        case decided(TimeToLive?)
    }

    let boxed: any AnyBoxed
    let keeping: Keeping
    /// How much room it takes; nil for as much as the policy says.
    let weight: Int?

    @usableFromInline
    init<Value: Sendable>(_ value: Value, keeping: Keeping, weight: Int?) {
        boxed = Boxed(value: value)
        self.keeping = keeping
        self.weight = weight
    }
}

/// A value in its box, whatever its type.
@usableFromInline
protocol AnyBoxed: Sendable {
    /// The value without its type, for callers who do not know it.
    var erased: any Sendable { get }
    /// The type of the value.
    var type: any Sendable.Type { get }
}

/// A value in the box in which flights and the cache of all types carry it. The box keeps an optional that is nil
/// apart from no value at all, which a bare cast would confuse.
@usableFromInline
struct Boxed<Value: Sendable>: AnyBoxed {
    @usableFromInline let value: Value

    @usableFromInline
    init(value: Value) {
        self.value = value
    }

    @usableFromInline var erased: any Sendable { value }
    @usableFromInline var type: any Sendable.Type { Value.self }
}

/// The answer to a request, its value boxed.
@usableFromInline
struct BoxedOutcome: Sendable {
    @usableFromInline let boxed: any AnyBoxed
    @usableFromInline let source: OutcomeSource
    @usableFromInline let executionID: ExecutionID
}

/// What the cache holds for a fingerprint.
struct CachedResult: Sendable {
    let payload: Result<any AnyBoxed, any Error>
    let executionID: ExecutionID
    let stepNumber: UInt32
}
