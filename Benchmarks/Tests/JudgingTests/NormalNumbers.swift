import DedupTesting

extension SplitMix64 {
    /// A value from a bell shape with mean 0 and deviation 1: twelve uniform ones, centred.
    mutating func normal() -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
    }
}
