internal import Caching

/// Steps by name, executed through a chain of middleware and the deduplication.
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
    /// Middleware that sees every request.
    let outer: [any StepMiddleware]
    /// Middleware that sees executions only.
    let inner: [any StepMiddleware]
    private let table = ReadMostly(StepTable())
    private let contexts = ContextMemo.makeFingerprints()

    /// Makes a registry.
    ///
    /// - Parameters:
    ///   - deduplicator: What deduplicates.
    ///   - fingerprinter: What makes fingerprints; it holds the namespace and the key for secret fields. Default: that of
    ///     the deduplicator's configuration.
    ///   - outer: Middleware that sees every request, the first outermost.
    ///   - inner: Middleware that sees executions only, the first outermost.
    public init(
        deduplicator: Deduplicator, fingerprinter: Fingerprinter? = nil, outer: [any StepMiddleware] = [],
        inner: [any StepMiddleware] = []
    ) {
        self.deduplicator = deduplicator
        self.fingerprinter = fingerprinter ?? deduplicator.configuration.fingerprinter
        self.outer = outer
        self.inner = inner
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
    /// - Throws: ``DedupError`` with code ``DedupError/Code/duplicateStep``, ``DedupError/Code/stepNameLimit`` for a name
    ///   that is too long or one step too many, or ``DedupError/Code/invalidConfiguration`` for the step's policy.
    public func register<Input, Output>(_ step: Step<Input, Output>) throws {
        try step.description.policy.validate()
        try deduplicator.configuration.checkName(step.name)
        let new = RegisteredStep(step.definition, fingerprinter, contexts)
        let limit = deduplicator.configuration.stepLimit
        switch table.update({ $0.add(new, limit: limit) }) {
        case .added: return
        case .isTaken:
            throw DedupError(
                .duplicateStep, "Step '\(step.name)' is registered already; unregister it first, or use another name.")
        case .isFull:
            throw DedupError(
                .stepNameLimit,
                "There are \(limit) steps already (stepLimit); unregister one, or put what varies into the input.")
        }
    }

    /// Takes a step away. Executions in progress are not affected, and cached results stay until they expire.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public func unregister(_ name: String) -> Bool {
        // Nothing of the step is destroyed inside the table's lock.
        let step = table.update { $0.remove(name) }
        return step != nil
    }

    /// Lets a step be executed, or not.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep``.
    public func setStatus(_ status: StepStatus, of name: String) throws {
        // In one step with finding it, so that a step which replaces it now has the new status too.
        let isKnown = table.withoutChanges { table in
            let step = table[name]
            step?.status = status
            return step != nil
        }
        if !isKnown { throw Self.unknownStep(name) }
    }

    /// Whether a step may be executed.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep``.
    public func status(of name: String) throws -> StepStatus { try find(name).status }

    /// What a step has done.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep``.
    public func statistics(of name: String) throws -> StepStatistics { try find(name).statistics }

    /// All registered steps by name.
    public var steps: [StepDescription] {
        table.read { $0.all }.map(\.description)
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
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
        let (registered, definition) = try deduplicator.countingRefusal { try find(matching: step) }
        guard outer.isEmpty else {
            return try await executeThroughMiddleware(registered, definition, input, scope: scope, call: call)
        }
        // The input is copied on a miss only.
        let fingerprint = try deduplicator.countingRefusal {
            try registered.identify(input, definition.coding, scope: scope)
        }
        let answer = try await deduplicator.resolve(fingerprint, call) {
            try StepCall(self, registered, definition, .given(input)).request(fingerprint, scope: scope, call: call)
        }
        return try Outcome(answer, in: deduplicator)
    }

    // On its own, because what it names would be looked up for hits without middleware, too.
    @inline(never)
    private func executeThroughMiddleware<Input, Output>(
        _ registered: RegisteredStep, _ definition: StepDefinition<Input, Output>, _ input: Input, scope: String?,
        call: CallOptions
    ) async throws -> Outcome<Output> {
        try await StepCall(self, registered, definition, .given(input)).execute(scope: scope, call: call)
    }

    /// Executes a registered step that takes no input; see ``execute(_:_:scope:call:)``.
    public func execute<Output>(
        _ step: Step<NoInput, Output>, scope: String? = nil, call: CallOptions = CallOptions()
    ) async throws -> Outcome<Output> {
        try await execute(step, NoInput(), scope: scope, call: call)
    }

    /// Executes a registered step that takes two values; see ``execute(_:_:scope:call:)``.
    public func execute<First: Codable & Sendable, Second: Codable & Sendable, Output>(
        _ step: Step<StepInputs<First, Second>, Output>, _ first: First, _ second: Second, scope: String? = nil,
        call: CallOptions = CallOptions()
    ) async throws -> Outcome<Output> {
        try await execute(step, StepInputs(first, second), scope: scope, call: call)
    }

    /// Executes a registered step that takes three values; see ``execute(_:_:scope:call:)``.
    public func execute<First: Codable & Sendable, Second: Codable & Sendable, Third: Codable & Sendable, Output>(
        _ step: Step<StepInputs<First, Second, Third>, Output>, _ first: First, _ second: Second, _ third: Third,
        scope: String? = nil, call: CallOptions = CallOptions()
    ) async throws -> Outcome<Output> {
        try await execute(step, StepInputs(first, second, third), scope: scope, call: call)
    }

    /// Executes a registered step by name with a JSON context.
    ///
    /// The context is decoded into the step's input, and the fingerprint is that of the input: unknown members, the order
    /// and the spelling of the rest make no difference, and neither does `null` in the place of an optional that is left
    /// out. A dynamic step takes the context as it is. A context that does not describe an input is refused before
    /// anything runs. A context for a typed step may nest arrays and objects ``FingerprintLimits/maximumTypedDepth`` levels
    /// deep. Variables may stand in it as they are, `["path": path, "depth": depth]`.
    ///
    /// - Parameters:
    ///   - name: The step's name.
    ///   - context: What describes its input; for a step without input an empty object, the default.
    ///   - scope: Whose work this is: requests of different scopes never share a result.
    ///   - call: What this request alone asks for.
    /// - Returns: The value and how it came about.
    /// - Throws: As the typed form, and ``DedupError`` with code ``DedupError/Code/invalidContext``.
    public func execute(
        _ name: String, context: JSONValue = [:], scope: String? = nil, call: CallOptions = CallOptions()
    ) async throws -> Outcome<any Sendable> {
        let step = try deduplicator.countingRefusal { try find(name) }
        guard outer.isEmpty else {
            let input = step.describe(context)
            return try await step.definition.execute(input, scope: scope, call: call, by: self, step)
        }
        // A hit takes no generic code: to find out what that is for the step's types takes longer than the hit. So the input
        // is described only if the fingerprint of the context is not remembered, or there is no result.
        let (fingerprint, input) = try deduplicator.countingRefusal { try step.identify(context, scope: scope) }
        let answer = try await deduplicator.resolve(fingerprint, call) {
            try step.definition.request(
                fingerprint, input ?? step.describe(context), scope: scope, call: call, by: self, step)
        }
        return try Outcome(erasing: answer, as: step.output, in: deduplicator)
    }

    /// Executes a registered step by name, for a caller that knows the type of its results.
    ///
    /// - Parameters:
    ///   - name: The step's name.
    ///   - context: What describes its input.
    ///   - type: The type of the step's results.
    ///   - scope: Whose work this is.
    ///   - call: What this request alone asks for.
    /// - Returns: The value and how it came about.
    /// - Throws: As the form without a type, and ``DedupError`` with code ``DedupError/Code/typeMismatch``, before anything
    ///   runs, if the step's results are of another type.
    public func execute<Output: Sendable>(
        _ name: String, context: JSONValue = [:], as type: Output.Type, scope: String? = nil,
        call: CallOptions = CallOptions()
    ) async throws -> Outcome<Output> {
        try deduplicator.countingRefusal {
            let output = try find(name).output
            guard output == type else {
                throw DedupError(.typeMismatch, "Step '\(name)' returns \(output), not \(type).")
            }
        }
        return try await execute(name, context: context, scope: scope, call: call).map { value in
            guard let value = value as? Output else { throw DedupError.typeMismatch(type) }
            return value
        }
    }

    // MARK: - Finding

    /// What is registered under the name of a step, and its definition in the step's types.
    func find<Input, Output>(
        matching step: Step<Input, Output>
    ) throws(DedupError) -> (RegisteredStep, StepDefinition<Input, Output>) {
        let registered = try find(step.name)
        return (registered, try registered.definition(matching: step))
    }

    /// What is registered under a name. Takes no lock.
    ///
    /// The error names the step that was asked for and no other, since the caller may not be meant to know them.
    func find(_ name: String) throws(DedupError) -> RegisteredStep {
        if let step = table.read({ $0[name] }) { return step }
        throw Self.unknownStep(name)
    }

    private static func unknownStep(_ name: String) -> DedupError {
        DedupError(.unknownStep, "No step '\(name)' is registered.")
    }
}

