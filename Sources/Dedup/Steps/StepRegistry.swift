internal import Caching

/// Steps by name, executed through a chain of middleware of which deduplication is one.
///
///     let registry = StepRegistry(records: records)
///     try registry.register(status)
///     let outcome = try await registry.execute(status, Repository(path: "/srv/app"))
///     let same = try await registry.execute("git.status", context: ["path": "/srv/app"])
///
/// Both calls have the same fingerprint, so the second is served by the first.
public final class StepRegistry: Sendable {
    /// What deduplicates the steps of this registry. It can be used on its own as well.
    public let deduplicator: Deduplicator

    private let fingerprinter: Fingerprinter
    private let middleware: [any StepMiddleware]
    /// Whether nothing stands in front of the deduplication, so that a hit needs no chain.
    private let deduplicatesFirst: Bool
    private let entries = Lock<[String: StepEntry]>([:])

    /// Makes a registry.
    ///
    /// - Parameters:
    ///   - deduplicator: What deduplicates.
    ///   - fingerprinter: What makes fingerprints; it holds the namespace and the key for secret fields.
    ///   - outer: Middleware that sees every request, the first outermost.
    ///   - inner: Middleware that sees executions only, the first outermost.
    public init(
        deduplicator: Deduplicator, fingerprinter: Fingerprinter = Fingerprinter(),
        outer: [any StepMiddleware] = [], inner: [any StepMiddleware] = []
    ) {
        self.deduplicator = deduplicator
        self.fingerprinter = fingerprinter
        middleware = outer + [Deduplication(deduplicator)] + inner
        deduplicatesFirst = outer.isEmpty
    }

    /// Makes a registry with a deduplicator of its own, in the default configuration.
    public convenience init(
        records: any ExecutionRecordStore = InMemoryExecutionRecords(), time: any TimeSource = .system
    ) {
        self.init(deduplicator: Deduplicator(records: records, time: time))
    }

    // MARK: - Registering

    /// Registers a step under its name. A step that was only declared is replaced.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/duplicateStep``, or
    ///   ``DedupError/Code/invalidConfiguration`` for the step's policy.
    public func register<Input, Output>(_ step: Step<Input, Output>) throws {
        try step.description.policy.validate()
        let entry = StepEntry(step, fingerprinter)
        let isNew = entries.withLock { entries in
            if let old = entries[step.name], old.hasBody { return false }
            entries[step.name] = entry
            return true
        }
        if isNew { return }
        throw DedupError(
            .duplicateStep, "Step '\(step.name)' is registered already; unregister it first, or use another name.")
    }

