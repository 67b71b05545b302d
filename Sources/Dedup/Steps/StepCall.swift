internal import Caching

/// One call of a registered step: through the middleware in front of the deduplication, to a fingerprint and its
/// resolution, and, if the step has to run, through the middleware behind it to the body.
struct StepCall<Input: Sendable, Output: Sendable>: Sendable {
    let registry: StepRegistry
    let step: RegisteredStep
    let definition: StepDefinition<Input, Output>
    let input: StepInput<Input>

    init(
        _ registry: StepRegistry, _ step: RegisteredStep, _ definition: StepDefinition<Input, Output>,
        _ input: StepInput<Input>
    ) {
        self.registry = registry
        self.step = step
        self.definition = definition
        self.input = input
    }

    /// Answers the call.
    func execute(scope: String?, call: CallOptions) async throws -> Outcome<Output> {
        try await passOuter(stepRequest(scope: scope, call: call), from: 0)
    }

    /// Passes a request through the middleware in front of the deduplication, from the `index`-th on.
    private func passOuter(_ request: StepRequest, from index: Int) async throws -> Outcome<Output> {
        if index < registry.outer.count {
            return try await registry.outer[index].execute(
                request, next: StepChain { try await passOuter($0, from: index + 1) })
        }
        let deduplicator = registry.deduplicator
        let fingerprint = try deduplicator.countingRefusal { () throws -> Fingerprint in
            try step.checkExecutable()
            return try self.fingerprint(scope: request.scope)
        }
        let answer = try await deduplicator.resolve(fingerprint, request.call) {
            try self.request(fingerprint, scope: request.scope, call: request.call)
        }
        return try Outcome(answer, in: deduplicator)
    }

    /// What makes the call the same work as others.
    ///
    /// It is always made of the input itself. An input that was described as JSON is decoded first, unless it was before,
    /// so that what the type leaves out, fills in or spells differently separates nothing.
    private func fingerprint(scope: String?) throws -> Fingerprint {
        switch input {
        case .given(let input): try step.fingerprint(of: input, definition.coding, scope: scope)
        case .described(let input): try step.fingerprint(of: input.context, scope: scope) { input }
        }
    }

    /// The request for the deduplicator.
    func request(_ fingerprint: Fingerprint, scope: String?, call: CallOptions) throws -> Request {
        var tags = call.tags
        if let own = definition.handling.tags { tags += try own(input.value) }
        return Request(
            fingerprint, labels: RequestLabels(step: step.name, scope: scope, tags: tags),
            policy: step.description.policy, call: call, deadline: registry.deduplicator.deadline(of: call),
            among: registry.deduplicator.flightShards, trace: registry.deduplicator.trace(fingerprint, step: step.name)
        ) { execution in
            let outcome = try await passInner(stepRequest(scope: scope, call: call), from: 0)
            execution.deliver(outcome.value, definition.handling.timeToLive, definition.handling.weight)
        }
    }

    /// Passes a request through the middleware behind the deduplication, from the `index`-th on, to the step's body.
    private func passInner(_ request: StepRequest, from index: Int) async throws -> Outcome<Output> {
        guard index < registry.inner.count else { return try await run() }
        return try await registry.inner[index].execute(
            request, next: StepChain { try await passInner($0, from: index + 1) })
    }

    private func run() async throws -> Outcome<Output> {
        guard let body = definition.body else {
            preconditionFailure("A step without a body is not executed.")
        }
        let input = try input.value
        let value = try await step.run(time: registry.deduplicator.time) { try await body(input) }
        let execution = ExecutionContext.current?.executionID ?? 0
        return Outcome(value: value, source: .executed, executionID: execution, epoch: execution)
    }

    private func stepRequest(scope: String?, call: CallOptions) -> StepRequest {
        StepRequest(step: step.description, input: input.asGiven, scope: scope, call: call) { scope in
            try fingerprint(scope: scope)
        }
    }
}

/// What a step is executed with.
enum StepInput<Input: Sendable>: Sendable {
    /// The caller gave it.
    case given(Input)
    /// The caller described it.
    case described(DescribedInput<Input>)

    /// The input itself.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidContext``, or ``FingerprintError`` for a context beyond
    ///   the limits.
    var value: Input {
        get throws {
            switch self {
            case .given(let input): input
            case .described(let input): try input.value
            }
        }
    }

    /// What the caller gave: the input, or the context that describes it.
    var asGiven: any Sendable {
        switch self {
        case .given(let input): input
        case .described(let input): input.context
        }
    }
}

/// An input that a JSON context describes, decoded when it is first asked for: behind the middleware that may refuse
/// the request, and in front of everything that counts as work.
final class DescribedInput<Input: Sendable>: AnyDescribedInput {
    let context: JSONValue
    private let coding: InputCoding<Input>
    private let limits: FingerprintLimits
    private let decoded = Lock<Input?>(nil)

    init(_ context: JSONValue, _ coding: InputCoding<Input>, limits: FingerprintLimits) {
        self.context = context
        self.coding = coding
        self.limits = limits
    }

    var value: Input {
        get throws {
            if let input = decoded.withLock({ $0 }) { return input }
            // Outside the lock: this is the type's own code. Two readers that come at once may both decode.
            let input = try coding.decode(context, limits)
            decoded.withLock { $0 = $0 ?? input }
            return input
        }
    }

    var canonical: JSONValue {
        get throws { try coding.encode(value, limits) }
    }
}

/// A described input of any type.
protocol AnyDescribedInput: AnyObject, Sendable {
    /// What of the input takes part in the fingerprint.
    var canonical: JSONValue { get throws }
}
