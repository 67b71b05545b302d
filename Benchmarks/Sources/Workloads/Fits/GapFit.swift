internal import Foundation
internal import Statistics

/// How well the gaps between arrivals fit a Poisson process. Figures alone: whether that is well enough is for the audits to say.
package struct GapFit: Hashable, Codable, Sendable {
    /// How many gaps there are.
    package var gaps: Int
    /// The largest distance of their distribution from the declared one, by Kolmogorov and Smirnov.
    package var distance: Double
    /// How often a sample of the declared distribution would be as far away as this.
    package var pValue: Double

    /// Fits arrivals (offsets in nanoseconds, in order) to a Poisson process whose rate goes as the course says: the arrivals that
    /// are expected between each two must be exponentially distributed, with a mean of one. Nil where there are no two.
    package init?(_ offsets: [UInt64], to course: RateCourse) {
        guard offsets.count > 1 else { return nil }
        let expected = offsets.map { course.arrivals(before: Double($0)) }
        let sorted = zip(expected, expected.dropFirst()).map { $1 - $0 }.sorted()
        let fit = GoodnessOfFit.kolmogorovSmirnov(sorted: sorted) { -expm1(-max($0, 0)) }
        (gaps, distance, pValue) = (sorted.count, fit.statistic, fit.pValue)
    }
}

/// How many requests were intended, beside what the phase declares.
package struct NumberFit: Hashable, Codable, Sendable {
    /// How many were intended.
    package var intended: Int
    /// How many the phase declares, on average where their number is random.
    package var declared: Double
    /// How often as many would be intended, or fewer, or more; nil where their number is not random.
    package var pValue: Double?

    /// Fits a number to what the phase declares, and to nothing that was prepared.
    ///
    /// - Parameters:
    ///   - limit: The number that ends the phase; nil if only time does.
    ///   - isPoisson: Whether arrivals are random, so that their number in a given time is, too.
    package init(_ intended: Int, to course: RateCourse, limit: Int?, isPoisson: Bool) {
        self.intended = intended
        declared = min(course.total, Double(limit ?? .max))
        guard course.total <= declared, isPoisson else { return }
        pValue = intended == limit ? 1 : Poisson.pValue(count: intended, mean: max(declared, 1e-9))
    }
}
