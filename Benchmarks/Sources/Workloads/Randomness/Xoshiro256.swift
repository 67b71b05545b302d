/// The generator xoshiro256** 1.0 (Blackman, Vigna: "Scrambled linear pseudorandom number generators", 2021).
package struct Xoshiro256: RandomNumberGenerator, Sendable {
    private var s: (UInt64, UInt64, UInt64, UInt64)

    /// Starts from the four words of state, which must not all be zero.
    package init(state: (UInt64, UInt64, UInt64, UInt64)) {
        precondition(state != (0, 0, 0, 0), "The state of xoshiro256** must have a bit that is set.")
        s = state
    }

    package mutating func next() -> UInt64 {
        let result = Self.rotate(s.1 &* 5, 7) &* 9
        let t = s.1 << 17
        s.2 ^= s.0
        s.3 ^= s.1
        s.1 ^= s.2
        s.0 ^= s.3
        s.2 ^= t
        s.3 = Self.rotate(s.3, 45)
        return result
    }

    private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        (word << bits) | (word >> (64 - bits))
    }
}
