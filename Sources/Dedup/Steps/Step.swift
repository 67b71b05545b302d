public import Caching

/// A named unit of work: what it takes, what it gives, how it is deduplicated, and what it does.
///
///     let status = Step("git.status", ttl: .seconds(300)) { (repository: Repository) in
///         try await git("status", in: repository.path)
///     }
///
/// Two requests are the same work when step name, version, scope and input agree; see ``FieldRules`` for inputs that
/// should take part only in part. Whatever else the step's result depends on belongs into its input.
///
/// The input is one value that is `Encodable`, two or three that are `Codable`, or none:
///
///     let add = Step("add") { (a: Int, b: Int) in a + b }
///     let today = Step("today", ttl: .minutes(1)) { calendar.today() }
///
/// It can be executed with the input and, where the input is `Decodable`, by name with a JSON context that describes one;
/// both have the same fingerprint.
public struct Step<Input: Sendable, Output: Sendable>: Sendable {
    let definition: StepDefinition<Input, Output>

    /// Name, version, rules and policy.
    public var description: StepDescription { definition.description }

    /// The step's name.
    public var name: String { definition.description.name }

    /// What all initialisers come to.
    fileprivate init(
        _ name: String, _ version: Int, _ rules: FieldRules, _ policy: ExecutionPolicy, _ coding: InputCoding<Input>,
        _ handling: ResultHandling<Input, Output>, body: (@Sendable (Input) async throws -> Output)?
    ) {
        definition = StepDefinition(
            StepDescription(name: name, version: version, rules: rules, policy: policy), coding, handling, body: body)
    }
}

// MARK: - One value

extension Step where Input: Encodable {
    /// Makes a step with one value as its input.
    ///
    /// - Parameters:
    ///   - name: What the step is called. Takes part in the fingerprint.
    ///   - version: Raise it when the step's meaning changes, so that older results are not served. Default: 1.
    ///   - ttl: How long a result is cached; nil caches nothing. Default: five minutes.
    ///   - duplicates: What a duplicate does while the step is running. Default: it joins.
    ///   - rules: Which fields of the input are ignored or secret. Default: ``FieldRules/standard``.
    ///   - timeToLive: Decides for a result how long it is cached, in place of `ttl`; nil does not cache it.
    ///   - weight: How much of the cache's capacity a result takes where the capacity is a weight. Default: 1.
    ///   - tags: What the result for an input can be invalidated by; see ``Deduplicator/invalidate(tag:)``.
    ///   - body: The work.
    public init(
        _ name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        tags: (@Sendable (Input) -> [String])? = nil, body: @escaping @Sendable (Input) async throws -> Output
    ) {
        self.init(
            name, version, rules, ExecutionPolicy(timeToLive: ttl, duplicates: duplicates), .encodable,
            ResultHandling(timeToLive: timeToLive, weight: weight, tags: tags), body: body)
    }

    /// Makes a step with one value as its input and a policy, which says everything about how the step is deduplicated:
    /// ``ExecutionPolicy/sideEffect(timeToLive:holdAfter:)`` for a step with side effects, for example.
    ///
    /// The other parameters are those of the initialiser without a policy.
    public init(
        _ name: String, version: Int = 1, rules: FieldRules = .standard, policy: ExecutionPolicy,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        tags: (@Sendable (Input) -> [String])? = nil, body: @escaping @Sendable (Input) async throws -> Output
    ) {
        self.init(
            name, version, rules, policy, .encodable,
            ResultHandling(timeToLive: timeToLive, weight: weight, tags: tags), body: body)
    }
}

// MARK: - No value

extension Step where Input == NoInput {
    /// Makes a step that takes no input.
    ///
    /// The parameters are those of the initialiser with one value.
    public init(
        _ name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil,
        weight: (@Sendable (Output) -> Int)? = nil, body: @escaping @Sendable () async throws -> Output
    ) {
        self.init(
            name, version: version, policy: ExecutionPolicy(timeToLive: ttl, duplicates: duplicates),
            timeToLive: timeToLive, weight: weight, body: body)
    }

    /// Makes a step that takes no input, with a policy.
    ///
    /// The parameters are those of the initialiser with one value and a policy.
    public init(
        _ name: String, version: Int = 1, policy: ExecutionPolicy,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        body: @escaping @Sendable () async throws -> Output
    ) {
        self.init(
            name, version, .standard, policy, .encodable, ResultHandling(timeToLive: timeToLive, weight: weight)
        ) { _ in try await body() }
    }
}