    /// Takes a step away. Executions in progress are not affected, and cached results stay until they expire.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public func unregister(_ name: String) -> Bool {
        entries.withLock { $0.removeValue(forKey: name) != nil }
    }

    /// Lets a step be executed, or not.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep``.
    public func setStatus(_ status: StepStatus, of name: String) throws {
        try entry(name).status = status
    }

    /// Whether a step may be executed.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep``.
    public func status(of name: String) throws -> StepStatus { try entry(name).status }

    /// What a step has done.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep``.
    public func statistics(of name: String) throws -> StepStatistics { try entry(name).statistics }

    /// All registered steps by name.
    public var steps: [StepDescription] {
        entries.withLock { Array($0.values) }.map(\.description).sorted { $0.name < $1.name }
    }

    // MARK: - Executing

    /// Executes a registered step with a typed input.
    ///
    /// - Parameters:
    ///   - step: The step; the body that was registered under its name is what runs.
    ///   - input: What it is executed with.
    ///   - scope: Whose work this is, for example a tenant: requests of different scopes never share a result.
    ///   - call: What this request alone asks for.
    /// - Returns: The value and how it came about.
    /// - Throws: What the step throws, ``FingerprintError`` for an input without a canonical form,
    ///   `CancellationError`, or ``DedupError``.
    public func execute<Input, Output>(
        _ step: Step<Input, Output>, _ input: Input, scope: String? = nil, call: CallOptions = CallOptions()
    ) async throws -> Outcome<Output> {
        let entry = try runnable(step.name)
        guard let registered = entry.step as? Step<Input, Output> else {
            throw DedupError(
                .typeMismatch,
                "Step '\(step.name)' is registered with other types than \(Input.self) and \(Output.self).")
        }
        let fingerprinter = entry.fingerprinter
        var identify: @Sendable (String?) throws -> Fingerprint = { scope in
            try registered.fingerprint(input, fingerprinter, scope)
        }
        if deduplicatesFirst {
            let fingerprint = try registered.fingerprint(input, fingerprinter, scope)
            if let found = try deduplicator.found(fingerprint) { return try Outcome(found, in: deduplicator) }
            identify = { _ in fingerprint }
        }
        let request = StepRequest(
            step: entry.description, input: input, scope: scope, call: call, identify: identify,
            timeToLive: registered.timeToLive.map { TimeToLiveDecision(decide: $0) }, hasMissed: deduplicatesFirst)
        return try await pass(request, PreparedRequest(step: registered, entry: entry) { input })
    }

    /// Executes a registered step by name with a JSON context.
    ///
    /// The fingerprint is that of the context as it is; the step's input is decoded from it only when the step runs.
    ///
    /// - Parameters:
    ///   - name: The step's name.
    ///   - context: What describes its input.
    ///   - scope: Whose work this is: requests of different scopes never share a result.
    ///   - call: What this request alone asks for.
    /// - Returns: The value and how it came about.
    /// - Throws: As the typed form, and ``DedupError`` with code ``DedupError/Code/invalidContext``.
    public func execute(
        _ name: String, context: JSONValue, scope: String? = nil, call: CallOptions = CallOptions()
    ) async throws -> Outcome<any Sendable> {
        let entry = try runnable(name)
        let fingerprinter = entry.fingerprinter
        var identify: @Sendable (String?) throws -> Fingerprint = { scope in
            try fingerprinter.fingerprint(context, scope: scope)
        }
        if deduplicatesFirst {
            let fingerprint = try fingerprinter.fingerprint(context, scope: scope)
            if let found = try deduplicator.found(fingerprint) {
                return Outcome(
                    value: found.boxed.erased, source: found.source, executionID: found.executionID,
                    epoch: found.executionID)
            }
            identify = { _ in fingerprint }
        }
        let request = StepRequest(
            step: entry.description, input: context, scope: scope, call: call, identify: identify,
            hasMissed: deduplicatesFirst)
        return try await entry.executeDynamically(self, entry, context, request)
    }

    /// Passes a request through the middleware, from the `index`-th on, to the step's body.
    func pass<Input, Output>(
        _ request: StepRequest, from index: Int = 0, _ prepared: PreparedRequest<Input, Output>
    ) async throws -> Outcome<Output> {
        guard index < middleware.count else { return try await run(prepared) }
        return try await middleware[index].execute(request) { request in
            try await self.pass(request, from: index + 1, prepared)
        }
    }

    private func run<Input, Output>(_ prepared: PreparedRequest<Input, Output>) async throws -> Outcome<Output> {
        guard let body = prepared.step.body else {
            throw DedupError(.stepWithoutExecutor, "Step '\(prepared.step.name)' was declared without a body.")
        }
        let input = try prepared.decode()
        let value = try await prepared.entry.run(time: deduplicator.time) { try await body(input) }
        let execution = ExecutionContext.current?.executionID ?? 0
        return Outcome(value: value, source: .executed, executionID: execution, epoch: execution)
    }

    // MARK: - Finding

    private func entry(_ name: String) throws(DedupError) -> StepEntry {
        if let entry = entries.withLock({ $0[name] }) { return entry }
        let known = entries.withLock { $0.keys.sorted() }.prefix(10).joined(separator: ", ")
        throw DedupError(
            .unknownStep,
            "No step '\(name)' is registered" + (known.isEmpty ? "." : "; there are: \(known)."))
    }

    private func runnable(_ name: String) throws(DedupError) -> StepEntry {
        let entry = try entry(name)
        guard entry.hasBody else {
            throw DedupError(
                .stepWithoutExecutor, "Step '\(name)' was declared without a body; register one with a body.")
        }
        guard entry.status == .active else {
            throw DedupError(.inactiveStep, "Step '\(name)' is inactive; set its status to active first.")
        }
        return entry
    }
}
