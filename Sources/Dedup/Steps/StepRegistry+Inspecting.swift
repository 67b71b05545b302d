// What a registry knows of a request without executing it: its fingerprint, its result, its history.
extension StepRegistry {
    // MARK: - Fingerprints

    /// What makes a request the same work as others: what ``Deduplicator`` and the record store know it by.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep`` or ``DedupError/Code/stepMismatch``, or
    ///   ``FingerprintError`` for an input without a canonical form.
    public func fingerprint<Input, Output>(
        of step: Step<Input, Output>, _ input: Input, scope: String? = nil
    ) throws -> Fingerprint {
        let (registered, definition) = try find(matching: step)
        return try registered.fingerprint(of: input, definition.coding, scope: scope)
    }

    /// What makes a request by name the same work as others.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/unknownStep`` or ``DedupError/Code/invalidContext``, or
    ///   ``FingerprintError``.
    public func fingerprint(of name: String, context: JSONValue, scope: String? = nil) throws -> Fingerprint {
        let step = try find(name)
        return try step.fingerprint(of: context, scope: scope) { step.describe(context) }
    }

    /// Where two inputs of a step differ as far as fingerprints are concerned, without values.
    ///
    /// - Returns: The differing paths, in canonical order; empty exactly when the fingerprints are the same.
    /// - Throws: As ``fingerprint(of:_:scope:)``.
    public func explain<Input, Output>(
        _ step: Step<Input, Output>, _ first: Input, _ second: Input
    ) throws -> [FieldDifference] {
        let (registered, definition) = try find(matching: step)
        let limits = registered.fingerprinter.limits
        return try registered.fingerprinter.explain(
            definition.coding.encode(first, limits), definition.coding.encode(second, limits))
    }

    /// Where two contexts of a step differ as far as fingerprints are concerned, without values: where the inputs differ
    /// that they describe.
    ///
    /// - Returns: The differing paths, in canonical order; empty exactly when the fingerprints are the same.
    /// - Throws: As ``fingerprint(of:context:scope:)-(_,JSONValue,_)``.
    public func explain(_ name: String, _ first: JSONValue, _ second: JSONValue) throws -> [FieldDifference] {
        let step = try find(name)
        return try step.fingerprinter.explain(step.describe(first).canonical, step.describe(second).canonical)
    }

    // MARK: - Invalidating

    /// Forgets the result of an input; see ``Deduplicator/invalidate(_:)``.
    ///
    /// - Returns: Whether there was a cached result or an execution to forget.
    /// - Throws: As ``fingerprint(of:_:scope:)``.
    @discardableResult
    public func invalidate<Input, Output>(
        _ step: Step<Input, Output>, _ input: Input, scope: String? = nil
    ) throws -> Bool {
        deduplicator.invalidate(try fingerprint(of: step, input, scope: scope))
    }

    /// Forgets the result of a context; see ``Deduplicator/invalidate(_:)``.
    ///
    /// - Returns: Whether there was a cached result or an execution to forget.
    /// - Throws: As ``fingerprint(of:context:scope:)-(_,JSONValue,_)``.
    @discardableResult
    public func invalidate(_ name: String, context: JSONValue, scope: String? = nil) throws -> Bool {
        deduplicator.invalidate(try fingerprint(of: name, context: context, scope: scope))
    }

    // MARK: - History

    /// Where the history is kept. It lacks what has not been written yet; see ``Deduplicator/flush()``. The methods of
    /// the registry write that first.
    public var records: any ExecutionRecordStore { deduplicator.records }

    /// The history of an input up to now; nil if it has none.
    ///
    /// - Throws: As ``fingerprint(of:_:scope:)``, or what the record store throws.
    public func record<Input, Output>(
        of step: Step<Input, Output>, _ input: Input, scope: String? = nil
    ) async throws -> ExecutionRecord? {
        try await record(fingerprint(of: step, input, scope: scope), of: step.name)
    }

    /// The history of a context up to now; nil if it has none.
    ///
    /// - Throws: As ``fingerprint(of:context:scope:)-(_,JSONValue,_)``, or what the record store throws.
    public func record(
        of name: String, context: JSONValue, scope: String? = nil
    ) async throws -> ExecutionRecord? {
        try await record(fingerprint(of: name, context: context, scope: scope), of: name)
    }

    private func record(_ fingerprint: Fingerprint, of name: String) async throws -> ExecutionRecord? {
        try await deduplicator.flush()
        return try await records.find(fingerprint, step: name)
    }

    /// The sums over the history of each step up to now, that of processes before this one included, most offered first.
    ///
    /// ``statistics(of:)`` counts the runs of one registered step in this process.
    ///
    /// - Parameters:
    ///   - name: Only this step, registered or not; nil, the default, for all.
    ///   - limit: The highest number of steps in the result.
    /// - Throws: ``RecordQueryError`` if the limit is negative, or what the record store throws.
    public func recordStatistics(of name: String? = nil, limit: Int = 100) async throws -> [StepRecordStatistics] {
        try await deduplicator.flush()
        return try await records.statistics(step: name, limit: limit)
    }

    /// The work that was asked for more than `threshold` times up to now, most offered first.
    ///
    /// - Parameters:
    ///   - threshold: Work that was asked for just as often is left out. Default: 1.
    ///   - limit: The highest number of records in the result.
    /// - Throws: ``RecordQueryError`` if the limit is negative, or what the record store throws.
    public func duplicates(over threshold: Int = 1, limit: Int = 100) async throws -> [ExecutionRecord] {
        try await deduplicator.flush()
        return try await records.duplicates(over: threshold, limit: limit)
    }
}
