internal import Caching
internal import Synchronization

/// A step, compiled once when it is registered: everything about it that is the same for each of its requests.
final class RegisteredStep: Sendable {
    let definition: any AnyStepDefinition
    let fingerprinter: StepFingerprinter
    /// The type of its results.
    let output: any Sendable.Type
    private let hasBody: Bool
    /// What contexts have described before; nil for a step that takes contexts as they are.
    private let memo: ContextMemo?
    private let active: Atomic<Bool>
    private let counts = Lock(StepStatistics())

    init(_ definition: any AnyStepDefinition, _ fingerprinter: Fingerprinter, _ contexts: ContextMemo.Fingerprints) {
        self.definition = definition
        let description = definition.description
        self.fingerprinter = fingerprinter.prepare(
            step: description.name, version: String(description.version), rules: description.rules)
        memo = definition.isDynamic ? nil : ContextMemo(contexts, limits: fingerprinter.limits)
        // Each request reads these, and would find them through the existential.
        (output, hasBody) = (definition.output, definition.hasBody)
        active = Atomic(true)
    }

    var description: StepDescription { definition.description }
    var name: String { definition.description.name }

    // MARK: - Status

    /// Whether it may be executed. Reading it takes no lock.
    var status: StepStatus {
        get { active.load(ordering: .relaxed) ? .active : .inactive }
        set { active.store(newValue == .active, ordering: .relaxed) }
    }

    /// Lets a request go on to the deduplication if the step may be executed.
    func checkExecutable() throws(DedupError) {
        guard hasBody else {
            throw DedupError(
                .stepWithoutExecutor, "Step '\(name)' was declared without a body; register one with a body.")
        }
        guard status == .active else {
            throw DedupError(.inactiveStep, "Step '\(name)' is inactive; set its status to active first.")
        }
    }

    // MARK: - Identity

    /// What was registered, for a caller that holds a step with this name.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/stepMismatch`` if the caller's step is another one: of another
    ///   type, version, rules or policy. Bodies cannot be compared; the one that was registered is what runs.
    func definition<Input, Output>(
        matching step: Step<Input, Output>
    ) throws(DedupError) -> StepDefinition<Input, Output> {
        if definition === step.definition { return step.definition }
        guard let known = definition as? StepDefinition<Input, Output> else {
            throw mismatch("with other types than \(Input.self) and \(Output.self)")
        }
        let (ours, theirs) = (known.description, step.description)
        if ours.version != theirs.version {
            throw mismatch("in version \(ours.version), and this is version \(theirs.version)")
        }
        if ours.rules != theirs.rules { throw mismatch("with other field rules") }
        if ours.policy != theirs.policy { throw mismatch("with another policy") }
        return known
    }

    private func mismatch(_ difference: String) -> DedupError {
        DedupError(
            .stepMismatch,
            "Step '\(name)' is registered \(difference). Execute the step that was registered, or give this one a name of "
                + "its own.")
    }

    // MARK: - Fingerprints

    /// The fingerprint of an input.
    func fingerprint<Input>(of input: Input, _ coding: InputCoding<Input>, scope: String?) throws -> Fingerprint {
        try fingerprinter.fingerprint(coding.encode(input, fingerprinter.limits), scope: scope)
    }

    /// The fingerprint of the input that a context describes. `input` is asked for only if that is not remembered.
    func fingerprint(
        of context: JSONValue, scope: String?, described input: () -> any AnyDescribedInput
    ) throws -> Fingerprint {
        guard let memo else { return try fingerprinter.fingerprint(context, scope: scope) }
        return try memo.fingerprint(of: context, scope: scope) {
            try fingerprinter.fingerprint(input().canonical, scope: scope)
        }
    }

    /// Lets a request go on to the deduplication if the step may be executed, and says what work it asks for.
    func identify<Input>(_ input: Input, _ coding: InputCoding<Input>, scope: String?) throws -> Fingerprint {
        try checkExecutable()
        return try fingerprint(of: input, coding, scope: scope)
    }

    /// The same for an input that a context describes, which comes along if it had to be decoded.
    func identify(_ context: JSONValue, scope: String?) throws -> (Fingerprint, (any AnyDescribedInput)?) {
        try checkExecutable()
        var input: (any AnyDescribedInput)?
        let fingerprint = try fingerprint(of: context, scope: scope) {
            let described = describe(context)
            input = described
            return described
        }
        return (fingerprint, input)
    }

    /// The input that a context describes, yet to be decoded.
    func describe(_ context: JSONValue) -> any AnyDescribedInput {
        definition.describe(context, limits: fingerprinter.limits)
    }

    // MARK: - Statistics

    var statistics: StepStatistics { counts.withLock { $0 } }

    /// Runs the step's body and counts the run.
    func run<Output: Sendable>(
        time: any TimeSource, _ body: () async throws -> Output
    ) async throws -> Output {
        let wallTime = time.wallTime
        let start = time.now
        let end = await Result { try await body() }
        count(end, began: wallTime, took: start.duration(to: time.now))
        return try end.get()
    }

    private func count<Output>(_ end: Result<Output, any Error>, began: WallTime, took: Duration) {
        // Described before the lock is taken: the type's name may be the user's own code.
        var description: String?
        if case .failure(let error) = end {
            description = (error as? DedupError).map { "DedupError.\($0.code)" } ?? "\(type(of: error))"
        }
        counts.withLock { statistics in
            statistics.runs += 1
            statistics.lastRun = began
            statistics.lastDuration = took
            if let description {
                statistics.failures += 1
                statistics.lastError = description
            }
        }
    }
}

/// Whether a registered step may be executed.
public enum StepStatus: String, CaseIterable, Hashable, Sendable {
    /// It may.
    case active
    /// Executing it is the error ``DedupError/Code/inactiveStep``.
    case inactive
}

/// What a step has done in this process since it was registered. Answers from the cache are not runs.
public struct StepStatistics: Hashable, Sendable {
    /// How often the step's body has ended, with a value or an error.
    public internal(set) var runs = 0

    /// How many of those runs ended with an error.
    public internal(set) var failures = 0

    /// When the last run began.
    public internal(set) var lastRun: WallTime?

    /// How long the last run took.
    public internal(set) var lastDuration: Duration?

    /// The type of the last error, and of a ``DedupError`` its code. Not the error's text: that may hold values.
    public internal(set) var lastError: String?
}
