/// How large and how deep a context may be before it is refused.
public struct FingerprintLimits: Hashable, Sendable {
    /// The most bytes the canonical form may have; 1 MiB by default. Also the most bytes a JSON text may have.
    public let maximumBytes: Int

    /// How deep objects and arrays may be nested; 512 levels by default. Typed inputs have a limit of their own in
    /// addition, ``maximumTypedDepth``.
    public let maximumDepth: Int

    /// How deep a typed input may be nested, if ``maximumDepth`` is not less: 128 levels. Each value that encodes or decodes
    /// itself counts as a level, an `Optional` or a wrapper type too.
    ///
    /// JSON is read and written without recursion. Types, however, encode and decode themselves by calls inside calls, and
    /// 128 of those fit on a stack of 512 KiB also in a debug build.
    public static let maximumTypedDepth = 128

    /// How deep typed inputs may be nested under these limits.
    var typedDepth: Int { min(maximumDepth, Self.maximumTypedDepth) }

    /// 1 MiB and 512 levels.
    public static let standard = FingerprintLimits(uncheckedBytes: 1 << 20, depth: 512)

    /// For descriptions, which are never hashed.
    static let unlimited = FingerprintLimits(uncheckedBytes: 1 << 30, depth: .max)

    /// Makes limits of their own.
    ///
    /// - Parameters:
    ///   - maximumBytes: 1 to 1 GiB.
    ///   - maximumDepth: 1 to 1,024.
    /// - Throws: ``FingerprintError`` with the code `invalidLimit`, naming the field, for a value outside its range.
    public init(
        maximumBytes: Int = Self.standard.maximumBytes, maximumDepth: Int = Self.standard.maximumDepth
    ) throws(FingerprintError) {
        guard (1...1 << 30).contains(maximumBytes) else {
            throw FingerprintError(.invalidLimit, detail: "maximumBytes must be 1 to 1,073,741,824")
        }
        guard (1...1_024).contains(maximumDepth) else {
            throw FingerprintError(.invalidLimit, detail: "maximumDepth must be 1 to 1,024")
        }
        self.init(uncheckedBytes: maximumBytes, depth: maximumDepth)
    }

    private init(uncheckedBytes: Int, depth: Int) {
        self.maximumBytes = uncheckedBytes
        self.maximumDepth = depth
    }
}
