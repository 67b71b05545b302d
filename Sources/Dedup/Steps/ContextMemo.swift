internal import Caching

/// Remembers to which fingerprints the contexts of a step have led, so that a context that was seen before is not decoded
/// again: that takes ten times as long as to fingerprint the context as it is.
///
/// The input that a context describes is a function of the context's canonical JSON, which is what is decoded. A type that
/// asks anything else when it is decoded, a clock for example, is taken at its first word while the context is remembered.
///
/// A context is known by its digest under a key of the step's own, drawn when the step is registered: another step's memory
/// is never taken for it, and a digest tells nothing of the secrets in the context.
struct ContextMemo: Sendable {
    /// The fingerprints by the digests of contexts. One for all steps of a registry, and bounded.
    typealias Fingerprints = Cache<Fingerprint, Fingerprint>

    /// How many contexts a registry remembers: at most a megabyte.
    static let limit = 8_192

    private let digester: StepFingerprinter
    private let fingerprints: Fingerprints

    init(_ fingerprints: Fingerprints, limits: FingerprintLimits) {
        self.fingerprints = fingerprints
        let key = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined(separator: ".")
        digester = Fingerprinter(namespace: key, limits: limits).prepare(step: "", version: "", rules: .includeAll)
    }

    /// Makes the memory of a registry.
    static func makeFingerprints() -> Fingerprints {
        do {
            return try Fingerprints(CacheConfiguration(capacity: .entries(limit)))
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The fingerprint that a context and a scope have led to, or else lead to now: `make` says where.
    func fingerprint(
        of context: JSONValue, scope: String?, otherwise make: () throws -> Fingerprint
    ) throws -> Fingerprint {
        let digest = try digester.fingerprint(context, scope: scope)
        if let known = known(digest) { return known }
        let fingerprint = try make()
        fingerprints.insert(fingerprint, for: digest, timeToLive: .forever, at: Self.anytime)
        return fingerprint
    }

    private func known(_ digest: Fingerprint) -> Fingerprint? {
        fingerprints.value(for: digest, at: Self.anytime)?.value
    }

    /// Nothing here expires, so one instant is as good as another.
    private static let anytime = MonotonicInstant(nanoseconds: 0)
}
