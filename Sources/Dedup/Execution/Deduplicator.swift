public import Caching

/// Stops the same work from being executed twice.
///
/// A request comes with a ``Fingerprint``. If a result for it is cached, that is served; if the same work is running,
/// the request joins it or is refused; otherwise it runs, once, in a task that belongs to the library and not to the
/// request, so that whoever leaves takes nothing away from the others.
///
/// In one process, at most one execution of a fingerprint is in progress within an epoch. A new epoch begins when the
/// old flight is superseded by its timeout, invalidated, or was cancelled and may overlap. An execution that returns a
/// value after that is counted under ``ExecutionCounts/superseded``, one that throws under ``ExecutionCounts/failed``.
///
/// A hit takes one lock, allocates nothing, and touches neither record store nor subscriber. Expired results go when
/// they are looked up; ``run()`` frees those that nobody asks for.
///
/// The step runs without the task-locals of the request that happens to start it, since its result is for all.
///
/// <doc:Semantics> has every case.
public final class Deduplicator: Sendable {
    /// The events of everything this deduplicator does.
    public let events: EventBus

    let configuration: DeduplicatorConfiguration
    let time: any TimeSource
    let store: any ExecutionRecordStore
    let writer: RecordWriter
    let reporter: RemovalReporter
    let cache: Cache<Fingerprint, CachedResult>
    let flightShards: FlightShards
    let names: StepNames
    let counters = Counters()

