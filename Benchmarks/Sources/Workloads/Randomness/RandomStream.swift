internal import Foundation

/// A random sequence for one purpose, fixed by the scenario's seed and the name of the purpose.
///
/// Each consumer of randomness has a name of its own (`storm/keys`, `storm/latency`), so adding one never shifts the
/// numbers of another. The draws do not use `Int.random(in:using:)`, whose algorithm the standard library may change.
package struct RandomStream: Sendable {
    private var generator: Xoshiro256

    package init(seed: UInt64, name: String) {
        // FNV-1a folds the name; SplitMix64 then spreads seed and name over the state, as xoshiro's authors advise.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var mixer = SplitMix64(seed: SplitMix64.mix(seed) ^ hash)
        generator = Xoshiro256(state: (mixer.next(), mixer.next(), mixer.next(), mixer.next()))
    }

    /// 64 random bits.
    package mutating func word() -> UInt64 { generator.next() }

    /// A number in 0..<1 with 53 random bits.
    package mutating func unit() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    /// A number in 0..<bound, each equally likely (Lemire: "Fast random integer generation in an interval", 2019).
    package mutating func below(_ bound: UInt64) -> UInt64 {
        precondition(bound > 0, "A random number below zero does not exist.")
        var (high, low) = generator.next().multipliedFullWidth(by: bound)
        if low < bound {
            let threshold = (0 &- bound) % bound
            while low < threshold { (high, low) = generator.next().multipliedFullWidth(by: bound) }
        }
        return high
    }

    /// An exponentially distributed number with mean 1.
    package mutating func exponential() -> Double { -log1p(-unit()) }

    /// A normally distributed number with mean 0 and variance 1 (Box and Muller; always two words a number).
    package mutating func normal() -> Double {
        let radius = (2 * exponential()).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    /// A random order of the numbers 0..<count (Fisher and Yates).
    package mutating func permutation(_ count: Int) -> [UInt32] {
        var order = [UInt32](unsafeUninitializedCapacity: count) { buffer, filled in
            for index in 0..<count { buffer.initializeElement(at: index, to: UInt32(index)) }
            filled = count
        }
        guard count > 1 else { return order }
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(below(UInt64(last) + 1)))
        }
        return order
    }
}

/// The SplitMix64 generator (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014): turns
/// any seed, zero included, into well mixed words. Used to seed ``RandomStream`` and to hash key numbers.
package struct SplitMix64: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// The output function on its own: a bijection of 64-bit words.
    package static func mix(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

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
