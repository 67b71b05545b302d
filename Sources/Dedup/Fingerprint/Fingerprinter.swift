/// Turns requests into fingerprints: requests for the same work have the same fingerprint, all others differ.
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
/// A length is four bytes, the most significant first. Canonical JSON never contains control characters, so no content can
/// imitate the two additions that the rules make to it:
///
/// - A secret field is replaced by the byte `0x01` and the 32 bytes of its HMAC-SHA-256.
/// - An ignored element in which something takes part is preceded by the byte `0x02` and its index in decimal, and the
///   array then ends with the byte `0x02` and the number of its elements.
///
/// Delivery options (timeout, priority, deadline, time to live) are no part of it: they never change the work.
/// A typed input and a dynamic context with the same content have the same fingerprint.
public struct Fingerprinter: Sendable {
    /// Separates applications that share a store: fingerprints of different namespaces differ. Empty by default.
    public let namespace: String

    /// How large and deep contexts may be.
    public let limits: FingerprintLimits

    package let secretKey: SecretKey

    /// Makes a fingerprinter.
    ///
    /// - Parameters:
    ///   - namespace: The name of the application or deployment; empty by default.
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
    ///   - scope: The owner of the request, a tenant for example; requests of two scopes are never the same work. Nil
    ///     differs from an empty scope.
    ///   - rules: Which fields take part.
    ///   - context: The input of the step.
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
    ///   - scope: The owner of the request; nil differs from an empty scope.
    ///   - rules: Which fields take part.
    ///   - input: The input of the step; see ``CanonicalEncoder`` for how types encode themselves.
    /// - Throws: ``FingerprintError``, with the codes of ``CanonicalEncoder/encode(_:)`` too.
    public func fingerprint<Input: Encodable>(
        step: String, version: String, scope: String? = nil, rules: FieldRules = .standard, input: Input
    ) throws(FingerprintError) -> Fingerprint {
        try prepare(step: step, version: version, rules: rules).fingerprint(of: input, scope: scope)
    }

    /// The places in which the fingerprinted parts of two dynamic contexts differ, without values.
    ///
    /// - Returns: The differing paths, in canonical order; empty exactly when the fingerprints are the same.
    /// - Throws: ``FingerprintError`` for a context that has no fingerprint.
    public func explain(
        _ first: JSONValue, _ second: JSONValue, rules: FieldRules = .standard
    ) throws(FingerprintError) -> [FieldDifference] {
        try prepare(step: "", version: "", rules: rules).explain(first, second)
    }

    /// The places in which the fingerprinted parts of two typed inputs differ, without values.
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
