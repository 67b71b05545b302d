public import Caching

/// One request on its way through the deduplicator: what makes it the same work as others, how it is to be delivered,
/// and what to run if the result is neither cached nor in flight.
///
/// It knows no types. What handles it is compiled once and not for each type of value, and a waiting task holds one
/// reference to it in place of a copy in each of its frames: with generic frames a waiter took 6.8 KiB.
@usableFromInline
final class Request: @unchecked Sendable {
    // Sendable although its place is a variable: the task that makes the request writes it before each wait, and reads it, as does the
    // handler of that task's cancellation. Each wait ends, with its handler, before the place is written again. The task of the
    // execution has the request, too, and the flight has it as its label: those who look at them read constants, and never its place.
    let fingerprint: Fingerprint
    let labels: RequestLabels
    let policy: ExecutionPolicy
    let duplicates: DuplicateMode
    let deadline: MonotonicInstant?
    /// How long this request wants a result to be cached, whatever the policy and the step say.
    let timeToLive: TimeToLive?
    /// Whether a cached result is no answer.
    let refreshes: Bool
    /// The work in whose task the request was made, which waits for the answer: an execution, or the load of a cache.
    let caller: ExecutionID?
    /// Whether it was made inside a step, and not only inside the load of a cache.
    let isNested: Bool
    let work: Work
    /// What it waits by, once it has claimed a flight or joined one. Here and not in the task, whose every frame would have a
    /// copy.
    var place: FlightPlace {
        get {
            guard let claimed else { preconditionFailure("A request that waits has a place in a flight.") }
            return claimed
        }
        set { claimed = newValue }
    }
    private var claimed: FlightPlace?
    /// The flights among which its place is.
    let flights: FlightShards
    /// Follows the request; nil where nothing is traced.
    let trace: (any RequestTrace)?
    /// Called when an execution of this request has ended, whether or not its work was ever called.
    let ended: (@Sendable (ExecutionID) -> Void)?

    init(
        _ fingerprint: Fingerprint, labels: RequestLabels, policy: ExecutionPolicy, call: CallOptions,
        deadline: MonotonicInstant?, among flights: FlightShards, trace: (any RequestTrace)?, work: @escaping Work,
        ended: (@Sendable (ExecutionID) -> Void)? = nil
    ) {
        self.fingerprint = fingerprint
        self.labels = labels
        self.policy = policy
        duplicates = call.duplicates ?? policy.duplicates
        self.deadline = deadline
        timeToLive = call.timeToLive
        refreshes = call.refresh
        let execution = ExecutionContext.current
        caller = LoadScope.load ?? execution?.executionID
        isNested = execution != nil
        self.work = work
        self.flights = flights
        self.trace = trace
        self.ended = ended
    }

    /// The name of the step.
    var step: String { labels.step }
}

/// What results and flights are found by beside their fingerprint.
@usableFromInline
struct RequestLabels: Hashable, Sendable {
    @usableFromInline let step: String
    @usableFromInline let scope: String?
    @usableFromInline let tags: [String]

    @usableFromInline
    init(step: String, scope: String?, tags: [String]) {
        self.step = step
        self.scope = scope
        self.tags = tags
    }
}

/// A step's body, which delivers its value, boxed, to the execution.
@usableFromInline typealias Work = @Sendable (Execution) async throws -> Void

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
        /// Not at all, whatever the policy and the request say.
        case notAtAll
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

/// What a running step may know about its own execution.
public struct ExecutionContext: Hashable, Sendable {
    /// The execution that the current task belongs to; nil outside a step.
    ///
    /// The library finds requests that wait for themselves through this, so a request made from a detached task inside
    /// a step is not recognised as part of it.
    @TaskLocal public static var current: ExecutionContext?

    /// The execution.
    public let executionID: ExecutionID

    /// Its epoch: pass it to systems that can refuse a writer whose epoch is over. It is greater than that of every
    /// earlier execution of this process and, see ``ExecutionID``, of those before it.
    public var epoch: UInt64 { executionID }

    /// The step's name.
    public let step: String

    /// What makes this work the same as other work.
    public let fingerprint: Fingerprint

    /// What follows the request that has started the execution; nil where nothing is traced. As an object, which is half as large
    /// as a ``RequestTrace``: several copies are in the memory of each task that runs a step.
    package let trace: (any AnyObject & Sendable)?

    /// Whether both speak of the same execution.
    public static func == (lhs: ExecutionContext, rhs: ExecutionContext) -> Bool {
        lhs.executionID == rhs.executionID && lhs.fingerprint == rhs.fingerprint && lhs.step == rhs.step
    }

    /// Feeds what tells executions apart.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(executionID)
    }
}

/// Stands for the value of a key that the work for several keys has returned none for.
struct NoValue: Sendable {
    /// The name of the work.
    let step: String
}
