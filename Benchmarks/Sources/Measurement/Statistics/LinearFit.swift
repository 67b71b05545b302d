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
