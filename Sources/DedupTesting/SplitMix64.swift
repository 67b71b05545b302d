internal import Caching

/// A small seeded generator (SplitMix64; Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014), so that a test that failed can be run again.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var words: SplitMix

    /// Makes a generator; the same seed gives the same numbers.
    public init(seed: UInt64) {
        words = SplitMix(seed: seed)
    }

    /// The next number.
    public mutating func next() -> UInt64 { words.next() }
}
