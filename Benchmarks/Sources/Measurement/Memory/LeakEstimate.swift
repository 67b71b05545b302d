package import Statistics

/// Whether memory grows with the work done.
package enum LeakVerdict: String, CaseIterable, Sendable {
    /// The whole interval of the slope lies above the limit, and the growth goes on.
    case leak = "LEAK"
    /// The whole interval of the slope lies below the limit, and memory is in a steady state.
    case clean = "CLEAN"
    /// Neither can be said.
    case inconclusive = "INCONCLUSIVE"
}

/// The slope of the live bytes over the operations, and what follows from it.
package struct LeakEstimate: Hashable, Sendable {
    /// What must be exceeded to be called a leak, and at which certainty.
    package struct Criteria: Hashable, Sendable {
        /// The slope, in bytes an operation, below which growth does not matter. Default 0.5.
        package var limit: Double
        /// The confidence of the interval. Default 0.95.
        package var confidence: Double
        /// The fewest samples, after the warm-up, that a verdict may rest on. Default 30, and never less than 20: the ten
        /// batches of the interval hold two samples each then.
        package var minimumSamples: Int

        /// The fewest samples that can be asked for: 20.
        package static let fewestSamples = 20

        /// Criteria; the limit must be positive, as a limit of zero makes noise a leak.
        package init(limit: Double = 0.5, confidence: Double = 0.95, minimumSamples: Int = 30) {
            precondition(limit > 0, "the limit of a leak must be positive: at zero, noise is one time in eight a leak")
            self.limit = limit
            self.confidence = confidence
            self.minimumSamples = max(Self.fewestSamples, minimumSamples)
        }
    }

    /// Bytes an operation: the slope by Theil and Sen, the interval from ten batch means. NaN and infinite ends when there
    /// are too few samples.
    package let slope: Estimate
    /// The verdict.
    package let verdict: LeakVerdict
    /// Why, in a sentence.
    package let reason: String
    /// How many samples the slope rests on.
    package let samples: Int
    /// How many samples at the start were left out as warm-up.
    package let warmUpSamples: Int
    /// The least slope, in bytes an operation, that would be called a leak at least 95 times in 100 in series as noisy as this
    /// one; NaN or infinite where nothing can be estimated.
    package let minimumDetectable: Double
    /// The correlation of neighbouring residuals; above ``correlationLimit`` the interval has been widened for it.
    package let autocorrelation: Double
    /// Neighbours that resemble each other more than this tell less than their number says: 0.3.
    static let correlationLimit = 0.3
    /// The size classes that grow, the most bytes first; at most three, and only where they grow by 5 % of the limit.
    package let growth: [SizeClassGrowth]

    /// Judges a series.
    package init(_ series: MemorySeries, criteria: Criteria = Criteria()) {
        let x = series.samples.map { Double($0.operations) }
        let y = series.samples.map { Double($0.reading.live) }
        let start = WarmUp.length(x: x, y: y)
        let trend = LeakTrend(x: Array(x[start...]), y: Array(y[start...]), criteria: criteria)
        samples = x.count - start
        warmUpSamples = start
        slope = trend.slope
        // With too few samples nothing is called a leak.
        minimumDetectable = x.count - start >= criteria.minimumSamples ? trend.minimumDetectable : .infinity
        autocorrelation = trend.autocorrelation
        (verdict, reason) = trend.judge(criteria)
        growth = SizeClassGrowth.largest(in: series, from: start, atLeast: criteria.limit / 20)
    }
}
