internal import Glibc

/// The centre of paired differences, with an exact interval (Hodges and Lehmann, 1963).
///
/// The median of the averages of all pairs of differences, each with itself too (Walsh averages). The interval is
/// what Wilcoxon's signed-rank test would not reject; it assumes that the differences are symmetric about their centre.
package enum HodgesLehmann {
    /// The estimate; nil for no differences. Fewer than six cannot give a 95 % interval: its ends are then infinite.
    ///
    /// Quadratic in the number of differences: meant for rounds of a benchmark.
    package static func estimate(_ differences: [Double], confidence: Double = 0.95) -> Estimate? {
        var averages: [Double] = []
        for first in differences.indices {
            for second in differences.indices[first...] {
                averages.append((differences[first] + differences[second]) / 2)
            }
        }
        guard let centre = Median.of(averages) else { return nil }
        averages.sort()
        let ranks = SignedRankDistribution(pairs: differences.count)
        let error = (1 - confidence) / 2
        var rank = 0
        while rank < averages.count / 2, ranks.cumulative(rank) <= error { rank += 1 }
        guard rank > 0 else { return Estimate(centre, low: -.infinity, high: .infinity) }
        return Estimate(centre, low: averages[rank - 1], high: averages[averages.count - rank])
    }
}

extension HodgesLehmann {
    /// How many times the first of each pair the second is taken, as the centre of the pairs' ratios with its interval; not a
    /// number for no pairs.
    ///
    /// Ratios are compared by their logarithms, so that twice and half are equally far from one.
    package static func ratio(of values: [Double], to others: [Double]) -> Estimate {
        let centre = estimate(zip(values, others).map { log($0 / $1) })
        return centre.map { Estimate(exp($0.value), low: exp($0.low), high: exp($0.high)) } ?? .unknown
    }
}

/// The distribution of Wilcoxon's signed-rank sum when nothing differs.
package struct SignedRankDistribution: Sendable {
    /// The number of pairs.
    package let pairs: Int
    private let cumulatives: [Double]

    /// Counts, for every sum, the sign patterns that give it: exact up to rounding for any number of pairs in practice.
    package init(pairs: Int) {
        precondition(pairs >= 0, "a number of pairs is not negative")
        self.pairs = pairs
        let largest = pairs * (pairs + 1) / 2
        var chances = [Double](repeating: 0, count: largest + 1)
        chances[0] = 1
        for rank in stride(from: 1, through: pairs, by: 1) {
            for sum in stride(from: largest, through: 0, by: -1) {
                chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2
            }
        }
        var total = 0.0
        cumulatives = chances.map { chance in
            total += chance
            return min(1, total)
        }
    }

    /// The chance of a sum of at most `sum`.
    package func cumulative(_ sum: Int) -> Double {
        if sum < 0 { return 0 }
        return sum < cumulatives.count ? cumulatives[sum] : 1
    }
}
