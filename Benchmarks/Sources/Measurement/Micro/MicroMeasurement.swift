/// What was measured of one body.
package struct MicroMeasurement: Hashable, Sendable {
    /// The name of the body.
    package let name: String
    /// How many threads did the work at once.
    package let threads: Int
    /// How many operations each thread did in a round.
    package let iterations: Int
    /// How long an operation took on its thread, in nanoseconds: the median of the rounds with its interval.
    package let nanosecondsPerOperation: Estimate
    /// Allocations an operation on the measuring thread, exact; nil when they were not counted.
    package let allocationsPerOperation: Double?

    /// Operations a second, all threads together.
    package var operationsPerSecond: Double { 1e9 * Double(threads) / nanosecondsPerOperation.value }
}

/// A body beside its control.
package struct MicroComparison: Hashable, Sendable {
    /// What was to be measured.
    package let measured: MicroMeasurement
    /// What it is compared with.
    package let control: MicroMeasurement
    /// Time of the measured by time of the control, round by round: Hodges and Lehmann's centre with its exact interval.
    package let ratio: Estimate
    /// How many rounds there were.
    package let rounds: Int
}
