public import Caching

/// What a duplicate request does when the same work is already running.
public enum DuplicateMode: String, CaseIterable, Hashable, Sendable {
    /// Waits for the running execution and shares its result.
    case join
    /// Is refused at once with ``DedupError/Code/rejected``.
    case reject
}

/// What happens to an execution when the last request that waited for it has gone.
public enum AbandonmentPolicy: Hashable, Sendable {
    /// It is cancelled, unless a request joins within the grace period. For steps without side effects.
    case cancel(after: Duration)
    /// It runs to its end, and its result is cached. For steps with side effects.
    case complete
}

/// Whether a new execution may start while a cancelled one of the same fingerprint has not ended yet.
public enum OverlapPolicy: Hashable, Sendable {
    /// A newcomer waits until the cancelled execution has really ended.
    case never
    /// A newcomer starts at once.
    case allowed
}

/// What happens when an execution takes longer than it should. The execution itself goes on: nothing can stop a step
/// that does not cooperate, and a late result is still one for the requests that waited.
public enum ExecutionTimeout: Hashable, Sendable {
    /// An execution may take as long as it likes.
    case none
    /// The key becomes free: a newcomer starts a new epoch; the late result reaches only the requests that waited for it
    /// and is not cached. How many executions may pile up this way, ``ExecutionPolicy/overlapLimit`` says; the last holds
    /// its key.
    case supersede(after: Duration)
    /// The key stays taken until the execution ends; newcomers get ``DedupError/Code/overdue`` at once.
    case hold(after: Duration)

    /// After how long, or nil for never.
    public var duration: Duration? {
        switch self {
        case .none: nil
        case .supersede(let duration), .hold(let duration): duration
        }
    }
}

/// On which thread an execution begins.
public enum ExecutionStart: String, CaseIterable, Hashable, Sendable {
    /// On the thread of the request that starts it, unless that is on an actor: a step never keeps the caller's actor, the
    /// main actor for example, from doing something else.
    case offActors
    /// On the thread of the request that starts it, on an actor too. That saves the change of threads for a short step,
    /// and blocks the actor until the step first suspends.
    case inline
}

/// How one kind of work is deduplicated: what is cached and for how long, and how its flights treat duplicates,
/// cancellation and timeouts. None of it takes part in a fingerprint.
public struct ExecutionPolicy: Hashable, Sendable {
    /// How long a result is served from the cache; nil caches nothing, so that only simultaneous requests share a
    /// result. A step can decide for each result, see ``Step``. Default: five minutes from the execution's end.
    public var timeToLive: TimeToLive?

    // The others are rarely set, so they stand behind one reference, together: a policy fits in four registers. Of a larger one,
    // each task that waits for an answer would keep a copy in its frames.
    private var rest: Rest?

    /// Makes a policy; every part has a default.
    public init(
        timeToLive: TimeToLive? = .fixed(.seconds(300)),
        failureTimeToLive: TimeToLive? = nil,
        duplicates: DuplicateMode = .join,
        abandonment: AbandonmentPolicy = .cancel(after: .zero),
        overlap: OverlapPolicy = .never,
        timeout: ExecutionTimeout = .none,
        overlapLimit: Int = 8,
        start: ExecutionStart = .offActors,
        weight: Int = 1
    ) {
        self.timeToLive = timeToLive
        fields = Fields(
            failureTimeToLive: failureTimeToLive, duplicates: duplicates, abandonment: abandonment, overlap: overlap,
            timeout: timeout, overlapLimit: overlapLimit, start: start, weight: weight)
    }

    /// How long a failure is served from the cache. Cancellation, timeouts and the library's own errors are never
    /// cached. Default: nil, not at all.
    public var failureTimeToLive: TimeToLive? {
        get { fields.failureTimeToLive }
        set { fields.failureTimeToLive = newValue }
    }

    /// What a duplicate does while the work is running. Default: it joins. A request can override it.
    public var duplicates: DuplicateMode {
        get { fields.duplicates }
        set { fields.duplicates = newValue }
    }

