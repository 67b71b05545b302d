/// The context of a call by name, brought into canonical form once: it is within the limits, and has a digest by which it
/// is known.
///
/// The canonical form itself is not kept. A hit needs the digest only, so the form is written and hashed on the stack; and
/// an input is decoded from the value, which means the same as the form.
package struct CanonicalContext: Sendable {
    /// The context.
    package let value: JSONValue
    /// The scope that the digest was made for.
    package let scope: String?
    private let digester: ContextDigester
    private let digest: Fingerprint

    /// Brings a context into canonical form.
    ///
    /// - Throws: ``FingerprintError`` with the code `notFinite`, `tooDeep` or `tooLarge`.
    package init(_ value: JSONValue, scope: String?, digester: ContextDigester) throws(FingerprintError) {
        self.value = value
        self.scope = scope
        self.digester = digester
        digest = try digester.digest(of: value, scope: scope)
    }

    /// The limits that the context is within.
    package var limits: FingerprintLimits { digester.limits }

    /// The digest of the context in a scope. It is stored for the scope that the context was made for. For another scope,
    /// which only a middleware can introduce, it is made anew.
    ///
    /// - Throws: ``FingerprintError`` with the code `tooLarge` if the limit allows the context, but not with that scope.
    package func digest(in scope: String?) throws(FingerprintError) -> Fingerprint {
        if scope.map({ Spelling($0) }) == self.scope.map({ Spelling($0) }) { return digest }
        return try digester.digest(of: value, scope: scope)
    }
}

/// Makes the digests by which the contexts of a step are known, under a key of its own that is drawn at random: no digest
/// is that of another step's context, and a digest tells nothing of the secrets in a context.
package struct ContextDigester: Sendable {
    private let fingerprinter: StepFingerprinter

    /// Makes a digester with a new key, for contexts within these limits.
    package init(limits: FingerprintLimits) {
        let key = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined(separator: ".")
        fingerprinter = Fingerprinter(namespace: key, limits: limits)
            .prepare(step: "", version: "", rules: .includeAll)
    }

    /// How large and deep contexts may be.
    package var limits: FingerprintLimits { fingerprinter.limits }

    /// The digest of a context in a scope.
    ///
    /// - Throws: ``FingerprintError`` with the code `notFinite`, `tooDeep` or `tooLarge`.
    package func digest(of context: JSONValue, scope: String?) throws(FingerprintError) -> Fingerprint {
        try fingerprinter.fingerprint(context, scope: scope)
    }
}
