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
        let interval = BatchMeans.slope(x: x, y: y, confidence: criteria.confidence)
        // An outlier moves the line but not Theil and Sen's slope: the interval is widened to hold both.
        slope = Estimate(
            robust, low: min(interval?.low ?? -.infinity, robust), high: max(interval?.high ?? .infinity, robust))
        let residuals = LinearFit(x: x, y: y).map { fit in
            zip(x, y).map { $0.1 - fit.intercept - fit.slope * $0.0 }
        }
        autocorrelation = residuals.flatMap(Autocorrelation.lagOne) ?? 0
    }

    func judge(_ criteria: LeakEstimate.Criteria) -> (LeakVerdict, String) {
        guard count >= criteria.minimumSamples else {
            return (.inconclusive, "\(count) samples after the warm-up; at least \(criteria.minimumSamples) are needed")
        }
        guard !slope.value.isNaN else { return (.inconclusive, "all samples were taken at the same operation") }
        let limit = "\(criteria.limit) bytes an operation"
        if slope.high < criteria.limit { return (.clean, "the slope is surely below \(limit)") }
        guard slope.low > criteria.limit else { return (.inconclusive, "the interval of the slope holds \(limit)") }
        // A step, or a cache that has just filled up, lifts the line but does not grow in every part.
        guard parts.allSatisfy({ $0 > criteria.limit }) else {
            return (.inconclusive, "memory grew, but not steadily: a single step, or something that fills up")
        }
        return (.leak, "the slope is surely above \(limit), in both halves and at the end")
    }
}
