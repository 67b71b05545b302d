internal import Crypto

/// Fingerprints the requests of one step; made by ``Fingerprinter/prepare(step:version:rules:)``.
///
/// Everything that is the same for all requests of the step (namespace, name, version, compiled rules) is prepared once, so
/// a fingerprint is one pass over the context into one buffer, usually on the stack, and one call of SHA-256.
public struct StepFingerprinter: Sendable {
    /// Behind one reference, because otherwise each field that a request reads would be retained on its own.
    private let form: Form

    /// The parts that are the same for every request.
    private final class Form: Sendable {
        let fingerprinter: Fingerprinter
        let rules: FieldRules
        let prefix: [UInt8]
        let settings: CanonicalSettings

        init(fingerprinter: Fingerprinter, rules: FieldRules, prefix: [UInt8]) {
            self.fingerprinter = fingerprinter
            self.rules = rules
            self.prefix = prefix
            self.settings = CanonicalSettings(
                rules: rules.compiled, key: fingerprinter.secretKey, limits: fingerprinter.limits)
        }
    }

    init(fingerprinter: Fingerprinter, step: String, version: String, rules: FieldRules) {
        var prefix = Array("dedup".utf8) + [1]
        for (tag, text) in [("N", fingerprinter.namespace), ("S", step), ("V", version)] {
            prefix.append(contentsOf: tag.utf8)
            prefix.append(lengthOf: text.utf8.count)
            prefix.append(contentsOf: text.utf8)
        }
        self.form = Form(fingerprinter: fingerprinter, rules: rules, prefix: prefix)
    }

    /// The rules that apply.
    public var rules: FieldRules { form.rules }

    /// How large and deep contexts may be.
    var limits: FingerprintLimits { form.settings.limits }

    /// The fingerprint of a dynamic context.
    ///
    /// - Parameters:
    ///   - context: The input of the step.
    ///   - scope: The owner of the request; nil, the default, differs from an empty scope.
    /// - Throws: ``FingerprintError`` with the code `notFinite`, `tooDeep` or `tooLarge`.
    public func fingerprint(
        _ context: JSONValue, scope: String? = nil
    ) throws(FingerprintError) -> Fingerprint {
        try unsafe withCanonicalForm(of: context, scope: scope) { unsafe Fingerprint(digestOf: $0) }
    }

    /// The fingerprint of a typed input: that of a dynamic context with the same content.
    ///
    /// - Parameters:
    ///   - input: The input of the step.
    ///   - scope: The owner of the request; nil, the default, differs from an empty scope.
    /// - Throws: ``FingerprintError``, with the codes of ``CanonicalEncoder/encode(_:)`` too.
    public func fingerprint<Input: Encodable>(
        of input: Input, scope: String? = nil
    ) throws(FingerprintError) -> Fingerprint {
        try fingerprint(CanonicalEncoder(limits: form.settings.limits).encode(input), scope: scope)
    }

    /// The places in which the fingerprinted parts of two dynamic contexts differ, without values.
    ///
    /// - Returns: The differing paths, in canonical order; empty exactly when the fingerprints are the same.
    /// - Throws: ``FingerprintError`` for a context that has no fingerprint.
    public func explain(_ first: JSONValue, _ second: JSONValue) throws(FingerprintError) -> [FieldDifference] {
        for context in [first, second] { _ = try fingerprint(context) }
        var explanation = Explanation(settings: form.settings)
        return try explanation.differences(first, second)
    }

    /// The places in which the fingerprinted parts of two typed inputs differ, without values.
    ///
    /// - Returns: The differing paths, in canonical order; empty exactly when the fingerprints are the same.
    /// - Throws: ``FingerprintError`` for an input that has no fingerprint.
    public func explain<First: Encodable, Second: Encodable>(
        of first: First, _ second: Second
    ) throws(FingerprintError) -> [FieldDifference] {
        let encoder = CanonicalEncoder(limits: limits)
        return try explain(encoder.encode(first), encoder.encode(second))
    }

    /// The bytes whose SHA-256 is the fingerprint, for tests: no secret is in them.
    package func canonicalForm(of context: JSONValue, scope: String? = nil) throws(FingerprintError) -> [UInt8] {
        try unsafe withCanonicalForm(of: context, scope: scope) { unsafe Array($0) }
    }

    /// Writes the whole canonical form and hands it over; the bytes are gone afterwards.
    private func withCanonicalForm<Result>(
        of context: JSONValue, scope: String?, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(FingerprintError) -> Result {
        defer { withExtendedLifetime(form) {} }
        return try unsafe CanonicalBuffer.withStackMemory { memory throws(FingerprintError) in
            var writer = unsafe CanonicalWriter(startingIn: memory, settings: form.settings)
            unsafe form.prefix.withUnsafeBytes { unsafe writer.buffer.append($0) }
            unsafe writer.buffer.append(scope: scope)
            unsafe writer.buffer.append(UInt8(ascii: "J"))
            let lengthAt = unsafe writer.buffer.count
            unsafe writer.buffer.append(length: 0)
            try unsafe writer.write(context: context)
            unsafe writer.buffer.set(length: writer.buffer.count - lengthAt - 4, at: lengthAt)
            return unsafe body(writer.buffer.bytes)
        }
    }
}

extension CanonicalBuffer {
    fileprivate mutating func append(scope: String?) {
        guard let scope else {
            unsafe append(UInt8(ascii: "O"))
            return
        }
        unsafe append(UInt8(ascii: "P"))
        unsafe append(length: scope.utf8.count)
        unsafe append(raw: scope)
    }
}

extension Fingerprint {
    /// The SHA-256 of the bytes.
    fileprivate init(digestOf bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        unsafe hash.update(bufferPointer: bytes)
        self = unsafe hash.finalize().withUnsafeBytes { digest in
            unsafe Fingerprint(
                words: (
                    digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self).bigEndian,
                    digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self).bigEndian,
                    digest.loadUnaligned(fromByteOffset: 16, as: UInt64.self).bigEndian,
                    digest.loadUnaligned(fromByteOffset: 24, as: UInt64.self).bigEndian
                ))
        }
    }
}
