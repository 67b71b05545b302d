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
