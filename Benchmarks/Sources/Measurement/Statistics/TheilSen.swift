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
