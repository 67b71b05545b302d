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
