internal import Caching

/// One run of a step, from its start to its end.
struct Execution: Sendable {
    let key: FlightKey
    let startedAt: MonotonicInstant
    let wallTime: WallTime
    private(set) var endedAt: MonotonicInstant
    private(set) var result: Result<Product, any Error> = .failure(CancellationError())
    /// False for one that was cancelled before it could begin, which leaves no trace.
    private(set) var hasBegun = false
    /// Whether the error is the library's, because the record could not be stored.
    private(set) var isRefusal = false
    /// Whether the step itself has failed: what happens to its record afterwards is not the step's failure.
    private var hasFailed = false

    init(key: FlightKey, startedAt: MonotonicInstant, wallTime: WallTime) {
        self.key = key
        self.startedAt = startedAt
        self.wallTime = wallTime
        endedAt = startedAt
    }

    /// How long it ran.
    var took: Duration { startedAt.duration(to: endedAt) }

    /// The step is about to run, or its record to be opened.
    mutating func begin() { hasBegun = true }

    /// The step has returned or thrown.
    mutating func end(_ result: Result<Product, any Error>, at now: MonotonicInstant) {
        self.result = result
        endedAt = now
        if case .failure = result { hasFailed = true }
    }

    /// The step was not run: its record could not be opened, or nobody wanted it any more.
    mutating func fail(_ error: any Error, at now: MonotonicInstant) {
        end(.failure(error), at: now)
        isRefusal = !(error is CancellationError)
    }

    /// The step has run, and nobody may have its result.
    mutating func refuse(_ error: DedupError) {
        result = .failure(error)
        isRefusal = true
    }

    /// What it adds to the record of its fingerprint.
    func record(of request: Request, joins: Int) -> ExecutionRecord {
        .execution(
            step: request.step, fingerprint: request.fingerprint, startedAt: wallTime, duration: took,
            failed: hasFailed, joins: joins)
    }

    /// The result for those who wait and for the cache; how long it is cached, nil for not at all; and its weight.
    /// Cancellation and the library's own errors never are.
    func keeping(
        under policy: ExecutionPolicy
    ) -> (result: Result<any AnyBoxed, any Error>, timeToLive: TimeToLive?, weight: Int) {
        switch result {
        case .success(let product):
            let weight = product.weight ?? policy.weight
            switch product.keeping {
            case .asPolicy: return (.success(product.boxed), policy.timeToLive, weight)
            case .decided(let timeToLive): return (.success(product.boxed), timeToLive, weight)
            }
        case .failure(let error):
            let isCached = !(error is CancellationError || error is DedupError)
            return (.failure(error), isCached ? policy.failureTimeToLive : nil, policy.weight)
        }
    }
}
