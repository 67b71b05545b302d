public import Caching

/// Stops the same work from being executed twice.
///
/// A request comes with a ``Fingerprint``. If a result for it is cached, that is served; if the same work is running,
/// the request joins it or is refused; otherwise it runs, once, in a task that belongs to the library and not to the
/// request, so that a request that leaves takes nothing away from the others.
///
///     let dedup = Deduplicator()
///     let user = try await dedup.once("user", id, ttl: .seconds(60)) { try await load(id) }
///
/// In one process, at most one execution of a fingerprint is in progress within an epoch. A new epoch begins when the
/// old flight is superseded by its timeout, invalidated, or was cancelled and may overlap. An execution that returns a
/// value after that is counted under ``ExecutionCounts/superseded``, one that throws under ``ExecutionCounts/failed``.
///
/// A hit takes one lock, allocates nothing, and touches neither record store nor subscriber. Expired results go when
/// they are looked up; ``run()`` frees those that no request asks for.
///
/// The step runs without the task-locals of the request that happens to start it, since its result is for all.
///
/// <doc:Semantics> has every case, <doc:HowARequestFlows> the way of a request through the code.
public final class Deduplicator: Sendable {
    /// Where the history is kept: the store that the deduplicator was made with. It lacks what has not been written yet;
    /// see ``flush()``.
    public let records: any ExecutionRecordStore

    let configuration: DeduplicatorConfiguration
    let time: any TimeSource
    let bus = EventBus()
    let writer: RecordWriter
    let cache: Cache<Fingerprint, StoredResult>
    let flightShards: FlightShards
    let unrecorded: UnrecordedResults
    let counters = Counters()
    let namedWork: NamedWork
    private let tracing: (any RequestTracing)?

    /// Makes a deduplicator.
    ///
    /// - Parameters:
    ///   - configuration: Limits and parts; every one has a default.
    ///   - records: Where the durable history goes. Default: a bounded store in memory.
    ///   - time: Where ages, deadlines and timeouts come from. Default: real time.
    ///   - onRemoval: Told of each result that leaves the cache, in the thread that made it leave, outside every lock.
    ///     Unlike an event it cannot be dropped and does not come late; hits pay nothing for it. Default: no listener.
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidConfiguration`` that names the field.
    public convenience init(
        configuration: DeduplicatorConfiguration,
        records: any ExecutionRecordStore = InMemoryExecutionRecords(),
        time: any TimeSource = .system,
        onRemoval: (@Sendable (ResultRemoval) -> Void)? = nil
    ) throws {
        try self.init(
            configuration: configuration, records: records, time: time, onRemoval: onRemoval, tracing: nil)
    }

    /// Makes a deduplicator whose requests are traced; see ``init(configuration:records:time:onRemoval:)``.
    package init(
        configuration: DeduplicatorConfiguration, records: any ExecutionRecordStore, time: any TimeSource,
        onRemoval: (@Sendable (ResultRemoval) -> Void)?, tracing: (any RequestTracing)?
    ) throws {
        try configuration.validate()
        LoadScope.setOuterWork { ExecutionContext.current?.executionID }
        self.configuration = configuration
        self.time = time
        self.records = records
        writer = RecordWriter(store: records, configuration: configuration.recordWriter, time: time)
        flightShards = FlightShards(
            flightLimit: configuration.flightLimit, waiterLimit: configuration.waiterLimit, time: time)
        unrecorded = UnrecordedResults(
            limit: configuration.recordWriter.pendingLimit, seed: configuration.cache.seed)
        namedWork = NamedWork(configuration.fingerprinter, limit: configuration.stepLimit)
        self.tracing = tracing
        let reporter = RemovalReporter(bus: bus, writer: writer, time: time, listener: onRemoval)
        cache = try Cache(configuration.cache) { reporter.report($0) }
    }

    /// Makes a deduplicator with the default configuration.
    public convenience init(
        records: any ExecutionRecordStore = InMemoryExecutionRecords(), time: any TimeSource = .system
    ) {
        do {
            try self.init(configuration: DeduplicatorConfiguration(), records: records, time: time)
        } catch {
            preconditionFailure("The default configuration is valid: \(error)")
        }
    }

    // MARK: - Executing

