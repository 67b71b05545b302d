internal import Caching

/// One run of a step, from its start to its end.
struct Execution: Sendable {
    /// How far it has come.
    enum Progress: Sendable {
        /// Cancelled before it could begin; it leaves no trace.
        case notBegun
        /// The step is about to run, or its record to be opened.
        case begun
        /// The step has returned or thrown.
        case ended(Result<Product, any Error>)
        /// The library ended it without running the step: its record could not be opened, or every request had left.
        case notRun(any Error)
        /// The step has returned a value, which is withheld until its record is stored.
        case withheld(Product, RecordState, DedupError)
        /// The step was not run, because its result is there: withheld before, now recorded.
        case confirmed(UnrecordedResult)
        /// The step was not run, because its result is there and still withheld.
        case refused(DedupError)
    }

    let key: FlightKey
    let startedAt: MonotonicInstant
    let wallTime: WallTime
    private(set) var endedAt: MonotonicInstant
    private(set) var progress = Progress.notBegun

    init(key: FlightKey, startedAt: MonotonicInstant, wallTime: WallTime) {
        self.key = key
        self.startedAt = startedAt
        self.wallTime = wallTime
        endedAt = startedAt
    }

    /// How long it ran.
    var took: Duration { startedAt.duration(to: endedAt) }

    /// Whether it counts as an execution.
    var hasBegun: Bool {
        switch progress {
        case .notBegun, .confirmed, .refused: false
        case .begun, .ended, .notRun, .withheld: true
        }
    }

    // MARK: - Its course

    /// The step is about to run, or its record to be opened.
    mutating func begin() { progress = .begun }

    /// The step has returned or thrown.
    ///
    /// A cancellation error of the step's own, when the execution was not cancelled, would look to each waiter as if it
    /// had been cancelled itself; so it is wrapped.
    mutating func end(
        _ result: Result<Product, any Error>, wasCancelled: Bool, step: String, at now: MonotonicInstant
    ) {
        endedAt = now
        if case .failure(let error as CancellationError) = result, !wasCancelled {
            progress = .ended(.failure(DedupError.stepCancelledItself(step, error)))
        } else {
            progress = .ended(result)
        }
    }

    /// The step was not run.
    mutating func notRun(_ error: any Error, at now: MonotonicInstant) {
        endedAt = now
        progress = .notRun(error)
    }

    /// The step has run, and its result is withheld because its record could not be stored. A failure has no result: the
    /// requests get the refusal, and the next one runs the step again.
    mutating func withhold(until state: RecordState, because error: DedupError) {
        if case .ended(.success(let product)) = progress {
            progress = .withheld(product, state, error)
        } else {
            progress = .notRun(error)
            hasFailed = true
        }
    }

    /// The step need not run: its result is there, if its record is.
    mutating func confirm(_ earlier: UnrecordedResult, step: String, at now: MonotonicInstant) {
        endedAt = now
        progress = earlier.state.isStored ? .confirmed(earlier) : .refused(.recordStillMissing(step: step))
    }

    // MARK: - What it came to

    /// Whether the step itself has failed, although its own error is not what the requests get.
    private var hasFailed = false

    /// What it adds to the record of its fingerprint.
    func record(of request: Request, joins: Int) -> ExecutionRecord {
        var failed = hasFailed
        switch progress {
        case .ended(.failure), .notRun: failed = true
        case .notBegun, .begun, .ended(.success), .withheld, .confirmed, .refused: break
        }
        return .execution(
            step: request.step, fingerprint: request.fingerprint, startedAt: wallTime, duration: took, failed: failed,
            joins: joins)
    }

    /// What the execution has come to.
    struct Results {
        /// What the waiters get.
        let result: StoredResult
        /// What the cache gets, and for how long; nil for nothing.
        var kept: KeptResult?
        /// What is kept until its record is stored.
        var unrecorded: UnrecordedResult?
        /// When a result that was made earlier has served as an answer, like a hit.
        var usedAt: MonotonicInstant?
    }

    /// What the execution has come to, under the policy of the request that started it.
    func results(of request: Request) -> Results {
        switch progress {
        case .ended(.success(let product)):
            let kept = kept(product, request)
            return Results(result: kept.result, kept: kept.timeToLive == nil ? nil : kept)
        case .withheld(let product, let state, let error):
            return Results(
                result: failure(error, request, isRefusal: true),
                unrecorded: UnrecordedResult(kept: kept(product, request), state: state))
        case .confirmed(let earlier):
            return Results(result: earlier.kept.result, kept: earlier.kept, usedAt: endedAt)
        case .ended(.failure(let error)):
            let result = failure(error, request, isRefusal: false)
            // Cancellation and the library's own errors are never cached.
            let isCached = !(error is CancellationError || error is any LibraryError)
            return Results(
                result: result,
                kept: isCached && request.policy.failureTimeToLive != nil
                    ? KeptResult(
                        result: result, timeToLive: request.policy.failureTimeToLive, weight: request.policy.weight)
                    : nil)
        case .notRun(let error):
            return Results(result: failure(error, request, isRefusal: !(error is CancellationError)))
        case .refused(let error):
            return Results(result: failure(error, request, isRefusal: true))
        case .notBegun, .begun:
            return Results(result: failure(CancellationError(), request, isRefusal: false))
        }
    }

    private func kept(_ product: Product, _ request: Request) -> KeptResult {
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

    private func failure(_ error: any Error, _ request: Request, isRefusal: Bool) -> StoredResult {
        StoredResult(
            .failure(error), executionID: key.epoch, labels: request.labels, endedAt: endedAt, isRefusal: isRefusal)
    }
}
