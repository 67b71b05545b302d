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

    private let identify: @Sendable (_ scope: String?) throws -> Fingerprint

    init(
        step: StepDescription, input: any Sendable, scope: String?, call: CallOptions,
        identify: @escaping @Sendable (_ scope: String?) throws -> Fingerprint
    ) {
        self.step = step
        self.input = input
        self.scope = scope
        self.call = call
        self.identify = identify
    }

    /// What makes this request the same work as others, under the scope that it has now.
    ///
    /// - Throws: ``FingerprintError`` when the input has no canonical form, or ``DedupError`` with code
    ///   ``DedupError/Code/invalidContext`` when a JSON context does not describe an input.
    public func fingerprint() throws -> Fingerprint { try identify(scope) }
}

/// Something that wraps the execution of every step of a registry: logging, metrics, authorisation.
///
///     struct Authorisation: StepMiddleware {
///         func execute<Output: Sendable>(
///             _ request: StepRequest, next: StepChain<Output>
///         ) async throws -> Outcome<Output> {
///             guard request.scope != nil else { throw MissingTenant() }
///             return try await next(request)
///         }
///     }
///
/// Middleware in front of the deduplication sees every request, hits and joins included; middleware behind it sees
/// executions only; ``StepRegistry/init(deduplicator:fingerprinter:outer:inner:)`` says which is which. A middleware
/// answers by calling `next`, or by throwing, or with an outcome of its own. What it answers by itself in front of the
/// deduplication is no request of the deduplicator, and counts nowhere.
public protocol StepMiddleware: Sendable {
    /// Answers a request, usually by passing it on.
    ///
    /// - Parameters:
    ///   - request: The request; pass it on as it is or changed.
    ///   - next: The rest of the chain, with the step's body at its end.
    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output>
}

/// The rest of the chain behind a middleware. It is called like a function.
///
/// A type of its own and not a closure, because the type of a closure spells out where it is isolated, and modules differ in
/// what they leave unsaid: a plain conformance has to compile in all of them.
public struct StepChain<Output: Sendable>: Sendable {
    private let rest: @Sendable (StepRequest) async throws -> Outcome<Output>

    init(_ rest: @escaping @Sendable (StepRequest) async throws -> Outcome<Output>) {
        self.rest = rest
    }

    /// Passes a request on.
    public func callAsFunction(_ request: StepRequest) async throws -> Outcome<Output> {
        try await rest(request)
    }
}
