/// How large and how deep a context may be before it is refused.
public struct FingerprintLimits: Hashable, Sendable {
    /// The most bytes the canonical form may have; 1 MiB by default. Also the most bytes a JSON text may have.
    public let maximumBytes: Int

    /// How many objects and arrays may stand inside one another; 512 by default. In a typed input each value that
    /// encodes itself counts as a level, an `Optional` or a wrapper type too.
    public let maximumDepth: Int

    /// 1 MiB and 512 levels.
    public static let standard = FingerprintLimits(uncheckedBytes: 1 << 20, depth: 512)

    /// Makes limits of their own.
    ///
    /// - Parameters:
    ///   - maximumBytes: 1 to 1 GiB.
    ///   - maximumDepth: 1 to 1,024; more would let a hostile context exhaust the stack of a thread.
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