    /// Answers a request: from the cache, from an execution in progress, or by running `body`.
    ///
    /// - Parameters:
    ///   - fingerprint: What makes this the same work as other requests.
    ///   - step: The name under which it is recorded and reported. Takes no part in deduplication.
    ///   - scope: Whose work it is, for ``invalidate(scope:)``. Takes no part in deduplication: it is for the fingerprint to
    ///     keep scopes apart.
    ///   - policy: How this kind of work is deduplicated. The policy of the request that starts a flight holds for it.
    ///   - call: What this request alone asks for.
    ///   - timeToLive: Decides for a result how long it is cached, in place of the policy; nil does not cache it.
    ///   - weight: How much of the cache's capacity a result takes where the capacity is a weight, in place of the policy:
    ///     for example its size in bytes. Less than 1 counts as 1.
    ///   - body: The work. It runs at most once for all requests that share the flight.
    /// - Returns: The value and how it came about.
    /// - Throws: What `body` throws, `CancellationError` when the calling task is cancelled while it waits, or
    ///   ``DedupError``.
    @inlinable
    public func execute<Value: Sendable>(
        _ fingerprint: Fingerprint,
        step: String = "",
        scope: String? = nil,
        policy: ExecutionPolicy = .standard,
        call: CallOptions = CallOptions(),
        timeToLive: (@Sendable (Value) -> TimeToLive?)? = nil,
        weight: (@Sendable (Value) -> Int)? = nil,
        _ body: @escaping @Sendable (ExecutionContext) async throws -> Value
    ) async throws -> Outcome<Value> {
        // Inlinable so that a value is boxed and unboxed with the caller's own type: through generic metadata, looking the
        // types up took more than half of a hit's time, and a waiting task held two kilobytes of generic frames more.
        let answer = try await resolve(fingerprint, call) {
            try request(fingerprint, step: step, scope: scope, policy: policy, call: call) { execution in
                let value = try await body(execution.context)
                execution.deliver(value, timeToLive, weight)
            }
        }
        return try Outcome(answer, in: self)
    }

    /// Answers a request whose work does not need to know of its execution; see
    /// ``execute(_:step:scope:policy:call:timeToLive:weight:_:)-(_,_,_,_,_,_,_,(ExecutionContext)->Value)``.
    @inlinable
    public func execute<Value: Sendable>(
        _ fingerprint: Fingerprint,
        step: String = "",
        scope: String? = nil,
        policy: ExecutionPolicy = .standard,
        call: CallOptions = CallOptions(),
        timeToLive: (@Sendable (Value) -> TimeToLive?)? = nil,
        weight: (@Sendable (Value) -> Int)? = nil,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Outcome<Value> {
        try await execute(
            fingerprint, step: step, scope: scope, policy: policy, call: call, timeToLive: timeToLive, weight: weight
        ) { _ in try await body() }
    }

    /// Makes a request of a caller that has no step registered.
    @usableFromInline
    func request(
        _ fingerprint: Fingerprint, step: String, scope: String?, policy: ExecutionPolicy, call: CallOptions,
        _ work: @escaping Work, ended: (@Sendable (ExecutionID) -> Void)? = nil
    ) throws -> Request {
        try policy.validate()
        try configuration.checkName(step)
        return Request(
            fingerprint, labels: RequestLabels(step: step, scope: scope, tags: call.tags), policy: policy, call: call,
            deadline: deadline(of: call), among: flightShards, trace: trace(fingerprint, step: step), work: work,
            ended: ended)
    }

    /// When a call must have its answer.
    func deadline(of call: CallOptions) -> MonotonicInstant? { call.deadline.map { time.now.advanced(by: $0) } }

    /// The trace of a request that the cache has no answer for; nil where nothing is traced.
    func trace(_ fingerprint: Fingerprint, step: String) -> (any RequestTrace)? {
        tracing?.trace(fingerprint, step: step, time: time)
    }

    // MARK: - Statistics

    /// The events of everything this deduplicator does, for subscribers.
    public var events: ExecutionEvents { ExecutionEvents(bus: bus) }

    /// What has been done so far.
    public var statistics: DeduplicatorStatistics {
        let counts = counters.snapshot
        var statistics = DeduplicatorStatistics(cache: cache.statistics, records: writer.statistics)
        statistics.outcomes = counts.outcomes
        statistics.executions = counts.executions
        statistics.flights = flightShards.count
        statistics.eventsDropped = bus.droppedEvents
        return statistics
    }

    /// How many results are cached now, expired ones that were neither looked up nor swept included.
    public var cachedResults: Int { cache.count }

    /// The executions in progress, oldest first. For looking at, not for deciding: it is out of date when it is returned.
    public var flights: [FlightDescription] { flightShards.descriptions(at: time.now) }

    /// Whether a request with this fingerprint would meet a flight.
    package func hasFlight(_ fingerprint: Fingerprint) -> Bool {
        flightShards.withTable(for: fingerprint) { $0.hasFlight(for: fingerprint) }
    }

    /// How many requests wait for the current flight of a fingerprint.
    package func waiterCount(_ fingerprint: Fingerprint) -> Int {
        flightShards.withTable(for: fingerprint) { $0.waiterCount(for: fingerprint) }
    }

    /// How many deadlines, timeouts and grace periods are still to come.
    package var alarmCount: Int { flightShards.alarmCount }
}
