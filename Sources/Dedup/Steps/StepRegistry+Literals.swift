// The calls by name, with contexts that are written down with variables in them: `["path": path, "depth": depth]`. What
// holds no variables is a `JSONValue` as it stands, so these are disfavoured: such a call means what it meant without them.

extension StepRegistry {
    /// A context as it is written down, with variables beside literals in it; ``JSONValue`` has an initialiser for it that
    /// says what may stand there.
    public typealias ContextLiteral = KeyValuePairs<String, (any JSONLiteralElement)?>

    // MARK: - Executing

    /// Executes a registered step by name with a context that holds variables; see ``execute(_:context:scope:call:)-(_,JSONValue,_,_)``.
    ///
    /// - Throws: As with a `JSONValue`, and ``FingerprintError`` for a value without JSON or a name that is given twice.
    @_disfavoredOverload
    public func execute(
        _ name: String, context: ContextLiteral, scope: String? = nil, call: CallOptions = CallOptions()
    ) async throws -> Outcome<any Sendable> {
        let context = try deduplicator.countingRefusal { try JSONValue(context) }
        return try await execute(name, context: context, scope: scope, call: call)
    }

    /// Executes a registered step by name with a context that holds variables, for a caller that knows the type of its
    /// results; see ``execute(_:context:as:scope:call:)-(_,JSONValue,_,_,_)``.
    ///
    /// - Throws: As with a `JSONValue`, and ``FingerprintError`` for a value without JSON or a name that is given twice.
    @_disfavoredOverload
    public func execute<Output: Sendable>(
        _ name: String, context: ContextLiteral, as type: Output.Type, scope: String? = nil,
        call: CallOptions = CallOptions()
    ) async throws -> Outcome<Output> {
        let context = try deduplicator.countingRefusal { try JSONValue(context) }
        return try await execute(name, context: context, as: type, scope: scope, call: call)
    }

    // MARK: - Inspecting

    /// What makes a request by name the same work as others; see ``fingerprint(of:context:scope:)-(_,JSONValue,_)``.
    ///
    /// - Throws: As with a `JSONValue`, and ``FingerprintError`` for a value without JSON or a name that is given twice.
    @_disfavoredOverload
    public func fingerprint(of name: String, context: ContextLiteral, scope: String? = nil) throws -> Fingerprint {
        try fingerprint(of: name, context: JSONValue(context), scope: scope)
    }

    /// Where two contexts of a step differ as far as fingerprints are concerned; see ``explain(_:_:_:)-(String,JSONValue,_)``.
    ///
    /// - Throws: As with a `JSONValue`, and ``FingerprintError`` for a value without JSON or a name that is given twice.
    @_disfavoredOverload
    public func explain(_ name: String, _ first: ContextLiteral, _ second: ContextLiteral) throws -> [FieldDifference] {
        try explain(name, JSONValue(first), JSONValue(second))
    }

    /// Forgets the result of a context; see ``invalidate(_:context:scope:)-(_,JSONValue,_)``.
    ///
    /// - Throws: As with a `JSONValue`, and ``FingerprintError`` for a value without JSON or a name that is given twice.
    @_disfavoredOverload
    @discardableResult
    public func invalidate(_ name: String, context: ContextLiteral, scope: String? = nil) throws -> Bool {
        try invalidate(name, context: JSONValue(context), scope: scope)
    }

    /// The history of a context up to now; see ``record(of:context:scope:)-(_,JSONValue,_)``.
    ///
    /// - Throws: As with a `JSONValue`, and ``FingerprintError`` for a value without JSON or a name that is given twice.
    @_disfavoredOverload
    public func record(
        of name: String, context: ContextLiteral, scope: String? = nil
    ) async throws -> ExecutionRecord? {
        try await record(of: name, context: JSONValue(context), scope: scope)
    }
}
