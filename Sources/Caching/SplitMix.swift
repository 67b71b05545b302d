/// SplitMix64: a small seeded generator whose numbers are the same for the same seed for ever.
///
/// G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
@usableFromInline
package struct SplitMix: Sendable {
    private var state: UInt64

    /// Makes a generator; any seed will do, zero included.
    @usableFromInline
    package init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    @usableFromInline
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
