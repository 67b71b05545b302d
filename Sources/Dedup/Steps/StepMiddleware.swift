internal import Caching

/// A request for a step on its way through the middleware.
public struct StepRequest: Sendable {
    /// The step that is to be executed.
    public let step: StepDescription

    /// What it is executed with: the typed input, or the JSON context of a call by name, which need not describe an
    /// input: that is found out when the fingerprint is made.
    public let input: any Sendable

    /// Whose work this is, for example a tenant. Takes part in the fingerprint; a middleware in front of the
    /// deduplication may set it.
    public var scope: String?

    /// What this request alone asks for.
    public var call: CallOptions

    let identify: @Sendable (_ scope: String?) throws -> Fingerprint
    /// The step's own `TimeToLiveDecision<Output>`, where it has one.
    var timeToLive: (any Sendable)?
    /// Whether the cache was asked a moment ago, and had nothing.
    let hasMissed: Bool

    /// What makes this request the same work as others, under the scope that it has now.
    ///
    /// - Throws: ``FingerprintError`` when the input has no canonical form, or ``DedupError`` with code
    ///   ``DedupError/Code/invalidContext`` when a JSON context does not describe an input.
    public func fingerprint() throws -> Fingerprint { try identify(scope) }
}

/// Something that wraps the execution of every step of a registry: logging, metrics, authorisation.
///
/// Middleware in front of ``Deduplication`` sees every request, hits and joins included; middleware behind it sees
/// executions only. A middleware answers by calling `next`, or by throwing, or with an outcome of its own. What it answers
/// in front of the deduplication by itself is no request of the deduplicator, and counts nowhere.
public protocol StepMiddleware: Sendable {
    /// Answers a request, usually by passing it on.
    ///
    /// - Parameters:
    ///   - request: The request; pass it on as it is or changed.
    ///   - next: The rest of the chain, with the step's body at its end.
    func execute<Output: Sendable>(
        _ request: StepRequest, next: @escaping @Sendable (StepRequest) async throws -> Outcome<Output>
    ) async throws -> Outcome<Output>
}

/// The middleware that deduplicates: what is behind it runs once for all requests with the same fingerprint.
public struct Deduplication: StepMiddleware {
    let deduplicator: Deduplicator

    /// Makes the middleware of a deduplicator.
    public init(_ deduplicator: Deduplicator) {
        self.deduplicator = deduplicator
    }

    /// Answers from the cache, from an execution in progress, or by passing the request on.
    public func execute<Output: Sendable>(
        _ request: StepRequest, next: @escaping @Sendable (StepRequest) async throws -> Outcome<Output>
    ) async throws -> Outcome<Output> {
        let fingerprint = try deduplicator.countingRefusal { try request.fingerprint() }
        let decision = request.timeToLive as? TimeToLiveDecision<Output>
        if !request.hasMissed, let found = try deduplicator.found(fingerprint) {
            return try Outcome(found, in: deduplicator)
        }
        let missed = try deduplicator.request(
            fingerprint, step: request.step.name, policy: request.step.policy, call: request.call
        ) { _ in
            let value = try await next(request).value
            return Product(value, keeping: decision.map { .decided($0.decide(value)) } ?? .asPolicy, weight: nil)
        }
        return try Outcome(await deduplicator.fly(missed), in: deduplicator)
    }
}

/// A step's own decision about the time to live of its results, in a box that passes middleware of any type.
struct TimeToLiveDecision<Output: Sendable>: Sendable {
    let decide: @Sendable (Output) -> TimeToLive?
}
