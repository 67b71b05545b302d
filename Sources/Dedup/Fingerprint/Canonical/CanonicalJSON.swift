/// The canonical form of JSON: RFC 8785 (JSON Canonicalization Scheme), with one deviation.
///
/// Members are sorted by the UTF-16 code units of their names, strings are escaped the shortest way and never
/// normalised, numbers are printed as ECMAScript prints them, and no white space is written. The deviation: integers of
/// 64 bits are printed exactly, although RFC 8785 would round them to a double, because two identifiers beyond 2^53 must
/// not become one. A number that *is* a double is printed according to RFC 8785, so 2^60 as a double is `1152921504606847000`,
/// equal to that integer and to no other.
public enum CanonicalJSON {
    /// The canonical form of a value as UTF-8.
    ///
    /// - Throws: ``FingerprintError`` with the code `notFinite`, `tooDeep` or `tooLarge`.
    public static func bytes(
        of value: JSONValue, limits: FingerprintLimits = .standard
    ) throws(FingerprintError) -> [UInt8] {
        try unsafe write(value, limits: limits) { unsafe Array($0) }
    }

    /// The canonical form of any encodable value as UTF-8.
    ///
    /// - Throws: ``FingerprintError``, with the codes of ``CanonicalEncoder/encode(_:)`` too.
    public static func bytes(
        encoding input: some Encodable, limits: FingerprintLimits = .standard
    ) throws(FingerprintError) -> [UInt8] {
        try bytes(of: CanonicalEncoder(limits: limits).encode(input), limits: limits)
    }

    /// The canonical form of a value as a string.
    ///
    /// - Throws: ``FingerprintError`` with the code `notFinite`, `tooDeep` or `tooLarge`.
    public static func string(
        of value: JSONValue, limits: FingerprintLimits = .standard
    ) throws(FingerprintError) -> String {
        try unsafe write(value, limits: limits) { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Throws the error of a value that has no canonical form within the limits.
    static func check(_ value: JSONValue, limits: FingerprintLimits) throws(FingerprintError) {
        try unsafe write(value, limits: limits) { _ in }
    }

    private static func write<Result>(
        _ value: JSONValue, limits: FingerprintLimits, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(FingerprintError) -> Result {
        let settings = CanonicalSettings(rules: FieldRules.includeAll.compiled, key: .random, limits: limits)
        defer { withExtendedLifetime(settings) {} }
        return try unsafe CanonicalBuffer.withStackMemory { memory throws(FingerprintError) in
            var writer = unsafe CanonicalWriter(startingIn: memory, settings: settings)
            try unsafe writer.write(context: value)
            return unsafe body(writer.buffer.bytes)
        }
    }

    /// The text of a finite number.
    static func text(of number: Double) -> String {
        unsafe CanonicalBuffer.withStackMemory { memory in
            var buffer = unsafe CanonicalBuffer(
                startingIn: memory, byteCount: CanonicalBuffer.stackByteCount, limit: CanonicalBuffer.stackByteCount)
            guard unsafe buffer.append(number) else { return "" }
            return unsafe String(decoding: buffer.bytes, as: UTF8.self)
        }
    }
}