    /// What happens when the last waiter leaves. Default: the execution is cancelled at once.
    public var abandonment: AbandonmentPolicy {
        get { fields.abandonment }
        set { fields.abandonment = newValue }
    }

    /// Whether a newcomer may overlap a cancelled execution. Default: never.
    public var overlap: OverlapPolicy {
        get { fields.overlap }
        set { fields.overlap = newValue }
    }

    /// What happens when an execution takes too long. Default: nothing.
    public var timeout: ExecutionTimeout {
        get { fields.timeout }
        set { fields.timeout = newValue }
    }

    /// How many executions of one fingerprint may be in progress at once where they may overlap: under
    /// ``ExecutionTimeout/supersede(after:)`` and ``OverlapPolicy/allowed``. The last of them holds its key, so that a step
    /// that hangs does not pile up executions without end. An invalidation is asked for and starts one more all the same.
    /// Default: 8.
    public var overlapLimit: Int {
        get { fields.overlapLimit }
        set { fields.overlapLimit = newValue }
    }

    /// On which thread an execution begins. Default: never on the caller's actor.
    public var start: ExecutionStart {
        get { fields.start }
        set { fields.start = newValue }
    }

    /// How much of the cache's capacity one result takes where the capacity is a weight. Default: 1.
    public var weight: Int {
        get { fields.weight }
        set { fields.weight = newValue }
    }

    /// The policy with every default.
    public static let standard = ExecutionPolicy()

    /// For steps with side effects: an execution that has begun completes, and keeps its key when it takes too long.
    public static func sideEffect(
        timeToLive: TimeToLive? = .fixed(.seconds(300)), holdAfter: Duration? = nil
    ) -> ExecutionPolicy {
        ExecutionPolicy(
            timeToLive: timeToLive, abandonment: .complete, timeout: holdAfter.map { .hold(after: $0) } ?? .none)
    }

    /// Checks every field.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidConfiguration`` that names the field.
    public func validate() throws(DedupError) {
        // One after the other and not in a loop over both, because this runs on every miss and an array allocates.
        do { try timeToLive?.validate() } catch { throw .invalidConfiguration("timeToLive", "\(error)") }
        guard rest != nil else { return }
        do { try failureTimeToLive?.validate() } catch { throw .invalidConfiguration("failureTimeToLive", "\(error)") }
        if weight < 1 {
            throw .invalidConfiguration("weight", "\(weight) is not a weight; use 1 or more.")
        }
        if overlapLimit < 1 {
            throw .invalidConfiguration("overlapLimit", "\(overlapLimit) lets nothing run; use 1 or more.")
        }
        if let duration = timeout.duration, duration <= .zero {
            throw .invalidConfiguration("timeout", "\(duration) leaves no time to run; use a positive duration.")
        }
        if case .cancel(let grace) = abandonment, grace < .zero {
            throw .invalidConfiguration("abandonment", "A grace period of \(grace) is negative; use zero or more.")
        }
    }

    /// What few policies set.
    private struct Fields: Hashable, Sendable {
        static let standard = ExecutionPolicy.Fields(
            failureTimeToLive: nil, duplicates: .join, abandonment: .cancel(after: .zero), overlap: .never,
            timeout: .none,
            overlapLimit: 8, start: .offActors, weight: 1)

        var failureTimeToLive: TimeToLive?
        var duplicates: DuplicateMode
        var abandonment: AbandonmentPolicy
        var overlap: OverlapPolicy
        var timeout: ExecutionTimeout
        var overlapLimit: Int
        var start: ExecutionStart
        var weight: Int
    }

    private final class Rest: Hashable, Sendable {
        let fields: Fields

        init(_ fields: Fields) { self.fields = fields }

        static func == (lhs: Rest, rhs: Rest) -> Bool { lhs.fields == rhs.fields }

        func hash(into hasher: inout Hasher) { hasher.combine(fields) }
    }

    private var fields: Fields {
        get { rest?.fields ?? .standard }
        set { rest = newValue == .standard ? nil : Rest(newValue) }
    }

