internal import Glibc

/// An ordinary least squares line.
package struct LinearFit: Hashable, Sendable {
    /// The slope.
    package let slope: Double
    /// The value at x = 0.
    package let intercept: Double
    /// The sum of the squared residuals.
    package let squaredResiduals: Double
    /// The standard error of the slope; infinite for fewer than three points.
    package let slopeError: Double

    /// Fits a line; nil when all x are equal or there are fewer than two points.
    package init?(x: [Double], y: [Double]) {
        precondition(x.count == y.count, "every x needs a y")
        guard x.count >= 2 else { return nil }
        let count = Double(x.count)
        let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
        var (spread, product) = (0.0, 0.0)
        for (x, y) in zip(x, y) {
            spread += (x - meanX) * (x - meanX)
            product += (x - meanX) * (y - meanY)
        }
        guard spread > 0 else { return nil }
        let fitted = product / spread
        slope = fitted
        intercept = meanY - fitted * meanX
        squaredResiduals = zip(x, y).reduce(0) { sum, point in
            let residual = point.1 - meanY - fitted * (point.0 - meanX)
            return sum + residual * residual
        }
        slopeError = x.count > 2 ? sqrt(squaredResiduals / (count - 2) / spread) : .infinity
    }
}

/// The slope of a cloud of points that outliers cannot pull (Theil, 1950; Sen, 1968).
package enum TheilSen {
    /// The median of the slopes of all pairs of points with different x; nil when there is no such pair.
    ///
    /// Quadratic in the number of points: meant for hundreds.
    package static func slope(x: [Double], y: [Double]) -> Double? {
        precondition(x.count == y.count, "every x needs a y")
        var slopes: [Double] = []
        slopes.reserveCapacity(x.count * max(0, x.count - 1) / 2)
        for first in x.indices {
            for second in x.indices[(first + 1)...] where x[first] != x[second] {
                slopes.append((y[second] - y[first]) / (x[second] - x[first]))
            }
        }
        return Median.of(slopes)
    }
}

/// The interval of a slope through the means of batches, which forgives correlation between neighbours.
///
/// Consecutive observations are averaged in equal, non-overlapping batches; the line through the averages has far less
/// correlated residuals than the line through the observations (Law and Kelton, "Simulation Modeling and Analysis", 9.5).
package enum BatchMeans {
    /// The least-squares slope through the batch means with its Student interval; nil when there are too few points.
    ///
    /// Ten batches leave 8 degrees of freedom. Points that do not fill a batch are left out at the start.
    package static func slope(
        x: [Double], y: [Double], batches: Int = 10, confidence: Double = 0.95
    ) -> Estimate? {
        precondition(x.count == y.count, "every x needs a y")
        precondition(batches >= 3, "a slope with an error needs at least three batches")
        let size = x.count / batches
        guard size > 0, let fit = LinearFit(x: means(x, batches, size), y: means(y, batches, size)) else { return nil }
        let quantile = StudentT(degreesOfFreedom: Double(batches - 2)).quantile((1 + confidence) / 2)
        let reach = quantile * fit.slopeError
        return Estimate(fit.slope, low: fit.slope - reach, high: fit.slope + reach)
    }

    private static func means(_ values: [Double], _ batches: Int, _ size: Int) -> [Double] {
        let first = values.count - batches * size
        return (0..<batches).map { batch in
            let start = first + batch * size
            return values[start..<start + size].reduce(0, +) / Double(size)
        }
    }
}

/// How much neighbours of a series resemble each other.
package enum Autocorrelation {
    /// The correlation of a series with itself one step later, from -1 to 1; nil for a constant or shorter than three.
    package static func lagOne(_ series: [Double]) -> Double? {
        guard series.count >= 3 else { return nil }
        let mean = series.reduce(0, +) / Double(series.count)
        let spread = series.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        guard spread > 0 else { return nil }
        let product = zip(series, series.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        return product / spread
    }
}
