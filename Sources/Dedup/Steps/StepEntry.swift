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
    /// Whether there is anything to execute.
    let hasBody: Bool
    /// Answers a caller who does not know its types and describes the input as JSON.
    let answerDescribed:
        @Sendable (StepRegistry, StepEntry, JSONValue, _ scope: String?, CallOptions) async throws
            -> Outcome<any Sendable>
    /// What of the input that a JSON context describes takes part in the fingerprint.
    let canonical: @Sendable (JSONValue) throws -> JSONValue
    private let state = Lock(State())

    init<Input, Output>(_ step: Step<Input, Output>, _ fingerprinter: Fingerprinter) {
        description = step.description
        self.fingerprinter = fingerprinter.prepare(
            step: step.name, version: String(step.description.version), rules: step.description.rules)
        self.step = step
        hasBody = step.body != nil
        let limits = fingerprinter.limits
        canonical = { context in try step.encode(step.decode(context, limits), limits) }
        answerDescribed = { registry, entry, context, scope, call in
            let input = DescribedInput(context) { try step.decode($0, limits) }
            let request = PreparedRequest(step: step, entry: entry, input: .described(input))
            return try await registry.answer(request, scope: scope, call: call).map { $0 as any Sendable }
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
        do {
            let output = try await body()
            ended(wallTime, start.duration(to: time.now), error: nil)
            return output
        } catch {
            ended(wallTime, start.duration(to: time.now), error: error)
            throw error
        }
    }

    private func ended(_ began: WallTime, _ duration: Duration, error: (any Error)?) {
        // Described before the lock is taken: the type's name may be the user's own code.
        let description = error.map { ($0 as? DedupError).map { "DedupError.\($0.code)" } ?? "\(type(of: $0))" }
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
