internal import Caching

// From a call to an answer: through the middleware, of which deduplication is one.
extension StepRegistry {
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
        let entry = try deduplicator.countingRefusal { try self.entry(of: step) }
        var missed: Fingerprint?
        if deduplicatesFirst {
            let fingerprint = try deduplicator.countingRefusal { () throws -> Fingerprint in
                try admit(entry)
                return try entry.fingerprint(of: input, by: step, scope: scope)
            }
            // A hit takes as little generic code as can be: to find out what that is takes longer than the hit.
            if let found = try deduplicator.found(fingerprint) { return try Outcome(found, in: deduplicator) }
            missed = fingerprint
        }
        let request = PreparedRequest(step: entry.registered(like: step), entry: entry, input: .given(input))
        return try await answer(request, scope: scope, call: call, missed: missed)
    }

    /// Executes a registered step by name with a JSON context.
    ///
    /// The context is decoded into the step's input, and the fingerprint is that of the input: unknown members, the order
    /// and the spelling of the rest make no difference, and neither does `null` in the place of an optional that is left
    /// out. A dynamic step takes the context as it is. A context that does not describe an input is refused before
    /// anything runs. `JSONDecoder` decodes it, which follows 512 levels of arrays and objects.
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
        let entry = try deduplicator.countingRefusal { try self.entry(name) }
        var missed: Fingerprint?
        if deduplicatesFirst {
            missed = try deduplicator.countingRefusal {
                try admit(entry)
                return try entry.knownFingerprint(of: context, scope: scope)
            }
            // A hit takes no generic code: to find out what that is for the step's types takes longer than the hit.
            if let missed, let found = try deduplicator.found(missed) {
                return try Outcome(erasing: found, as: entry.output, in: deduplicator)
            }
        }
        return try await entry.answerDescribed(self, entry, context, scope, call, missed)
    }

    /// Answers a request whose step has been found.
    ///
    /// - Parameter missed: Its fingerprint, if the cache was asked for it a moment ago and had nothing.
    func answer<Input, Output>(
        _ prepared: PreparedRequest<Input, Output>, scope: String?, call: CallOptions, missed: Fingerprint?
    ) async throws -> Outcome<Output> {
        let request = StepRequest(
            step: prepared.entry.description, input: prepared.input.asSaid, scope: scope, call: call,
            identify: { now in
                if let missed, now == scope { missed } else { try prepared.fingerprint(scope: now) }
            },
            timeToLive: prepared.step.timeToLive.map { TimeToLiveDecision(decide: $0) }, hasMissed: missed != nil)
        return try await pass(request, prepared)
    }

    /// Whether nothing stands in front of the deduplication, so that a hit needs no chain.
    private var deduplicatesFirst: Bool { deduplicationIndex == 0 }

    /// Passes a request through the middleware, from the `index`-th on, to the step's body.
    private func pass<Input, Output>(
        _ request: StepRequest, from index: Int = 0, _ prepared: PreparedRequest<Input, Output>
    ) async throws -> Outcome<Output> {
        guard index < middleware.count else { return try await run(prepared) }
        if index == deduplicationIndex { try deduplicator.countingRefusal { try admit(prepared.entry) } }
        return try await middleware[index].execute(request) { request in
            try await self.pass(request, from: index + 1, prepared)
        }
    }

    /// Lets a request through to the deduplication if its step may be executed.
    private func admit(_ entry: StepEntry) throws(DedupError) {
        let name = entry.description.name
        guard entry.hasBody else {
            throw DedupError(
                .stepWithoutExecutor, "Step '\(name)' was declared without a body; register one with a body.")
        }
        guard entry.status == .active else {
            throw DedupError(.inactiveStep, "Step '\(name)' is inactive; set its status to active first.")
        }
    }

    private func run<Input, Output>(_ prepared: PreparedRequest<Input, Output>) async throws -> Outcome<Output> {
        guard let body = prepared.step.body else {
            preconditionFailure("A step without a body is not admitted.")
        }
        let input = try prepared.input.value
        let value = try await prepared.entry.run(time: deduplicator.time) { try await body(input) }
        let execution = ExecutionContext.current?.executionID ?? 0
        return Outcome(value: value, source: .executed, executionID: execution, epoch: execution)
    }
}

extension Outcome where Value == any Sendable {
    /// A hit for a caller who does not know the step's types, of which the results are of type `output`.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/typeMismatch``.
    fileprivate init(erasing hit: BoxedOutcome, as output: any Sendable.Type, in deduplicator: Deduplicator) throws {
        guard hit.boxed.type == output else { throw deduplicator.mismatched(output, hit.source) }
        self.init(value: hit.boxed.erased, source: hit.source, executionID: hit.executionID, epoch: hit.executionID)
    }
}

extension Deduplicator {
    /// Counts a request that ends here with an error, in front of everything that counts outcomes.
    func countingRefusal<Result>(_ body: () throws -> Result) rethrows -> Result {
        do {
            return try body()
        } catch {
            counters.count { $0.outcomes.refused += 1 }
            throw error
        }
    }
}
