internal import Glibc

/// Where one more observation is to be expected after a few that were made in the same way (G. J. Hahn, "Factors for Calculating
/// Two-Sided Prediction Intervals for Samples from a Normal Distribution", 1969).
///
/// It is wider than the interval of the mean: it holds what the single new observation varies by, too. It assumes
/// independent observations from one normal distribution. After observations that were all the same it expects
/// that value and no other, but for what they are known to.
package struct Prediction: Hashable, Sendable {
    /// The mean of the sample.
    package let centre: Double
    /// The standard error of the difference between a new observation and the mean.
    private let error: Double
    private let degreesOfFreedom: Double

    /// A prediction from a sample; nil for fewer than two observations, or one that is not finite.
    ///
    /// - Parameters:
    ///   - sample: The observations.
    ///   - resolution: What an observation is known to at best: the sample is taken to have this standard deviation at
    ///     least. A few counts that happen to be the same do not say that the next one must be, too. Default 0.
    package init?(after sample: [Double], resolution: Double = 0) {
        guard sample.count > 1, sample.allSatisfy(\.isFinite) else { return nil }
        let count = Double(sample.count)
        let mean = sample.reduce(0, +) / count
        // Equal observations have no spread, whatever rounding makes of their mean.
        let isConstant = sample.allSatisfy { $0 == sample[0] }
        let squares = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        centre = isConstant ? sample[0] : mean
        let deviation = max(resolution, isConstant ? 0 : sqrt(squares / (count - 1)))
        error = deviation * sqrt(1 + 1 / count)
        degreesOfFreedom = count - 1
    }

    /// Where a new observation falls with this confidence.
    package func interval(confidence: Double = 0.95) -> Estimate {
        let reach = StudentT(degreesOfFreedom: degreesOfFreedom).quantile((1 + confidence) / 2) * error
        return Estimate(centre, low: centre - reach, high: centre + reach)
    }

    /// The chance of a new observation of at least `value`.
    package func chanceOfMore(than value: Double) -> Double {
        guard error > 0 else { return value <= centre ? 1 : 0 }
        return 1 - StudentT(degreesOfFreedom: degreesOfFreedom).cumulative((value - centre) / error)
    }

    /// The chance of a new observation of at most `value`.
    package func chanceOfLess(than value: Double) -> Double {
        guard error > 0 else { return value >= centre ? 1 : 0 }
        return StudentT(degreesOfFreedom: degreesOfFreedom).cumulative((value - centre) / error)
    }
}
