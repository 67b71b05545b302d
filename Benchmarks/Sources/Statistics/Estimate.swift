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

    /// An estimate of nothing: no value, and an interval without ends.
    package static let unknown = Estimate(.nan, low: -.infinity, high: .infinity)

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

/// The middle of a sample.
package enum Median {
    /// The median: the middle value, or the mean of the two middle ones; nil for an empty sample.
    package static func of(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}

/// Which ranks of a sorted sample enclose a quantile with a given confidence, without any assumption on its shape.
///
/// The number of observations below the quantile is binomial, so the ranks are its quantiles (David and Nagaraja, "Order
/// Statistics", section 7.1). Each side gets half of the error. It assumes independent observations.
package struct OrderStatisticInterval: Hashable, Sendable {
    /// The 1-based rank of the lower end; nil when the sample is too small to have one.
    package let lower: Int?
    /// The 1-based rank of the upper end; nil when the sample is too small to have one.
    package let upper: Int?

    /// The ranks for the `quantile` (0...1) of a sample of `count`.
    package init(count: Int, quantile: Double, confidence: Double = 0.95) {
        precondition((0...1).contains(quantile), "a quantile lies between 0 and 1")
        precondition(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1")
        let below = Binomial(trials: count, probability: quantile)
        let error = (1 - confidence) / 2
        // The largest l with P(B <= l - 1) <= error: the l-th smallest is above the quantile that rarely.
        let low = Self.firstIndex(upTo: count) { below.cumulative($0) > error }
        lower = low >= 1 ? low : nil
        // The smallest u with P(B <= u - 1) >= 1 - error.
        let high = Self.firstIndex(upTo: count) { below.cumulative($0) >= 1 - error } + 1
        upper = high <= count ? high : nil
    }

    /// The least value in 0...limit that fulfils a condition which, once true, stays true; `limit` if none does.
    private static func firstIndex(upTo limit: Int, where condition: (Int) -> Bool) -> Int {
        var (low, high) = (0, limit)
        while low < high {
            let middle = (low + high) / 2
            if condition(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
