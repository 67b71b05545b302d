/// Turns requests into fingerprints: what is the same work has the same fingerprint, what is not has another.
///
/// A fingerprint is the SHA-256 of a canonical form of the namespace, the step, its version, the scope and the context.
/// Each part carries a tag and its length, so no two different requests have the same canonical form:
///
///     "dedup" 0x01                      the form and its version
///     "N" length namespace
///     "S" length step
///     "V" length version
///     "P" length scope    or    "O"     a scope, or none, which is not the same as an empty one
///     "J" length context                canonical JSON (see ``CanonicalJSON``) with the rules applied
///
/// A length is four bytes, the most significant first. A secret field stands in the context as the byte `0x01` and the 32
/// bytes of its HMAC-SHA-256; a control character never stands in canonical JSON, so no content can imitate a digest.
///
/// How a request is to be delivered (its timeout, priority, deadline, TTL) is no input: it never changes what work is.
/// A typed input and a dynamic context with the same content have the same fingerprint.
public struct Fingerprinter: Sendable {
    /// Keeps apart what shares a store: another namespace, other fingerprints. Empty by default.
    public let namespace: String

    /// How large and deep contexts may be.
    public let limits: FingerprintLimits

    let secretKey: SecretKey

    /// Makes a fingerprinter.
    ///
    /// - Parameters:
    ///   - namespace: Of the application or deployment; empty by default.
    ///   - secretKey: The key for secret fields. The default is drawn once a process, so that fingerprints of contexts with
    ///     secrets do not outlive it; give a symmetric key where they must.
    ///   - limits: 1 MiB and 512 levels by default.
    public init(namespace: String = "", secretKey: SecretKey = .random, limits: FingerprintLimits = .standard) {
        self.namespace = namespace
        self.secretKey = secretKey
        self.limits = limits
    }

    /// A fingerprinter for one step, with everything prepared that is the same for each of its requests.
    ///
    /// - Parameters:
    ///   - step: The name of the step.
    ///   - version: Changes when the step starts to give other results for the same context.
    ///   - rules: Which fields take part; ``FieldRules/standard`` by default.
    public func prepare(step: String, version: String, rules: FieldRules = .standard) -> StepFingerprinter {
        StepFingerprinter(fingerprinter: self, step: step, version: version, rules: rules)
    }

    /// The fingerprint of a dynamic context.
    ///
    /// - Parameters:
    ///   - step: The name of the step.
    ///   - version: The version of the step.
    ///   - scope: Whose request it is, a tenant for example; requests of two scopes are never the same work. Nil differs
    ///     from an empty scope.
    ///   - rules: Which fields take part.
    ///   - context: What the step works on.
    /// - Throws: ``FingerprintError`` with the code `notFinite`, `tooDeep` or `tooLarge`.
    public func fingerprint(
        step: String, version: String, scope: String? = nil, rules: FieldRules = .standard, context: JSONValue
    ) throws(FingerprintError) -> Fingerprint {
        try prepare(step: step, version: version, rules: rules).fingerprint(context, scope: scope)
    }

    /// The fingerprint of a typed input: that of a dynamic context with the same content.
    ///
    /// - Parameters:
    ///   - step: The name of the step.
    ///   - version: The version of the step.
    ///   - scope: Whose request it is; nil differs from an empty scope.
    ///   - rules: Which fields take part.
    ///   - input: What the step works on; see ``CanonicalEncoder`` for how types encode themselves.
    /// - Throws: ``FingerprintError``, with the codes of ``CanonicalEncoder/encode(_:)`` too.
    public func fingerprint<Input: Encodable>(
        step: String, version: String, scope: String? = nil, rules: FieldRules = .standard, input: Input
    ) throws(FingerprintError) -> Fingerprint {
        try prepare(step: step, version: version, rules: rules).fingerprint(of: input, scope: scope)
    }

    /// Where two dynamic contexts differ as far as fingerprints are concerned, without values.
    ///
    /// - Returns: The differing paths, in canonical order; empty exactly when the fingerprints are the same.
    /// - Throws: ``FingerprintError`` for a context that has no fingerprint.
    public func explain(
        _ first: JSONValue, _ second: JSONValue, rules: FieldRules = .standard
    ) throws(FingerprintError) -> [FieldDifference] {
        try prepare(step: "", version: "", rules: rules).explain(first, second)
    }

    /// Where two typed inputs differ as far as fingerprints are concerned, without values.
    ///
    /// - Returns: The differing paths, in canonical order; empty exactly when the fingerprints are the same.
    /// - Throws: ``FingerprintError`` for an input that has no fingerprint.
    public func explain<First: Encodable, Second: Encodable>(
        _ first: First, _ second: Second, rules: FieldRules = .standard
    ) throws(FingerprintError) -> [FieldDifference] {
        let encoder = CanonicalEncoder(limits: limits)
        return try explain(encoder.encode(first), encoder.encode(second), rules: rules)
    }
}
