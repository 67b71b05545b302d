package import Evidence
package import Measurement
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
    /// The correlation of neighbouring residuals; above ``SeriesTrend/correlationLimit`` the interval has been widened for it.
    package let autocorrelation: Double
    /// The size classes that grow, the most bytes first; at most three, and only where they grow by 5 % of the limit.
    package let growth: [SizeClassGrowth]

    /// Judges a series.
    package init(_ series: MemorySeries, criteria: Criteria = Criteria()) {
        let x = series.samples.map { Double($0.operations) }
        let y = series.samples.map { Double($0.reading.live) }
        let start = WarmUp.length(x: x, y: y)
        let trend = SeriesTrend(x: Array(x[start...]), y: Array(y[start...]), confidence: criteria.confidence)
        samples = x.count - start
        warmUpSamples = start
        slope = trend.slope
        // With too few samples nothing is called a leak.
        minimumDetectable =
            trend.count >= criteria.minimumSamples ? criteria.limit + trend.detectable : .infinity
        autocorrelation = trend.autocorrelation
        (verdict, reason) = Self.judge(trend, criteria)
        growth = SizeClassGrowth.largest(in: series, from: start, atLeast: criteria.limit / 20)
    }

    private static func judge(_ trend: SeriesTrend, _ criteria: Criteria) -> (LeakVerdict, String) {
        guard trend.count >= criteria.minimumSamples else {
            return (
                .inconclusive,
                "\(trend.count) samples after the warm-up; at least \(criteria.minimumSamples) are needed"
            )
        }
        guard !trend.slope.value.isNaN else { return (.inconclusive, "all samples were taken at the same operation") }
        let limit = "\(criteria.limit) bytes an operation"
        // What shrinks may hide what leaks: only a steady state can be called clean.
        if trend.slope.value < -criteria.limit {
            return (
                .inconclusive, "memory shrinks by more than \(limit): not in a steady state, and a leak would not show"
            )
        }
        if trend.slope.high < criteria.limit { return (.clean, "the slope is surely below \(limit)") }
        guard trend.slope.low > criteria.limit else {
            let neighbours = "; neighbouring samples resemble each other, so longer cycles are needed"
            let isCorrelated = trend.autocorrelation > SeriesTrend.correlationLimit
            return (.inconclusive, "the interval of the slope holds \(limit)\(isCorrelated ? neighbours : "")")
        }
        // A step, or a cache that has just filled up, lifts the line but does not grow in every part.
        guard trend.parts.allSatisfy({ $0 > criteria.limit }) else {
            return (.inconclusive, "memory grew, but not steadily: a single step, or something that fills up")
        }
        return (.leak, "the slope is surely above \(limit), in both halves and at the end")
    }
}

extension MemoryEvidence {
    /// How the samples that compare grow, held against a limit in bytes an operation.
    ///
    /// What may be judged several times is asked for as much certainty each time that all of them together are right 95 times
    /// in 100 (Bonferroni). The estimate may take up to half of the samples for warm-up: what the scenario asks for must
    /// suffice then.
    package func growth(limit: Double) -> LeakEstimate {
        let kept = series.samples.count - discarded
        return LeakEstimate(
            series.keeping(comparable),
            criteria: LeakEstimate.Criteria(
                limit: limit, confidence: 1 - 0.05 / Double(max(1, looks ?? 1)), minimumSamples: min(30, kept / 2)))
    }

    /// The number of entries in the middle and at the end of the samples that compare, if a cache that has room left went on
    /// to hold noticeably more: its entries are live bytes, and no leak.
    package var filling: (middle: Int, last: Int)? {
        guard let capacity else { return nil }
        let entries = comparable.compactMap { series.samples[$0].liveEntries }
        guard let last = entries.last, last < capacity else { return nil }
        let middle = entries[entries.count / 2]
        return Double(last) > Double(middle) * 1.02 ? (middle, last) : nil
    }

    /// Whether growth is told from none at each of some limits, so that no further sample is needed. Where there is no limit
    /// nothing is asked.
    package func isDecided(_ limits: [Double]) -> Bool {
        limits.allSatisfy { limit in
            switch growth(limit: limit).verdict {
            case .clean: true
            case .leak: filling == nil
            case .inconclusive: false
            }
        }
    }
}

/// A size class that grows with the work done: nearly the name of the type that leaks.
package struct SizeClassGrowth: Hashable, Sendable {
    /// The size class.
    package let sizeClass: SizeClass
    /// How many more of its allocations are live after each operation.
    package let objectsPerOperation: Double

    /// How many bytes that is.
    package var bytesPerOperation: Double { objectsPerOperation * Double(sizeClass.size) }

    /// The classes that grow most in bytes, from a given sample on.
    static func largest(in series: MemorySeries, from start: Int, atLeast limit: Double, count: Int = 3)
        -> [SizeClassGrowth]
    {
        guard series.samples.count - start >= 3 else { return [] }
        let x = series.samples[start...].map { Double($0.operations) }
        let growing = series.sizeClasses.indices.compactMap { number -> SizeClassGrowth? in
            let y = series.samples.indices[start...].map {
                Double(series.liveCount(sample: $0, sizeClass: number))
            }
            guard let first = y.first, y.contains(where: { $0 != first }) else { return nil }
            let growth = SizeClassGrowth(
                sizeClass: series.sizeClasses[number], objectsPerOperation: TheilSen.slope(x: x, y: y) ?? 0)
            return growth.bytesPerOperation >= limit ? growth : nil
        }
        return Array(growing.sorted { $0.bytesPerOperation > $1.bytesPerOperation }.prefix(count))
    }
}
