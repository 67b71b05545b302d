/// One bucket of a latency histogram, as it is exported.
package struct LatencyBucket: Hashable, Sendable {
    /// The shortest latency that falls into the bucket, in nanoseconds.
    package let low: UInt64
    /// The longest latency that falls into the bucket, in nanoseconds.
    package let high: UInt64
    /// How many fell into it.
    package let count: UInt64
}

/// A confidence interval of a percentile, in nanoseconds; a missing end is one that the sample is too small to give.
package struct PercentileInterval: Hashable, Sendable {
    /// The lower end.
    package let lower: UInt64?
    /// The upper end.
    package let upper: UInt64?

    /// An interval; nil for an end that is not known.
    package init(lower: UInt64?, upper: UInt64?) {
        self.lower = lower
        self.upper = upper
    }
}
