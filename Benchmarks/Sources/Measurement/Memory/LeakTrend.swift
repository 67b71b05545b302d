internal import Statistics

/// The trend of a series without its warm-up.
struct LeakTrend {
    let slope: Estimate
    let autocorrelation: Double
    /// The least slope that would be called a leak 95 times in 100; NaN or infinite where nothing can be estimated.
    let minimumDetectable: Double
    private let count: Int
    private let parts: [Double]

    init(x: [Double], y: [Double], criteria: LeakEstimate.Criteria) {
        count = x.count
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
        let interval = BatchMeans.slope(x: x, y: y, confidence: criteria.confidence)
            .map { Self.widened($0, autocorrelation: correlation) }
        // An outlier moves the line but not Theil and Sen's slope: the interval is widened to hold both.
        let slope = Estimate(
            robust, low: min(interval?.low ?? -.infinity, robust), high: max(interval?.high ?? .infinity, robust))
        self.slope = slope
        let errors = ranges.map { part in
            Self.error(of: x[part], residuals: residuals ?? [], autocorrelation: correlation)
        }
        minimumDetectable = criteria.limit + Self.detectable(slope, errors.max() ?? .infinity, x.count, criteria)
    }

    /// How far above the limit a slope must lie so that everything a leak is known by holds 95 times in 100: the interval lies
    /// above the limit, and so do the slopes of both halves and of the end. Each of the four may fail one time in 80.
    private static func detectable(
        _ slope: Estimate, _ error: Double, _ count: Int, _ criteria: LeakEstimate.Criteria
    ) -> Double {
        guard count > 2 else { return .infinity }
        let student = StudentT(degreesOfFreedom: 8)
        let certainty = 1 - 0.05 / 4
        let reach = (slope.high - slope.low) / 2
        return max(
            reach * (1 + student.quantile(certainty) / student.quantile((1 + criteria.confidence) / 2)),
            error * StudentT(degreesOfFreedom: Double(count - 2)).quantile(certainty))
    }

    /// The standard error of the slope of some of the samples.
    private static func error(of x: ArraySlice<Double>, residuals: [Double], autocorrelation: Double) -> Double {
        guard residuals.count > 2 else { return .infinity }
        let mean = x.reduce(0, +) / Double(x.count)
        let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count - 2)
        return widening(autocorrelation) * (variance / spread).squareRoot()
    }

    /// Batch means forgive neighbours that resemble each other a little. Above ``LeakEstimate/correlationLimit`` the
    /// interval is widened as if nothing had been batched: n samples of an AR(1) series tell as much as n (1 - r) / (1 + r)
    /// independent ones. A wobble of a few bytes stays harmless that way, however regular it is.
    private static func widened(_ interval: Estimate, autocorrelation: Double) -> Estimate {
        let factor = widening(autocorrelation)
        return Estimate(
            interval.value, low: interval.value - factor * (interval.value - interval.low),
            high: interval.value + factor * (interval.high - interval.value))
    }

    private static func widening(_ autocorrelation: Double) -> Double {
        guard autocorrelation > LeakEstimate.correlationLimit else { return 1 }
        let correlation = min(autocorrelation, 0.98)
        return ((1 + correlation) / (1 - correlation)).squareRoot()
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
