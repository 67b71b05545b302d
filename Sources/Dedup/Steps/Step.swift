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

    /// What of an input takes part in the fingerprint, before the rules are applied.
    let encode: @Sendable (Input, FingerprintLimits) throws -> JSONValue
    /// The input that a JSON context describes.
    let decode: @Sendable (JSONValue, FingerprintLimits) throws -> Input
    /// Whether it takes contexts as they are.
    let isDynamic: Bool
    let timeToLive: (@Sendable (Output) -> TimeToLive?)?
    let body: (@Sendable (Input) async throws -> Output)?

    /// The step's name.
    public var name: String { description.name }
}

extension Step where Input: Encodable {
    /// Makes a step with a typed input. It can be executed with an `Input` and, if that is `Decodable` too, by name with
    /// a JSON context that describes one; both have the same fingerprint.
    ///
    /// - Parameters:
    ///   - name: What the step is called. Takes part in the fingerprint.
    ///   - version: Raise it when the step's meaning changes, so that older results are not served. Default: 1.
    ///   - ttl: How long a result is cached; nil caches nothing. Default: five minutes.
    ///   - duplicates: What a duplicate does while the step is running. Default: it joins.
    ///   - rules: Which fields of the input are ignored or secret. Default: ``FieldRules/standard``.
    ///   - timeToLive: Decides for a result how long it is cached, in place of `ttl`; nil does not cache it.
    ///   - body: The work.
    public init(
        _ name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil,
        body: @escaping @Sendable (Input) async throws -> Output
    ) {
        self.init(
            name, version: version, rules: rules, policy: ExecutionPolicy(timeToLive: ttl, duplicates: duplicates),
            timeToLive: timeToLive, body: body)
    }

    /// Makes a step with a typed input and a policy, which says everything about how the step is deduplicated:
    /// ``ExecutionPolicy/sideEffect(timeToLive:holdAfter:)`` for a step with side effects, for example.
    ///
    /// - Parameters:
    ///   - name: What the step is called. Takes part in the fingerprint.
    ///   - version: Raise it when the step's meaning changes, so that older results are not served. Default: 1.
    ///   - rules: Which fields of the input are ignored or secret. Default: ``FieldRules/standard``.
    ///   - policy: Time to live, duplicates and everything else, as it is.
    ///   - timeToLive: Decides for a result how long it is cached, in place of the policy; nil does not cache it.
    ///   - body: The work.
    public init(
        _ name: String, version: Int = 1, rules: FieldRules = .standard, policy: ExecutionPolicy,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil,
        body: @escaping @Sendable (Input) async throws -> Output
    ) {
        description = StepDescription(name, version, rules, policy)
        encode = { input, limits in try CanonicalEncoder(limits: limits).encode(input) }
        isDynamic = false
        decode = { context, limits in try ContextDecoder.decode(Input.self, from: context, limits: limits) }
        self.timeToLive = timeToLive
        self.body = body
    }
}

extension Step where Input == JSONValue {
    /// Makes a step that takes any JSON context, and whose fingerprints are those of the contexts as they are.
    ///
    /// The parameters are those of the initialiser for typed inputs.
    public init(
        dynamic name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil,
        body: @escaping @Sendable (JSONValue) async throws -> Output
    ) {
        self.init(
            dynamic: name, version: version, rules: rules,
            policy: ExecutionPolicy(timeToLive: ttl, duplicates: duplicates), timeToLive: timeToLive, body: body)
    }

    /// Makes a step that takes any JSON context, with a policy.
    ///
    /// The parameters are those of the initialiser for typed inputs and a policy.
    public init(
        dynamic name: String, version: Int = 1, rules: FieldRules = .standard, policy: ExecutionPolicy,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil,
        body: @escaping @Sendable (JSONValue) async throws -> Output
    ) {
        self.init(StepDescription(name, version, rules, policy), timeToLive: timeToLive, body: body)
    }

    private init(
        _ description: StepDescription, timeToLive: (@Sendable (Output) -> TimeToLive?)?,
        body: (@Sendable (JSONValue) async throws -> Output)?
    ) {
        self.description = description
        encode = { context, _ in context }
        decode = { context, _ in context }
        isDynamic = true
        self.timeToLive = timeToLive
        self.body = body
    }
}

extension Step where Input == JSONValue, Output == JSONValue {
    /// Declares a step without anything to execute: it can be listed and switched, and executing it is the error
    /// ``DedupError/Code/stepWithoutExecutor`` until a step with a body is registered in its place.
    public init(declaring name: String, version: Int = 1) {
        self.init(
            StepDescription(name, version, .standard, ExecutionPolicy(timeToLive: nil)), timeToLive: nil, body: nil)
    }
}
