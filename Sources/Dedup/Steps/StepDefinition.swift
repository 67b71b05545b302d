internal import Caching

/// What is known about a step without running it.
public struct StepDescription: Sendable {
    /// What the step is called.
    public let name: String

    /// Which meaning of the step this is.
    public let version: Int

    /// Which fields of its input are ignored or secret.
    public let rules: FieldRules

    /// How it is deduplicated.
    public let policy: ExecutionPolicy
}

/// What a ``Step`` consists of. Copies of a step share it, so that a call with a step that is registered is recognised by
/// one comparison.
final class StepDefinition<Input: Sendable, Output: Sendable>: AnyStepDefinition {
    let description: StepDescription
    /// How its input is written down for fingerprints, and read from the JSON context of a call by name.
    let coding: InputCoding<Input>
    let handling: ResultHandling<Input, Output>
    /// Nil for a step that was only declared.
    let body: (@Sendable (Input) async throws -> Output)?

    init(
        _ description: StepDescription, _ coding: InputCoding<Input>, _ handling: ResultHandling<Input, Output>,
        body: (@Sendable (Input) async throws -> Output)?
    ) {
        self.description = description
        self.coding = coding
        self.handling = handling
        self.body = body
    }

    var output: any Sendable.Type { Output.self }
    var hasBody: Bool { body != nil }
    var isDynamic: Bool { coding.isDynamic }

    func describe(_ context: JSONValue, limits: FingerprintLimits) -> any AnyDescribedInput {
        DescribedInput(context, coding, limits: limits)
    }

    func request(
        _ fingerprint: Fingerprint, _ input: any AnyDescribedInput, scope: String?, call: CallOptions,
        by registry: StepRegistry, _ step: RegisteredStep
    ) throws -> Request {
        try stepCall(input, by: registry, step).request(fingerprint, scope: scope, call: call)
    }

    func execute(
        _ input: any AnyDescribedInput, scope: String?, call: CallOptions, by registry: StepRegistry,
        _ step: RegisteredStep
    ) async throws -> Outcome<any Sendable> {
        try await stepCall(input, by: registry, step).execute(scope: scope, call: call).map { $0 as any Sendable }
    }

    private func stepCall(
        _ input: any AnyDescribedInput, by registry: StepRegistry, _ step: RegisteredStep
    ) -> StepCall<Input, Output> {
        guard let input = input as? DescribedInput<Input> else {
            preconditionFailure("A definition executes the inputs that it has described.")
        }
        return StepCall(registry, step, self, .described(input))
    }
}

/// A step's definition for callers that do not know its types.
protocol AnyStepDefinition: AnyObject, Sendable {
    var description: StepDescription { get }
    /// The type of its results.
    var output: any Sendable.Type { get }
    /// Whether there is anything to execute.
    var hasBody: Bool { get }
    /// Whether it takes contexts as they are.
    var isDynamic: Bool { get }

    /// The input that a context describes, yet to be decoded.
    func describe(_ context: JSONValue, limits: FingerprintLimits) -> any AnyDescribedInput

    /// A request for the work of a described input, whose fingerprint is known.
    func request(
        _ fingerprint: Fingerprint, _ input: any AnyDescribedInput, scope: String?, call: CallOptions,
        by registry: StepRegistry, _ step: RegisteredStep
    ) throws -> Request

    /// Executes the step with a described input.
    func execute(
        _ input: any AnyDescribedInput, scope: String?, call: CallOptions, by registry: StepRegistry,
        _ step: RegisteredStep
    ) async throws -> Outcome<any Sendable>
}

/// How a step's input is written down for fingerprints, and read from the JSON context of a call by name.
struct InputCoding<Input: Sendable>: Sendable {
    /// What of an input takes part in the fingerprint, before the rules are applied.
    let encode: @Sendable (Input, FingerprintLimits) throws -> JSONValue
    /// The input that a JSON context describes.
    let decode: @Sendable (JSONValue, FingerprintLimits) throws -> Input
    /// Whether contexts are taken as they are.
    var isDynamic = false
}

extension InputCoding where Input: Encodable {
    /// For inputs that encode themselves. A context can describe them if they are `Decodable`, too.
    static var encodable: InputCoding {
        InputCoding { input, limits in
            try CanonicalEncoder(limits: limits).encode(input)
        } decode: { context, limits in
            try ContextDecoder.decode(Input.self, from: context, limits: limits)
        }
    }
}

extension InputCoding where Input == JSONValue {
    /// For contexts that are taken as they are.
    static var dynamic: InputCoding {
        InputCoding(encode: { context, _ in context }, decode: { context, _ in context }, isDynamic: true)
    }
}

/// What a step says about each of its results. Each part may be missing.
struct ResultHandling<Input: Sendable, Output: Sendable>: Sendable {
    /// How long a result is cached, in place of the policy; nil does not cache it.
    var timeToLive: (@Sendable (Output) -> TimeToLive?)?
    /// How much room it takes in a cache whose capacity is a weight, in place of the policy.
    var weight: (@Sendable (Output) -> Int)?
    /// What it can be invalidated by.
    var tags: (@Sendable (Input) -> [String])?
}