    var flightRules: FlightRules {
        guard let fields = rest?.fields else { return FlightRules() }
        return FlightRules(
            abandonment: fields.abandonment, overlap: fields.overlap, timeout: fields.timeout,
            overlapLimit: fields.overlapLimit)
    }
}

/// What one request asks for beside the work itself. None of it takes part in a fingerprint.
public struct CallOptions: Hashable, Sendable {
    /// How long this request waits at most; nil, the default, waits for ever. When the time is up the request fails
    /// with ``DedupError/Code/deadlineExceeded`` and the execution goes on for the others.
    public var deadline: Duration?

    /// Overrides what the step does with duplicates; nil, the default, leaves it to the step's policy.
    public var duplicates: DuplicateMode?

    /// Whether a cached result is no answer: the work is executed anew, or joined where it is running, and the cached
    /// result goes on being served to others until the new one takes its place, or is there and not to be cached. A failure
    /// takes no place. A result that is withheld (``RecordStoreFailurePolicy/failClosed``) is answer enough. Default: false.
    public var refresh: Bool

    // What few requests ask for stands behind one reference, for the same reason as in a policy.
    @usableFromInline var rest: Rest?

    // Inlinable, because most requests have none, and a hit is made of a hundred such steps.

    /// Makes options; all of them are off by default.
    @inlinable
    public init(
        duplicates: DuplicateMode? = nil, deadline: Duration? = nil, timeToLive: TimeToLive? = nil,
        refresh: Bool = false, tags: [String] = []
    ) {
        self.duplicates = duplicates
        self.deadline = deadline
        self.refresh = refresh
        rest = timeToLive == nil && tags.isEmpty ? nil : Rest(timeToLive: timeToLive, tags: tags)
    }

    /// How long this request wants the result to be cached if it starts the execution, whatever the policy and the step
    /// say; nil, the default, leaves it to them. A time of zero caches nothing.
    public var timeToLive: TimeToLive? {
        get { rest?.timeToLive }
        set {
            self = CallOptions(
                duplicates: duplicates, deadline: deadline, timeToLive: newValue, refresh: refresh, tags: tags)
        }
    }

    /// What the result can be invalidated by, beside its step and scope, if this request starts the execution; see
    /// ``Deduplicator/invalidate(tag:)``. Default: none.
    public var tags: [String] {
        get { rest?.tags ?? [] }
        set {
            self = CallOptions(
                duplicates: duplicates, deadline: deadline, timeToLive: timeToLive, refresh: refresh, tags: newValue)
        }
    }

    /// What few requests ask for.
    @usableFromInline
    final class Rest: Hashable, Sendable {
        let timeToLive: TimeToLive?
        let tags: [String]

        @usableFromInline
        init(timeToLive: TimeToLive?, tags: [String]) {
            self.timeToLive = timeToLive
            self.tags = tags
        }

        @usableFromInline
        static func == (lhs: Rest, rhs: Rest) -> Bool { lhs.timeToLive == rhs.timeToLive && lhs.tags == rhs.tags }

        @usableFromInline
        func hash(into hasher: inout Hasher) {
            hasher.combine(timeToLive)
            hasher.combine(tags)
        }
    }
}

// Descriptions name every field, also those behind a reference.

extension ExecutionPolicy: CustomStringConvertible {
    /// Every field by its name.
    public var description: String {
        let life = "timeToLive: \(told(timeToLive)), failureTimeToLive: \(told(failureTimeToLive))"
        let flight = "duplicates: \(duplicates), abandonment: \(abandonment), overlap: \(overlap), timeout: \(timeout)"
        return "ExecutionPolicy(\(life), \(flight), overlapLimit: \(overlapLimit), start: \(start), weight: \(weight))"
    }
}

extension CallOptions: CustomStringConvertible {
    /// Every field by its name.
    public var description: String {
        let wait = "duplicates: \(told(duplicates)), deadline: \(told(deadline))"
        return "CallOptions(\(wait), timeToLive: \(told(timeToLive)), refresh: \(refresh), tags: \(tags))"
    }
}

private func told(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "nil" }
