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
