public import Caching
internal import Synchronization

/// One run of a step, from its start to its end.
///
/// One object, which is all that the task of the execution holds while the step runs: what it needs besides would be in the
/// memory of that task, of which the first kilobyte alone comes with it.
@usableFromInline
final class Execution: @unchecked Sendable {
    // Sendable although it has variables: its task alone reads and writes them, and that task alone hands it on. The one
    // exception is `resultForLeader`, which is written on the leader's own thread, before the leader goes on there.

    /// How far it has come.
    enum Progress: Sendable {
        /// Cancelled before it could begin; it leaves no trace.
        case notBegun
        /// The step is about to run, or its record to be opened.
        case begun
        /// The step has returned.
        case returned(KeptResult)
        /// The step has thrown; `error` is what the requests get.
        case threw(any Error)
        /// The library ended it without running the step: its record could not be opened, or every request had left.
        case notRun(any Error)
        /// The step has returned a value, which is withheld until its record is stored.
        case withheld(UnrecordedResult, DedupError)
        /// The step is not run, because its result is there: withheld until its record is stored.
        case found(UnrecordedResult)
        /// The step was not run, because its result is there: withheld before, now recorded.
        case confirmed(UnrecordedResult)
        /// The step was not run, because its result is there and still withheld.
        case refused(DedupError)
    }

    let deduplicator: Deduplicator
    /// The request that leads.
    let request: Request
    let key: FlightKey
    // When it starts: where that is not inline, ``setStart(_:)`` says it.
    private(set) var startedAt: MonotonicInstant
    private(set) var wallTime: WallTime
    private(set) var endedAt: MonotonicInstant
    private(set) var progress = Progress.notBegun
    /// The alarm of its timeout.
    private(set) var timeout: UInt64?

    /// The thread of the leader, where the execution begins inline.
    private let leadersThread: UInt?
    /// Whether the leader has gone on without the result.
    private let isHandedOver = Atomic(false)
    /// What the leader gets, if the execution has ended before the leader has gone on.
    private var resultForLeader: StoredResult?

    /// Makes the execution of a flight that `request` has claimed at `now`.
    ///
    /// - Parameter beginsInline: Whether it begins on this thread, inside the call that starts it.
    init(
        of request: Request, in key: FlightKey, by deduplicator: Deduplicator, at now: MonotonicInstant,
        beginsInline: Bool
    ) {
        self.deduplicator = deduplicator
        self.request = request
        self.key = key
        startedAt = now
        endedAt = now
        wallTime = beginsInline ? deduplicator.time.wallTime : WallTime(nanosecondsSinceEpoch: 0)
        leadersThread = beginsInline ? Processor.thread : nil
    }

    // MARK: - Its leader

    /// Whether it begins on the thread of its leader, inside the call that starts it.
    var beginsInline: Bool { leadersThread != nil }

    /// Whether it is still inside that call, so that its leader goes on only afterwards.
    ///
    /// Once it has suspended, the call returns before that thread does anything else.
    var isInline: Bool { leadersThread == Processor.thread && !isHandedOver.load(ordering: .relaxed) }

    /// Keeps the result for the leader. Called while it ``isInline``.
    func keepForLeader(_ result: StoredResult) { resultForLeader = result }

    /// The leader goes on: with the result, if one is kept for it.
    func handOver() -> StoredResult? {
        if let resultForLeader { return resultForLeader }
        isHandedOver.store(true, ordering: .relaxed)
        return nil
    }

    // MARK: - Its course

    /// What the step may know of it.
    @usableFromInline var context: ExecutionContext {
        ExecutionContext(
            executionID: key.epoch, step: request.step, fingerprint: key.fingerprint, trace: request.trace)
    }

