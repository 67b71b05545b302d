public import Caching

/// A named unit of work: what it takes, what it gives, how it is deduplicated, and what it does.
///
///     let status = Step("git.status", ttl: .fixed(.seconds(300))) { (repository: Repository) in
///         try await git("status", in: repository.path)
///     }
///
/// Two requests are the same work when step name, version, scope and input agree; see ``FieldRules`` for inputs that
/// should take part only in part. Whatever else the step's result depends on belongs into its input.
public struct Step<Input: Sendable, Output: Sendable>: Sendable {
    /// Name, version, rules and policy.
    public let description: StepDescription

    let fingerprint: @Sendable (Input, StepFingerprinter, _ scope: String?) throws -> Fingerprint
    let decode: @Sendable (JSONValue) throws -> Input
    let timeToLive: (@Sendable (Output) -> TimeToLive?)?
    let body: (@Sendable (Input) async throws -> Output)?

    /// The step's name.
    public var name: String { description.name }
}

extension Step where Input: Codable {
    /// Makes a step with a typed input. It can be executed with an `Input`, or by name with a JSON context that
    /// describes one; both have the same fingerprint.
    ///
    /// - Parameters:
    ///   - name: What the step is called. Takes part in the fingerprint.
    ///   - version: Raise it when the step's meaning changes, so that older results are not served. Default: 1.
    ///   - ttl: How long a result is cached; nil caches nothing. Default: five minutes. Replaces the policy's.
    ///   - duplicates: What a duplicate does while the step is running. Default: it joins. Replaces the policy's.
    ///   - rules: Which fields of the input are ignored or secret. Default: ``FieldRules/standard``.
    ///   - policy: Everything else about deduplication.
    ///   - timeToLive: Decides for a result how long it is cached, in place of `ttl`; nil does not cache it.
    ///   - body: The work.
    public init(
        _ name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard, policy: ExecutionPolicy = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil,
        body: @escaping @Sendable (Input) async throws -> Output
    ) {
        description = StepDescription(name, version, ttl, duplicates, rules, policy)
        fingerprint = { input, fingerprinter, scope in try fingerprinter.fingerprint(of: input, scope: scope) }
        decode = { try ContextDecoder.decode(Input.self, from: $0) }
        self.timeToLive = timeToLive
        self.body = body
    }
}

extension Step where Input == JSONValue {
    /// Makes a step that takes any JSON context.
    ///
    /// The parameters are those of the initialiser for typed inputs.
    public init(
        dynamic name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard, policy: ExecutionPolicy = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil,
        body: @escaping @Sendable (JSONValue) async throws -> Output
    ) {
        self.init(
            StepDescription(name, version, ttl, duplicates, rules, policy), timeToLive: timeToLive, body: body)
    }

    private init(
        _ description: StepDescription, timeToLive: (@Sendable (Output) -> TimeToLive?)?,
        body: (@Sendable (JSONValue) async throws -> Output)?
    ) {
        self.description = description
        fingerprint = { context, fingerprinter, scope in try fingerprinter.fingerprint(context, scope: scope) }
        decode = { $0 }
        self.timeToLive = timeToLive
        self.body = body
    }
}

extension Step where Input == JSONValue, Output == JSONValue {
    /// Declares a step without anything to execute: it can be listed and switched, and executing it is the error
    /// ``DedupError/Code/stepWithoutExecutor`` until a step with a body is registered in its place.
    public init(declaring name: String, version: Int = 1) {
        self.init(
            StepDescription(name, version, nil, .join, .standard, .standard), timeToLive: nil, body: nil)
    }
}