    /// Makes a deduplicator.
    ///
    /// - Parameters:
    ///   - configuration: Limits and parts; every one has a default.
    ///   - records: Where the durable history goes. Default: a bounded store in memory.
    ///   - time: Where ages, deadlines and timeouts come from. Default: real time.
    ///   - onRemoval: Told of each result that leaves the cache, in the thread that made it leave, outside every lock.
    ///     Unlike an event it cannot be dropped and does not come late; hits pay nothing for it. Default: nobody.
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidConfiguration`` that names the field.
    public init(
        configuration: DeduplicatorConfiguration,
        records: any ExecutionRecordStore = InMemoryExecutionRecords(),
        time: any TimeSource = .system,
        onRemoval: (@Sendable (ResultRemoval) -> Void)? = nil
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.time = time
        store = records
        events = EventBus()
        writer = RecordWriter(store: records, configuration: configuration.recordWriter, time: time)
        names = StepNames(limit: configuration.stepLimit, byteLimit: configuration.stepNameByteLimit)
        flightShards = FlightShards(
            flightLimit: configuration.flightLimit, waiterLimit: configuration.waiterLimit, time: time)
        let reporter = RemovalReporter(
            events: events, names: names, writer: writer, time: time, listener: onRemoval)
        self.reporter = reporter
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
    ///   - policy: How this kind of work is deduplicated. The policy of the request that starts a flight holds for it.
    ///   - call: What this request alone asks for.
    ///   - timeToLive: Decides for a result how long it is cached, in place of the policy; nil does not cache it.
    ///   - weight: How much of the cache's capacity a result takes where the capacity is a weight, in place of the policy:
    ///     for example its size in bytes. Less than 1 counts as 1.
    ///   - body: The work. It runs at most once for all who share the flight.
    /// - Returns: The value and how it came about.
    /// - Throws: What `body` throws, `CancellationError` when the calling task is cancelled while it waits, or
    ///   ``DedupError``.
    @inlinable
    public func execute<Value: Sendable>(
        _ fingerprint: Fingerprint,
        step: String = "",
        policy: ExecutionPolicy = .standard,
        call: CallOptions = CallOptions(),
        timeToLive: (@Sendable (Value) -> TimeToLive?)? = nil,
        weight: (@Sendable (Value) -> Int)? = nil,
        _ body: @escaping @Sendable (ExecutionContext) async throws -> Value
    ) async throws -> Outcome<Value> {
        // Inlinable so that a value is boxed and unboxed with the caller's own type: through generic metadata, looking the
        // types up took more than half of a hit's time, and a waiting task held two kilobytes of generic frames more.
        if let found = try found(fingerprint) { return try Outcome(found, in: self) }
        let request = try request(fingerprint, step: step, policy: policy, call: call) { context in
            let value = try await body(context)
            return Product(
                value, keeping: timeToLive.map { .decided($0(value)) } ?? .asPolicy, weight: weight.map { $0(value) })
        }
        return try Outcome(await fly(request), in: self)
    }

    /// Prepares a request that has just missed the cache.
    @usableFromInline
    func request(
        _ fingerprint: Fingerprint, step: String, policy: ExecutionPolicy, call: CallOptions, _ work: @escaping Work
    ) throws -> Request {
        do {
            try policy.validate()
            return Request(
                fingerprint, step: step, stepNumber: try names.number(of: step), policy: policy, call: call,
                at: time.now, work: work)
        } catch {
            counters.count { $0.outcomes.refused += 1 }
            throw error
        }
    }

    /// What the cache has for a fingerprint, or nil. Counts as a request only if there is something.
    ///
    /// - Throws: The error of a cached failure.
    @usableFromInline
    func found(_ fingerprint: Fingerprint) throws -> BoxedOutcome? {
        let now = time.now
        guard let hit = cache.value(for: fingerprint, at: now) else { return nil }
        return try open(hit, fingerprint, at: now)
    }

    func open(
        _ hit: CacheHit<CachedResult>, _ fingerprint: Fingerprint, at now: MonotonicInstant
    ) throws -> BoxedOutcome {
        let result = hit.value
        // The result may have been stored after the clock was read and before the cache was asked.
        let age = Duration.nanoseconds(max(0, now.nanoseconds - hit.storedAt.nanoseconds))
        if events.hasSubscribers {
            events.publish(.cacheHit(reporter.details(result, fingerprint), age: age))
        }
        switch result.payload {
        case .failure(let error):
            counters.count { $0.outcomes.cachedFailures += 1 }
            throw error
        case .success(let boxed):
            return BoxedOutcome(boxed: boxed, source: .hit(age: age), executionID: result.executionID)
        }
    }

    // MARK: - Invalidating

    /// Forgets the result of a fingerprint. An execution in progress goes on for those who wait for it, but its result
    /// is not cached, and no later request joins it. Requests that wait for a cancelled one to end wait no longer: one of
    /// them executes the work, beside what is left of the old execution.
    ///
    /// - Returns: Whether there was a cached result or an execution to forget.
    @discardableResult
    public func invalidate(_ fingerprint: Fingerprint) -> Bool {
        let wasFlying = flightShards.detach(fingerprint)
        let wasCached = cache.removeValue(for: fingerprint)
        return wasFlying || wasCached
    }

    /// Forgets everything, as ``invalidate(_:)`` does for one fingerprint.
    ///
    /// Hits of the results that are forgotten go to the record writer at once; those that it has no room for are dropped
    /// and counted. Where more than ``RecordWriterConfiguration/pendingLimit`` results have been hit, call ``flush()``
    /// before.
    public func invalidateAll() {
        flightShards.detachAll()
        cache.removeAll()
    }

    // MARK: - Looking

    /// What has been done so far.
    public var statistics: DeduplicatorStatistics {
        let counts = counters.snapshot
        var statistics = DeduplicatorStatistics(cache: cache.statistics, records: writer.statistics)
        statistics.outcomes = counts.outcomes
        statistics.executions = counts.executions
        statistics.flights = flightShards.count
        statistics.eventsDropped = events.droppedEvents
        return statistics
    }

    /// How many results are cached now, expired ones that nobody has looked up or swept included.
    public var cachedResults: Int { cache.count }

    /// The executions in progress, oldest first. For looking at, not for deciding: it is out of date when it is returned.
    public var flights: [FlightDescription] {
        flightShards.descriptions(at: time.now)
    }

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

extension Outcome {
    /// The answer in the type that the caller expects.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/typeMismatch``.
    @inlinable
    init(_ outcome: BoxedOutcome, in deduplicator: Deduplicator) throws {
        guard let box = outcome.boxed as? Boxed<Value> else {
            throw deduplicator.mismatched(Value.self, outcome.source)
        }
        if case .hit = outcome.source {} else { deduplicator.countAnswer(outcome.source) }
        self.init(
            value: box.value, source: outcome.source, executionID: outcome.executionID, epoch: outcome.executionID)
    }
}
