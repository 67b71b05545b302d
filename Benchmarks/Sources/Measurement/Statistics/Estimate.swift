/// A value with its confidence interval. An end that the sample cannot give is an infinity.
package struct Estimate: Hashable, Sendable {
    /// The point estimate.
    package let value: Double
    /// The lower end of the interval.
    package let low: Double
    /// The upper end of the interval.
    package let high: Double

    /// An estimate.
    package init(_ value: Double, low: Double, high: Double) {
        self.value = value
        self.low = low
        self.high = high
    }

    /// The median of a sample with its distribution-free interval; nil for an empty sample.
    package static func median(of sample: [Double], confidence: Double = 0.95) -> Estimate? {
        guard let median = Median.of(sample) else { return nil }
        let sorted = sample.sorted()
        let ranks = OrderStatisticInterval(count: sorted.count, quantile: 0.5, confidence: confidence)
        return Estimate(
            median, low: ranks.lower.map { sorted[$0 - 1] } ?? -.infinity,
            high: ranks.upper.map { sorted[$0 - 1] } ?? .infinity)
    }
}
