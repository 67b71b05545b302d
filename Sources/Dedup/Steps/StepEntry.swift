internal import Caching

/// A registered step: what it does, whether it may, and what it has done.
final class StepEntry: Sendable {
    private struct State: Sendable {
        var status = StepStatus.active
        var statistics = StepStatistics()
    }

    let description: StepDescription
    let fingerprinter: StepFingerprinter
    /// The `Step<Input, Output>` itself, for callers who know its types.
    let step: any Sendable
    /// The type of its input.
    let input: any Sendable.Type
    /// The type of its results.
    let output: any Sendable.Type
    /// Whether there is anything to execute.
    let hasBody: Bool
    /// Answers a caller who does not know its types and describes the input as JSON.
    let answerDescribed:
        @Sendable (StepRegistry, StepEntry, JSONValue, _ scope: String?, CallOptions, _ missed: Fingerprint?)
            async throws
            -> Outcome<any Sendable>
    /// What of the input that a JSON context describes takes part in the fingerprint.
    let canonical: @Sendable (JSONValue) throws -> JSONValue
    /// What contexts have described before; nil for a step that takes contexts as they are.
    private let memo: ContextMemo?
    private let state = Lock(State())

    init<Input, Output>(
        _ step: Step<Input, Output>, _ fingerprinter: Fingerprinter, _ contexts: ContextMemo.Fingerprints
    ) {
        description = step.description
        self.fingerprinter = fingerprinter.prepare(
            step: step.name, version: String(step.description.version), rules: step.description.rules)
        self.step = step
        input = Input.self
        output = Output.self
        hasBody = step.body != nil
        let limits = fingerprinter.limits
        memo = step.isDynamic ? nil : ContextMemo(contexts, limits: limits)
        canonical = { context in try step.encode(step.decode(context, limits), limits) }
        answerDescribed = { registry, entry, context, scope, call, missed in
            let input = DescribedInput(context) { try step.decode($0, limits) }
            let request = PreparedRequest(step: step, entry: entry, input: .described(input))
            return try await registry.answer(request, scope: scope, call: call, missed: missed)
                .map { $0 as any Sendable }
        }
    }

    /// What was registered, for a caller whose step has the same types.
    func registered<Input, Output>(like _: Step<Input, Output>) -> Step<Input, Output> {
        guard let step = step as? Step<Input, Output> else {
            preconditionFailure("A step of the same types is a step of the same type.")
        }
        return step
    }

    /// The fingerprint of an input, which any step of the same types writes down in the same way.
    func fingerprint<Input, Output>(
        of input: Input, by step: Step<Input, Output>, scope: String?
    ) throws -> Fingerprint {
        try fingerprinter.fingerprint(step.encode(input, fingerprinter.limits), scope: scope)
    }

    /// The fingerprint of the input that a context describes, if that can be told without decoding it.
    func knownFingerprint(of context: JSONValue, scope: String?) throws -> Fingerprint? {
        guard let memo else { return try fingerprinter.fingerprint(context, scope: scope) }
        return try memo.known(context, scope: scope)
    }

    /// The fingerprint of the input that a context describes. What of it takes part, `canonical` tells if it is not known.
    func fingerprint(
        of context: JSONValue, scope: String?, canonical: () throws -> JSONValue
    ) throws -> Fingerprint {
        guard let memo else { return try fingerprinter.fingerprint(canonical(), scope: scope) }
        return try memo.fingerprint(of: context, scope: scope) {
            try fingerprinter.fingerprint(canonical(), scope: scope)
        }
    }

    var status: StepStatus {
        get { state.withLock { $0.status } }
        set { state.withLock { $0.status = newValue } }
    }

    var statistics: StepStatistics { state.withLock { $0.statistics } }

    /// Runs the step's body and counts the run.
    func run<Output: Sendable>(
        time: any TimeSource, _ body: () async throws -> Output
    ) async throws -> Output {
        let wallTime = time.wallTime
        let start = time.now
        let end = await Result { try await body() }
        ended(wallTime, start.duration(to: time.now), end)
        return try end.get()
    }

    private func ended<Output>(_ began: WallTime, _ duration: Duration, _ end: Result<Output, any Error>) {
        // Described before the lock is taken: the type's name may be the user's own code.
        var description: String?
        if case .failure(let error) = end {
            description = (error as? DedupError).map { "DedupError.\($0.code)" } ?? "\(type(of: error))"
        }
        state.withLock { state in
            state.statistics.runs += 1
            state.statistics.lastRun = began
            state.statistics.lastDuration = duration
            if let description {
                state.statistics.failures += 1
                state.statistics.lastError = description
            }
        }
    }
}
