/// SplitMix64: the whole of a test's randomness, from one number that a failure prints.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        // The seed is scattered first: seeds in a row would otherwise give one sequence, shifted.
        state = (seed &+ 1) &* 0xD1B5_4A32_D192_ED03
        state = (state ^ (state >> 32)) &* 0xAEF1_7502_108E_F2D9
        state ^= state >> 29
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A whole number of nanoseconds in the range.
    mutating func time(_ range: ClosedRange<UInt64>) -> UInt64 { UInt64.random(in: range, using: &self) }

    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
}