    /// Runs its work, or that of several executions, which finds its context as ``ExecutionContext/current``.
    // Inlined, because each execution would hold its frame.
    @inline(__always)
    func followed<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await ExecutionContext.$current.withValue(context) {
            guard let trace = request.trace else { return try await work() }
            return try await trace.run(work)
        }
    }

    /// How long it ran.
    var took: Duration { startedAt.duration(to: endedAt) }

    /// The step is about to run, or its record to be opened.
    func begin(timeout: UInt64?) {
        progress = .begun
        self.timeout = timeout
    }

    /// It starts now, and not when its flight was claimed.
    func setStart(_ time: any TimeSource) {
        startedAt = time.now
        endedAt = startedAt
        wallTime = time.wallTime
    }

    /// The step has returned. Called by the work of the request, once.
    @usableFromInline @inline(never)
    func deliver(_ product: Product) {
        endedAt = deduplicator.time.now
        progress = .returned(kept(product))
    }

    /// The step has returned a value, and says itself how long it is kept, and how much room it takes.
    // Not inlined, so that what it uses is not kept by the task of the execution.
    @inlinable @inline(never)
    func deliver<Value: Sendable>(
        _ value: Value, _ timeToLive: (@Sendable (Value) -> TimeToLive?)?, _ weight: (@Sendable (Value) -> Int)?
    ) {
        deliver(
            Product(
                value, keeping: timeToLive.map { .decided($0(value)) } ?? .asPolicy, weight: weight.map { $0(value) }))
    }

    /// The step has thrown.
    ///
    /// A cancellation error of the step's own, when the execution was not cancelled, would look to each waiter as if it
    /// had been cancelled itself; so it is wrapped.
    @inline(never)
    func fail(_ error: any Error) {
        endedAt = deduplicator.time.now
        if let error = error as? CancellationError, !Task.isCancelled {
            progress = .threw(DedupError.stepCancelledItself(request.step, error))
        } else {
            progress = .threw(error)
        }
    }

    /// The step was not run.
    func notRun(_ error: any Error) {
        endedAt = deduplicator.time.now
        progress = .notRun(error)
    }

    /// The step has run, and its result is withheld because its record could not be stored. A failure has no result: the
    /// requests get the refusal, and the next one runs the step again.
    func withhold(until state: RecordState, because error: DedupError) {
        if case .returned(let kept) = progress {
            progress = .withheld(UnrecordedResult(kept: kept, state: state), error)
        } else {
            progress = .notRun(error)
        }
    }

    /// The step need not run: its result is there, if its record is stored by now.
    func find(_ earlier: UnrecordedResult) { progress = .found(earlier) }

    /// The store has said all that it says in time about the record of the result that was found.
    func confirm(_ earlier: UnrecordedResult) {
        endedAt = deduplicator.time.now
        progress = earlier.state.isStored ? .confirmed(earlier) : .refused(.recordStillMissing(step: request.step))
    }

    // MARK: - What it came to

    /// What it adds to the record of its fingerprint.
    func record(joins: Int, hasFailed: Bool) -> ExecutionRecord {
        .execution(
            step: request.step, fingerprint: key.fingerprint, startedAt: wallTime,
            nanoseconds: startedAt.nanoseconds(to: endedAt), failed: hasFailed, joins: joins)
    }

    /// What it adds to that record when the step has just ended.
    func recordOfEnd() -> ExecutionRecord {
        if case .threw = progress { return record(joins: 0, hasFailed: true) }
        return record(joins: 0, hasFailed: false)
    }

    /// What an execution has come to.
    struct Conclusion {
        /// What the waiters get, and how long the cache keeps it.
        let kept: KeptResult
        /// What is kept until its record is stored, instead.
        var unrecorded: UnrecordedResult?
        /// The result that was there already, and whose record is stored now.
        var confirmed: UnrecordedResult?
        /// Whether it counts as an execution.
        var hasBegun = true
        /// Whether it counts as one that has failed.
        var hasFailed = false
    }

    /// What it has come to, under the policy of the request that leads.
    func conclude() -> Conclusion {
        switch progress {
        case .returned(let kept):
            return Conclusion(kept: kept)
        case .threw(let error):
            // Cancellation and the library's own errors are never cached.
            let isCached = !(error is CancellationError || error is any LibraryError)
            let timeToLive = isCached ? request.policy.failureTimeToLive : nil
            return Conclusion(kept: failure(error, timeToLive, isRefusal: false), hasFailed: true)
        case .withheld(let unrecorded, let error):
            return Conclusion(kept: failure(error, isRefusal: true), unrecorded: unrecorded)
        case .confirmed(let earlier):
            return Conclusion(kept: earlier.kept, confirmed: earlier, hasBegun: false)
        case .refused(let error):
            return Conclusion(kept: failure(error, isRefusal: true), hasBegun: false)
        case .notRun(let error):
            return Conclusion(kept: failure(error, isRefusal: !(error is CancellationError)), hasFailed: true)
        case .begun:
            return Conclusion(kept: failure(CancellationError(), isRefusal: false))
        case .notBegun, .found:
            return Conclusion(kept: failure(CancellationError(), isRefusal: false), hasBegun: false)
        }
    }

    private func kept(_ product: Product) -> KeptResult {
        let decided: TimeToLive? =
            switch product.keeping {
            case .asPolicy: request.timeToLive ?? request.policy.timeToLive
            case .decided(let timeToLive): request.timeToLive ?? timeToLive
            case .notAtAll: nil
            }
        let result = StoredResult(
            .success(product.boxed), executionID: key.epoch, labels: request.labels, endedAt: endedAt)
        return KeptResult(
            result: result, timeToLive: decided, weight: product.weight ?? request.policy.weight)
    }

    private func failure(_ error: any Error, _ timeToLive: TimeToLive? = nil, isRefusal: Bool) -> KeptResult {
        let result = StoredResult(
            .failure(error), executionID: key.epoch, labels: request.labels, endedAt: endedAt, isRefusal: isRefusal)
        return KeptResult(result: result, timeToLive: timeToLive, weight: request.policy.weight)
    }
}
