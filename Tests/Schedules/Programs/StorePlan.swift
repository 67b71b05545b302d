/// How the record store behaves.
struct StorePlan: Sendable {
    /// The longest that saving takes, in nanoseconds; 0 for a store that never suspends.
    var slowness: UInt64
    /// The probability that a save fails, until the end of the program.
    var failureRate: Double

    init(_ features: Features, _ random: inout SeededGenerator) {
        slowness = features.contains(.records) && random.chance(0.6) ? UInt64(random.number(1...20)) * 1_000 : 0
        failureRate = features.contains(.storeFaults) && random.chance(0.6) ? random.element(of: [0.1, 0.5, 1]) : 0
    }
}
