/// Wilcoxon's signed-rank test of paired differences against a centre, one-sided and exact (F. Wilcoxon, "Individual
/// Comparisons by Ranking Methods", 1945).
package enum SignedRankTest {
    /// The chance of differences at least this far above `centre` if their true centre were `centre` or less.
    ///
    /// Differences that equal the centre are left out; among equal ones ranks are shared and rounded against finding
    /// anything. Without any difference left it is 1.
    package static func chanceOfMore(_ differences: [Double], than centre: Double) -> Double {
        let shifted = differences.map { $0 - centre }.filter { $0 != 0 && !$0.isNaN }
        guard !shifted.isEmpty else { return 1 }
        // The sum of the ranks of what lies below: small where nearly everything lies above.
        let below = ranks(of: shifted.map(abs)).enumerated().reduce(0.0) { sum, entry in
            sum + (shifted[entry.offset] < 0 ? entry.element : 0)
        }
        return SignedRankDistribution(pairs: shifted.count).cumulative(Int(below.rounded(.up)))
    }

    /// The chance of differences at least this far below `centre` if their true centre were `centre` or more.
    package static func chanceOfLess(_ differences: [Double], than centre: Double) -> Double {
        chanceOfMore(differences.map { -$0 }, than: -centre)
    }

    /// The fewest pairs of which the most extreme outcome has at most this chance.
    package static func fewestPairs(for chance: Double) -> Int {
        var (pairs, least) = (1, 0.5)
        while least > chance, pairs < 64 { (pairs, least) = (pairs + 1, least / 2) }
        return pairs
    }

    /// The rank of each value from 1 on; equal values share the mean of theirs.
    private static func ranks(of values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }
}

/// Many tests at once, of which hardly any may find what is not there (S. Holm, "A Simple Sequentially Rejective Multiple
/// Test Procedure", 1979).
package enum Holm {
    /// The chances of single tests, each raised so that it can be held against the chance of any false finding among all.
    package static func adjusted(_ chances: [Double]) -> [Double] {
        let order = chances.indices.sorted { chances[$0] < chances[$1] }
        var adjusted = chances
        var largest = 0.0
        for (place, index) in order.enumerated() {
            largest = max(largest, min(1, chances[index] * Double(chances.count - place)))
            adjusted[index] = largest
        }
        return adjusted
    }
}