/// The registered steps by name.
///
/// Divided by the hash of the name, because a change copies what it changes: with one dictionary ten thousand
/// registrations would copy fifty million entries.
struct StepTable: Sendable {
    /// What has become of a step that was to be added.
    enum Addition: Sendable {
        case added
        /// A step of that name is there.
        case isTaken
        /// There are as many steps as there may be.
        case isFull
    }

    private var parts: [[Spelling: RegisteredStep]] = Array(repeating: [:], count: 64)
    private var count = 0

    /// All steps, in no particular order.
    var all: [RegisteredStep] { parts.flatMap(\.values) }

    subscript(name: String) -> RegisteredStep? {
        let spelling = Spelling(name)
        return parts[Self.part(of: spelling)][spelling]
    }

    /// Adds a step, or puts it in the place of one that was only declared, whose status it takes over.
    mutating func add(_ step: RegisteredStep, limit: Int) -> Addition {
        let spelling = Spelling(step.name)
        let part = Self.part(of: spelling)
        if let old = parts[part][spelling] {
            if old.definition.hasBody { return .isTaken }
            step.status = old.status
        } else {
            if count >= limit { return .isFull }
            count += 1
        }
        parts[part][spelling] = step
        return .added
    }

    /// Removes a step and returns it.
    mutating func remove(_ name: String) -> RegisteredStep? {
        let spelling = Spelling(name)
        let step = parts[Self.part(of: spelling)].removeValue(forKey: spelling)
        if step != nil { count -= 1 }
        return step
    }

    /// Which part has a name. Cheap, because the dictionary hashes the name anyway.
    private static func part(of spelling: Spelling) -> Int {
        let bytes = spelling.name.utf8
        // In place: to step back from the end of a string costs a hit by name 3 %, as `dedupbench micro` shows it.
        let last = unsafe bytes.withContiguousStorageIfAvailable { unsafe $0.last ?? 0 } ?? bytes.last ?? 0
        return (bytes.count &* 31 &+ Int(last)) & 63
    }
}
