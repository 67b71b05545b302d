internal import Caching

/// Steps by name, executed through a chain of middleware of which deduplication is one.
///
///     let registry = StepRegistry(records: records)
///     try registry.register(status)
///     let outcome = try await registry.execute(status, Repository(path: "/srv/app"))
///     let same = try await registry.execute("git.status", context: ["path": "/srv/app"])
///
/// Both calls have the same fingerprint, so the second is served by the first.
///
/// A request passes the middleware in front of the deduplication first, so that authorisation decides before anything
/// else is told: whether the step is active, whether the context describes an input, whether there is a result. Only
/// whether there is a step of that name, and of those types, is found out before. A request that ends in front of the
/// deduplication with an error of the library's counts under ``OutcomeCounts/refused``.
public final class StepRegistry: Sendable {
    /// What deduplicates the steps of this registry. It can be used on its own as well.
    public let deduplicator: Deduplicator

    private let fingerprinter: Fingerprinter
    /// The whole chain, and where in it the deduplication stands.
    let middleware: [any StepMiddleware]
    let deduplicationIndex: Int
    private let entries = Lock<[Spelling: StepEntry]>([:])
    private let contexts = ContextMemo.makeFingerprints()

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
        deduplicationIndex = outer.count
    }

    /// Makes a registry with a deduplicator of its own, in the default configuration.
    public convenience init(
        records: any ExecutionRecordStore = InMemoryExecutionRecords(), time: any TimeSource = .system
    ) {
        self.init(deduplicator: Deduplicator(records: records, time: time))
    }

    // MARK: - Registering

    /// Registers a step under its name. A step that was only declared is replaced, and its status stays.
    ///
    /// Names are told apart by their bytes: two spellings of "é" are two steps.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/duplicateStep``, or
    ///   ``DedupError/Code/invalidConfiguration`` for the step's policy.
    public func register<Input, Output>(_ step: Step<Input, Output>) throws {
        try step.description.policy.validate()
        let entry = StepEntry(step, fingerprinter, contexts)
        let isNew = entries.withLock { entries in
            if let old = entries[Spelling(step.name)] {
                if old.hasBody { return false }
                entry.status = old.status
            }
            entries[Spelling(step.name)] = entry
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
        // Taken out of the lock, so that what the step's body holds is destroyed outside it.
        let entry = entries.withLock { $0.removeValue(forKey: Spelling(name)) }
        return entry != nil
    }

    /// Lets a step be executed, or not.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep``.
    public func setStatus(_ status: StepStatus, of name: String) throws {
        // In one step with finding it, so that a step which replaces it now has the new status too.
        let isKnown = entries.withLock { entries in
            entries[Spelling(name)]?.status = status
            return entries[Spelling(name)] != nil
        }
        if !isKnown { throw Self.unknownStep(name) }
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
        entries.withLock { Array($0.values) }.map(\.description)
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    // MARK: - Finding

    /// What is registered under a name.
    ///
    /// The error names the step that was asked for and no other: whoever asks may not be one to know them.
    func entry(_ name: String) throws(DedupError) -> StepEntry {
        if let entry = entries.withLock({ $0[Spelling(name)] }) { return entry }
        throw Self.unknownStep(name)
    }

    private static func unknownStep(_ name: String) -> DedupError {
        DedupError(.unknownStep, "No step '\(name)' is registered.")
    }

    /// What is registered under the name of a step, and with its types.
    func entry<Input, Output>(of step: Step<Input, Output>) throws(DedupError) -> StepEntry {
        let entry = try entry(step.name)
        if entry.input == Input.self, entry.output == Output.self { return entry }
        throw DedupError(
            .typeMismatch, "Step '\(step.name)' is registered with other types than \(Input.self) and \(Output.self).")
    }
}
