#if Tracing
public import Dedup
public import Tracing

/// How the executions of a deduplicator are traced with swift-distributed-tracing: a span for each execution, and a span for
/// each request that waits for one, with a link to it.
///
///     let dedup = try Deduplicator(configuration: DeduplicatorConfiguration(), tracing: ExecutionTracing())
///     let registry = StepRegistry(deduplicator: dedup)
///
/// | span | from, to | links | `dedup.outcome` |
/// |---|---|---|---|
/// | `execute <step>` | start and end of the execution, as in its record | the request that started it | `completed`, `failed`, `cancelled`, `superseded` |
/// | `await <step>` | the request begins to wait, and has its answer or leaves | the execution | `executed`, `joined`, `confirmed`, `failed`, `refused`, `cancelled`, `deadline_exceeded`, `claimed_again` |
///
/// Both have the attributes `dedup.step`, `dedup.fingerprint` (the shortened digest, never an input) and `error.type`, if there is
/// an error; that of an execution, and each link to it, has `dedup.execution_id`. A failure is recorded as an error and is the
/// status of its span; a cancellation is neither. A wait that ends `claimed_again` has come to no answer, because its flight was
/// given up. An answer from the cache has no span, and costs what it costs without tracing.
///
/// Work is for all requests that wait for it, so it sees the context of none: `ServiceContext.current` in the work is that of the
/// execution's span, which begins a trace of its own, and the spans that the work starts are children of it. What the request
/// that started it has in its context is there for work that asks for it: `ExecutionContext.leaderContext`.
///
/// An execution of several keys has a span for each key; the work sees that of the last. A request that leaves before its
/// execution has begun has no link, because there is no span yet. A request that comes while a cancelled execution is still
/// running has no span until it waits for one of its own. Work calls the tracer of `InstrumentationSystem` for spans of its
/// own, whichever tracer is given here.
public struct ExecutionTracing: Sendable {
    /// What the span of an execution is a child of.
    public enum Parent: Hashable, Sendable, CaseIterable {
        /// Nothing: it begins a trace, and the request that started the execution has a span and a link as all others have.
        case none
        /// The current span of the request that started the execution, so that its trace shows the work. That request has no
        /// span for its wait. The work sees all that is in its context, whichever other requests wait for the same work: only
        /// where a context has nothing that other requests must not see.
        case leader
    }

    /// The tracer; nil for that of `InstrumentationSystem`, as the request finds it. Default nil.
    public var tracer: (any Tracer)?

    /// What the span of an execution is a child of. Default ``Parent/none``.
    public var parent: Parent

    /// Whether errors are recorded as they are. Their text is the step's own and may contain secrets. If not, an error is
    /// recorded whose text is the type of the other. Default `false`.
    public var includesErrorDescriptions: Bool

    /// Makes a way of tracing; every setting has a default.
    public init(tracer: (any Tracer)? = nil, parent: Parent = .none, includesErrorDescriptions: Bool = false) {
        self.tracer = tracer
        self.parent = parent
        self.includesErrorDescriptions = includesErrorDescriptions
    }
}

extension Deduplicator {
    /// Makes a deduplicator whose executions are traced.
    ///
    /// - Parameters:
    ///   - configuration: Limits and parts.
    ///   - records: Where the durable history goes. Default: a bounded store in memory.
    ///   - time: Where ages, deadlines and timeouts come from, and the times of spans. Default: real time.
    ///   - onRemoval: Told of each result that leaves the cache. Default: no listener.
    ///   - tracing: How executions are traced.
    /// - Throws: `DedupError` with code `invalidConfiguration` that names the field.
    public convenience init(
        configuration: DeduplicatorConfiguration,
        records: any ExecutionRecordStore = InMemoryExecutionRecords(),
        time: any TimeSource = .system,
        onRemoval: (@Sendable (ResultRemoval) -> Void)? = nil,
        tracing: ExecutionTracing
    ) throws {
        try self.init(
            configuration: configuration, records: records, time: time, onRemoval: onRemoval,
            tracing: SpanMaker(tracing))
    }
}

extension ExecutionContext {
    /// The context of the request that started this execution, as it was when that request came; nil if it had none, or if the
    /// deduplicator was made without ``ExecutionTracing``.
    ///
    /// The execution itself has another context, because other requests wait for it as well. To go on with the trace of the
    /// request that started it is a decision of the work:
    ///
    ///     let user = try await dedup.execute(fingerprint, step: "user") { execution in
    ///         try await withSpan("load", context: execution.leaderContext ?? .topLevel) { _ in try await load() }
    ///     }
    ///
    /// Work that is not given its context finds it as `ExecutionContext.current`. In an execution of several keys each
    /// key has a leader, and this is the same request for all of them.
    public var leaderContext: ServiceContext? { (trace as? RequestSpans)?.caller }
}
#endif
