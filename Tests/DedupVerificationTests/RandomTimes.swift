import DedupTesting

extension SplitMix64 {
    /// A whole number of nanoseconds in the range.
    mutating func time(_ range: ClosedRange<UInt64>) -> UInt64 { UInt64.random(in: range, using: &self) }

    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
}
