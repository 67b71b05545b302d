internal import Caching

/// What an execution ended with, its value boxed so that results of all types share one cache and one table of flights.
///
/// The waiters of the flight, the cache and the requests that are answered from it hold the same object, so a hit crosses
/// one reference.
@usableFromInline
final class StoredResult: Sendable {
    @usableFromInline let outcome: Result<any AnyBoxed, any Error>
    @usableFromInline let executionID: ExecutionID
    let labels: RequestLabels
    let endedAt: MonotonicInstant
    /// Whether the error of a failure is the library's: the step was not run, or its result is withheld, because the record
    /// could not be stored.
    let isRefusal: Bool

    init(
        _ outcome: Result<any AnyBoxed, any Error>, executionID: ExecutionID, labels: RequestLabels,
        endedAt: MonotonicInstant, isRefusal: Bool = false
    ) {
        self.outcome = outcome
        self.executionID = executionID
        self.labels = labels
        self.endedAt = endedAt
        self.isRefusal = isRefusal
    }

    /// The value in its box.
    ///
    /// - Throws: The error of a failure.
    @usableFromInline var boxed: any AnyBoxed {
        get throws { try outcome.get() }
    }
}

/// A value in its box, whatever its type.
@usableFromInline
protocol AnyBoxed: Sendable {
    /// The value without its type, for callers that do not know it.
    var erased: any Sendable { get }
    /// The type of the value.
    var type: any Sendable.Type { get }
}

/// A value in a box, which keeps an optional that is nil apart from no value at all; a bare cast would confuse them.
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

/// The answer to a request: a result that has a value, and how the request came by it.
///
/// It fits in four registers, and a task that waits for it has little room to keep for it.
@usableFromInline
struct Answer: Sendable {
    /// How a request came by a result.
    @usableFromInline
    enum Origin: Sendable {
        case executed
        case joined
        /// From an earlier execution, whose record could be stored only now.
        case confirmed(age: Duration)
        /// From the cache, which has counted a hit for it.
        case cached(age: Duration)
    }

    let result: StoredResult
    @usableFromInline let origin: Origin

    /// Makes an answer of a result that has a value.
    init(_ result: StoredResult, _ origin: Origin) {
        self.result = result
        self.origin = origin
    }

    /// The value in its box.
    @usableFromInline var boxed: any AnyBoxed {
        guard case .success(let boxed) = result.outcome else { preconditionFailure("An answer has a value.") }
        return boxed
    }

    @usableFromInline var executionID: ExecutionID { result.executionID }

    @usableFromInline var source: OutcomeSource {
        switch origin {
        case .executed: .executed
        case .joined: .joined
        case .confirmed(let age), .cached(let age): .hit(age: age)
        }
    }

    /// Whether the cache counted a hit for it.
    @usableFromInline var isFromCache: Bool { if case .cached = origin { true } else { false } }
}

extension Outcome {
    /// The answer in the type that the caller expects.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/typeMismatch``.
    @inlinable
    init(_ answer: Answer, in deduplicator: Deduplicator) throws {
        guard let box = answer.boxed as? Boxed<Value> else {
            throw deduplicator.mismatched(Value.self, answer)
        }
        self.init(box.value, answer, in: deduplicator)
    }

    @inlinable
    init(_ value: Value, _ answer: Answer, in deduplicator: Deduplicator) {
        if !answer.isFromCache { deduplicator.countAnswer(answer.source) }
        self.init(value: value, source: answer.source, executionID: answer.executionID, epoch: answer.executionID)
    }
}

extension Outcome where Value == any Sendable {
    /// The answer for a caller that does not know the step's types, of which the results are of type `output`.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/typeMismatch``.
    init(erasing answer: Answer, as output: any Sendable.Type, in deduplicator: Deduplicator) throws {
        guard answer.boxed.type == output else { throw deduplicator.mismatched(output, answer) }
        self.init(answer.boxed.erased, answer, in: deduplicator)
    }
}