// MARK: - Several values

extension Step {
    // Written out for each number of values: with parameter packs, the asynchronous body is miscompiled (Swift 6.3).

    /// Makes a step with two values as its input.
    ///
    /// The parameters are those of the initialiser with one value.
    public init<First: Codable & Sendable, Second: Codable & Sendable>(
        _ name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        body: @escaping @Sendable (First, Second) async throws -> Output
    ) where Input == StepInputs<First, Second> {
        self.init(
            name, version: version, rules: rules, policy: ExecutionPolicy(timeToLive: ttl, duplicates: duplicates),
            timeToLive: timeToLive, weight: weight, body: body)
    }

    /// Makes a step with two values as its input, with a policy.
    ///
    /// The parameters are those of the initialiser with one value and a policy.
    public init<First: Codable & Sendable, Second: Codable & Sendable>(
        _ name: String, version: Int = 1, rules: FieldRules = .standard, policy: ExecutionPolicy,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        body: @escaping @Sendable (First, Second) async throws -> Output
    ) where Input == StepInputs<First, Second> {
        self.init(
            name, version, rules, policy, .encodable, ResultHandling(timeToLive: timeToLive, weight: weight)
        ) { input in
            try await body(input.parts.0, input.parts.1)
        }
    }
}

extension Step {
    /// Makes a step with three values as its input.
    ///
    /// The parameters are those of the initialiser with one value.
    public init<First: Codable & Sendable, Second: Codable & Sendable, Third: Codable & Sendable>(
        _ name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        body: @escaping @Sendable (First, Second, Third) async throws -> Output
    ) where Input == StepInputs<First, Second, Third> {
        self.init(
            name, version: version, rules: rules, policy: ExecutionPolicy(timeToLive: ttl, duplicates: duplicates),
            timeToLive: timeToLive, weight: weight, body: body)
    }

    /// Makes a step with three values as its input, with a policy.
    ///
    /// The parameters are those of the initialiser with one value and a policy.
    public init<First: Codable & Sendable, Second: Codable & Sendable, Third: Codable & Sendable>(
        _ name: String, version: Int = 1, rules: FieldRules = .standard, policy: ExecutionPolicy,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        body: @escaping @Sendable (First, Second, Third) async throws -> Output
    ) where Input == StepInputs<First, Second, Third> {
        self.init(
            name, version, rules, policy, .encodable, ResultHandling(timeToLive: timeToLive, weight: weight)
        ) { input in
            try await body(input.parts.0, input.parts.1, input.parts.2)
        }
    }
}

// MARK: - Contexts

extension Step where Input == JSONValue {
    /// Makes a step that takes any JSON context, and whose fingerprints are those of the contexts as they are.
    ///
    /// The parameters are those of the initialiser with one value.
    public init(
        dynamic name: String, version: Int = 1, ttl: TimeToLive? = .fixed(.seconds(300)),
        duplicates: DuplicateMode = .join, rules: FieldRules = .standard,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        tags: (@Sendable (JSONValue) -> [String])? = nil, body: @escaping @Sendable (JSONValue) async throws -> Output
    ) {
        self.init(
            dynamic: name, version: version, rules: rules,
            policy: ExecutionPolicy(timeToLive: ttl, duplicates: duplicates), timeToLive: timeToLive, weight: weight,
            tags: tags, body: body)
    }

    /// Makes a step that takes any JSON context, with a policy.
    ///
    /// The parameters are those of the initialiser with one value and a policy.
    public init(
        dynamic name: String, version: Int = 1, rules: FieldRules = .standard, policy: ExecutionPolicy,
        timeToLive: (@Sendable (Output) -> TimeToLive?)? = nil, weight: (@Sendable (Output) -> Int)? = nil,
        tags: (@Sendable (JSONValue) -> [String])? = nil, body: @escaping @Sendable (JSONValue) async throws -> Output
    ) {
        self.init(
            name, version, rules, policy, .dynamic,
            ResultHandling(timeToLive: timeToLive, weight: weight, tags: tags), body: body)
    }
}

extension Step where Input == JSONValue, Output == JSONValue {
    /// Declares a step without anything to execute: it can be listed and switched, and executing it is the error
    /// ``DedupError/Code/stepWithoutExecutor`` until a step with a body is registered in its place.
    public init(declaring name: String, version: Int = 1) {
        self.init(
            name, version, .standard, ExecutionPolicy(timeToLive: nil), .dynamic, ResultHandling(), body: nil)
    }
}
