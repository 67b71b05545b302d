/// A straight line through a series whose neighbours may resemble each other: its slope, how sure that is, and how small a slope
/// above a limit it would still tell from the limit.
package struct SeriesTrend: Hashable, Sendable {
    /// Neighbours that resemble each other more than this tell less than their number says: 0.3.
    package static let correlationLimit = 0.3

    /// The slope by Theil and Sen, with an interval from ten batch means that is widened where neighbours resemble each other. NaN and
    /// infinite ends where nothing can be estimated.
    package let slope: Estimate
    /// The correlation of neighbouring residuals; 0 where there are none.
    package let autocorrelation: Double
    /// The slopes of both halves and of the last fifth (of five points at least): what only steps has not grown in each. NaN where
    /// there are too few points.
    package let parts: [Double]
    /// How many points there are.
    package let count: Int
    private let confidence: Double
    /// The largest standard error of the slope of a part.
    private let partError: Double

    /// Fits a line.
    ///
    /// - Parameters:
    ///   - x: Where the points are.
    ///   - y: As many values.
    ///   - confidence: Of the interval of the slope.
    package init(x: [Double], y: [Double], confidence: Double) {
        count = x.count
        self.confidence = confidence
        let middle = x.count / 2
        let end = x.count - min(x.count, max(5, x.count / 5))
        let ranges = [0..<middle, middle..<x.count, end..<x.count]
        parts = ranges.map { TheilSen.slope(x: Array(x[$0]), y: Array(y[$0])) ?? .nan }
        let robust = TheilSen.slope(x: x, y: y) ?? .nan
        let residuals = LinearFit(x: x, y: y).map { fit in
            zip(x, y).map { $0.1 - fit.intercept - fit.slope * $0.0 }
        }
        let correlation = residuals.flatMap(Autocorrelation.lagOne) ?? 0
        autocorrelation = correlation
        let interval = BatchMeans.slope(x: x, y: y, confidence: confidence)
            .map { Self.widened($0, autocorrelation: correlation) }
        // An outlier moves the line but not Theil and Sen's slope: the interval is widened to hold both.
        slope = Estimate(
            robust, low: min(interval?.low ?? -.infinity, robust), high: max(interval?.high ?? .infinity, robust))
        partError =
            ranges.map { part in
                Self.error(of: x[part], residuals: residuals ?? [], autocorrelation: correlation)
            }.max() ?? .infinity
    }

    /// How far above a limit a slope must lie so that 95 times in 100 the interval lies above the limit, and so do the slopes of both
    /// halves and of the end. Each of the four may fail one time in 80. Infinite where nothing can be estimated.
    package var detectable: Double {
        guard count > 2 else { return .infinity }
        let student = StudentT(degreesOfFreedom: 8)
        let certainty = 1 - 0.05 / 4
        let reach = (slope.high - slope.low) / 2
        return max(
            reach * (1 + student.quantile(certainty) / student.quantile((1 + confidence) / 2)),
            partError * StudentT(degreesOfFreedom: Double(count - 2)).quantile(certainty))
    }

    /// The standard error of the slope of some of the samples.
    private static func error(of x: ArraySlice<Double>, residuals: [Double], autocorrelation: Double) -> Double {
        guard residuals.count > 2 else { return .infinity }
        let mean = x.reduce(0, +) / Double(x.count)
        let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count - 2)
        return widening(autocorrelation) * (variance / spread).squareRoot()
    }

    /// Batch means forgive neighbours that resemble each other a little. Above ``correlationLimit`` the
    /// interval is widened as if nothing had been batched: n samples of an AR(1) series tell as much as n (1 - r) / (1 + r)
    /// independent ones. A wobble of a few bytes stays harmless that way, however regular it is.
    private static func widened(_ interval: Estimate, autocorrelation: Double) -> Estimate {
        let factor = widening(autocorrelation)
        return Estimate(
            interval.value, low: interval.value - factor * (interval.value - interval.low),
            high: interval.value + factor * (interval.high - interval.value))
    }

    private static func widening(_ autocorrelation: Double) -> Double {
        guard autocorrelation > correlationLimit else { return 1 }
        let correlation = min(autocorrelation, 0.98)
        return ((1 + correlation) / (1 - correlation)).squareRoot()
    }
}

/// Where the warm-up of a series ends.
package enum WarmUp {
    /// How many points at the start do not belong to the line of the rest: at most half of them.
    ///
    /// The marginal standard error rule (White, "An effective truncation heuristic for bias reduction in simulation
    /// output", 1997), with residuals from a line instead of a mean, so that steady growth is not mistaken for warm-up.
    package static func length(x: [Double], y: [Double]) -> Int {
        guard x.count >= 10 else { return 0 }
        let candidates = (0...x.count / 2).map { start -> (start: Int, error: Double) in
            let kept = Double(x.count - start)
            let fit = LinearFit(x: Array(x[start...]), y: Array(y[start...]))
            return (start, (fit?.squaredResiduals ?? .infinity) / (kept * kept))
        }
        return candidates.min { $0.error < $1.error }?.start ?? 0
    }
}
