internal import Statistics

/// The trend of a series without its warm-up.
struct LeakTrend {
    let slope: Estimate
    let autocorrelation: Double
    private let count: Int
    private let parts: [Double]

    init(x: [Double], y: [Double], criteria: LeakEstimate.Criteria) {
        count = x.count
        let middle = x.count / 2
        let end = x.count - min(x.count, max(5, x.count / 5))
        parts = [0..<middle, middle..<x.count, end..<x.count].map { part in
            TheilSen.slope(x: Array(x[part]), y: Array(y[part])) ?? .nan
        }
        let robust = TheilSen.slope(x: x, y: y) ?? .nan
        let residuals = LinearFit(x: x, y: y).map { fit in
            zip(x, y).map { $0.1 - fit.intercept - fit.slope * $0.0 }
        }
        let correlation = residuals.flatMap(Autocorrelation.lagOne) ?? 0
        autocorrelation = correlation
        let interval = BatchMeans.slope(x: x, y: y, confidence: criteria.confidence)
            .map { Self.widened($0, autocorrelation: correlation) }
        // An outlier moves the line but not Theil and Sen's slope: the interval is widened to hold both.
        slope = Estimate(
            robust, low: min(interval?.low ?? -.infinity, robust), high: max(interval?.high ?? .infinity, robust))
    }

    /// Batch means forgive neighbours that resemble each other a little. Above ``LeakEstimate/correlationLimit`` the
    /// interval is widened as if nothing had been batched: n samples of an AR(1) series tell as much as n (1 - r) / (1 + r)
    /// independent ones. A wobble of a few bytes stays harmless that way, however regular it is.
    private static func widened(_ interval: Estimate, autocorrelation: Double) -> Estimate {
        guard autocorrelation > LeakEstimate.correlationLimit else { return interval }
        let correlation = min(autocorrelation, 0.98)
        let factor = ((1 + correlation) / (1 - correlation)).squareRoot()
        return Estimate(
            interval.value, low: interval.value - factor * (interval.value - interval.low),
            high: interval.value + factor * (interval.high - interval.value))
    }

    func judge(_ criteria: LeakEstimate.Criteria) -> (LeakVerdict, String) {
        guard count >= criteria.minimumSamples else {
            return (.inconclusive, "\(count) samples after the warm-up; at least \(criteria.minimumSamples) are needed")
        }
        guard !slope.value.isNaN else { return (.inconclusive, "all samples were taken at the same operation") }
        let limit = "\(criteria.limit) bytes an operation"
        // What shrinks may hide what leaks: only a steady state can be called clean.
        if slope.value < -criteria.limit {
            return (
                .inconclusive, "memory shrinks by more than \(limit): not in a steady state, and a leak would not show"
            )
        }
        if slope.high < criteria.limit { return (.clean, "the slope is surely below \(limit)") }
        guard slope.low > criteria.limit else {
            let neighbours = "; neighbouring samples resemble each other, so longer cycles are needed"
            let isCorrelated = autocorrelation > LeakEstimate.correlationLimit
            return (.inconclusive, "the interval of the slope holds \(limit)\(isCorrelated ? neighbours : "")")
        }
        // A step, or a cache that has just filled up, lifts the line but does not grow in every part.
        guard parts.allSatisfy({ $0 > criteria.limit }) else {
            return (.inconclusive, "memory grew, but not steadily: a single step, or something that fills up")
        }
        return (.leak, "the slope is surely above \(limit), in both halves and at the end")
    }
}
