public import Caching

/// Fingerprints of work that is known by a name and some parts of an input, without a step.
///
/// What is the same for every request of a name is prepared once. Names come from the program and not from its requests;
/// those beyond the limit are prepared each time.
final class NamedWork: Sendable {
    private let fingerprinter: Fingerprinter
    private let limit: Int
    private let prepared = ReadMostly<[Spelling: StepFingerprinter]>([:])

    init(_ fingerprinter: Fingerprinter, limit: Int) {
        self.fingerprinter = fingerprinter
        self.limit = limit
    }

    /// The fingerprint of a name with the parts of an input.
    func fingerprint(_ name: String, _ parts: [any Encodable], scope: String?) throws -> Fingerprint {
        let encoder = CanonicalEncoder(limits: fingerprinter.limits)
        return try fingerprinter(of: name).fingerprint(.array(parts.map { try encoder.encode($0) }), scope: scope)
    }

    private func fingerprinter(of name: String) -> StepFingerprinter {
        let spelling = Spelling(name)
        if let known = prepared.read({ $0[spelling] }) { return known }
        let new = fingerprinter.prepare(step: name, version: "")
        prepared.update { prepared in
            if prepared.count < limit { prepared[spelling] = new }
        }
        return new
    }
}

// Work by name: the calls to begin with. They need no registry, no key type and no store, and take what the others take.
extension Deduplicator {
    /// Does some work once: answers from the cache, from the same work in progress, or by running `body`.
    ///
    ///     let user = try await dedup.once("user", id, ttl: .seconds(60)) { try await load(id) }
    ///
    /// - Parameters:
    ///   - name: What kind of work it is. Takes part in the fingerprint, and is the name in records and events.
    ///   - parts: What the work depends on: every value that makes its result another one. Each is encoded as JSON;
    ///     passwords and the like take part as keyed digests, see ``FieldRules/standard``.
    ///   - ttl: How long the result is cached; nil caches nothing. Default: five minutes.
    ///   - scope: Whose work it is, for example a tenant: calls of different scopes never share a result.
    ///   - call: What this call alone asks for.
    ///   - body: The work.
    /// - Returns: What `body` returned, now or before.
    /// - Throws: What `body` throws, ``FingerprintError`` for a part without a canonical form, `CancellationError`, or
    ///   ``DedupError``.
    @inlinable
    public func once<Value: Sendable>(
        _ name: String, _ parts: any Encodable & Sendable..., ttl: TimeToLive? = .fixed(.seconds(300)),
        scope: String? = nil,
        call: CallOptions = CallOptions(), _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let fingerprint = try countingRefusal { try namedFingerprint(name, parts, scope: scope) }
        return try await execute(
            fingerprint, step: name, scope: scope, policy: ExecutionPolicy(timeToLive: ttl), call: call, body
        ).value
    }

    /// Does some work once, under a policy.
    ///
    /// - Parameters:
    ///   - name: What kind of work it is.
    ///   - parts: What the work depends on.
    ///   - scope: Whose work it is.
    ///   - policy: How it is deduplicated.
    ///   - call: What this call alone asks for.
    ///   - body: The work.
    /// - Returns: What `body` returned, now or before.
    /// - Throws: What `body` throws, ``FingerprintError``, `CancellationError`, or ``DedupError``.
    @inlinable
    public func once<Value: Sendable>(
        _ name: String, _ parts: any Encodable & Sendable..., scope: String? = nil, policy: ExecutionPolicy,
        call: CallOptions = CallOptions(), _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let fingerprint = try countingRefusal { try namedFingerprint(name, parts, scope: scope) }
        return try await execute(fingerprint, step: name, scope: scope, policy: policy, call: call, body).value
    }

    /// What makes a call of ``once(_:_:ttl:scope:call:_:)`` the same work as others: what ``cached(_:as:)``,
    /// ``invalidate(_:)`` and the record store know it by.
    ///
    /// - Throws: ``FingerprintError`` for a part without a canonical form.
    public func fingerprint(
        of name: String, _ parts: any Encodable & Sendable..., scope: String? = nil
    ) throws -> Fingerprint {
        try namedFingerprint(name, parts, scope: scope)
    }

    @usableFromInline
    func namedFingerprint(
        _ name: String, _ parts: [any Encodable & Sendable], scope: String?
    ) throws -> Fingerprint {
        try namedWork.fingerprint(name, parts, scope: scope)
    }

    /// Forgets the result of ``once(_:_:ttl:scope:call:_:)``; see ``invalidate(_:)``.
    ///
    /// - Returns: Whether there was a cached result or an execution to forget.
    /// - Throws: ``FingerprintError`` for a part without a canonical form.
    @discardableResult
    public func invalidate(
        once name: String, _ parts: any Encodable & Sendable..., scope: String? = nil
    ) throws -> Bool {
        invalidate(try namedFingerprint(name, parts, scope: scope))
    }
}
