internal import Foundation

/// How well counts fit the probabilities that they should come from.
package struct GoodnessOfFit: Hashable, Sendable {
    /// The test statistic: G (twice the log likelihood ratio), or the largest distance of two distributions.
    package let statistic: Double
    /// The number of cells minus one; 0 for a distance.
    package let degrees: Int
    /// How often a sample of the declared distribution would fit as badly as this, or worse.
    package let pValue: Double

    /// The G-test of counts against probabilities (Sokal and Rohlf, "Biometry", with Williams' correction). The cells
    /// must be in an order that does not depend on the counts. Neighbours are merged until each cell expects at
    /// least `expecting`, so that the chi-squared distribution applies.
    package static func gTest(counts: [Int], probabilities: [Double], expecting: Double = 10) -> GoodnessOfFit {
        precondition(counts.count == probabilities.count, "Each count needs its probability.")
        let total = Double(counts.reduce(0, +))
        let cells = merged(counts, probabilities, total: total, expecting: expecting)
        guard cells.count > 1 else {
            // One cell holds everything, unless something happened that has no probability at all.
            let impossible = zip(counts, probabilities).contains { $0 > 0 && $1 <= 0 }
            return GoodnessOfFit(statistic: impossible ? .infinity : 0, degrees: 0, pValue: impossible ? 0 : 1)
        }
        var sum = 0.0
        for (count, expected) in cells where count > 0 {
            if expected <= 0 { return GoodnessOfFit(statistic: .infinity, degrees: cells.count - 1, pValue: 0) }
            sum += count * log(count / expected)
        }
        let degrees = cells.count - 1
        let correction = 1 + (Double(cells.count) + 1) / (6 * total)
        let g = max(2 * sum / correction, 0)
        return GoodnessOfFit(statistic: g, degrees: degrees, pValue: ChiSquared.tail(g, degrees: degrees))
    }

    private static func merged(
        _ counts: [Int], _ probabilities: [Double], total: Double, expecting: Double
    ) -> [(count: Double, expected: Double)] {
        var cells: [(count: Double, expected: Double)] = []
        var open = (count: 0.0, expected: 0.0)
        for (count, probability) in zip(counts, probabilities) {
            open.count += Double(count)
            open.expected += probability * total
            if open.expected >= expecting {
                cells.append(open)
                open = (0, 0)
            }
        }
        if open.count > 0 || open.expected > 0 {
            if let last = cells.popLast() { open = (open.count + last.count, open.expected + last.expected) }
            cells.append(open)
        }
        return cells
    }

    /// The Kolmogorov-Smirnov test of a sorted sample against a continuous distribution (Stephens' correction for
    /// small samples, "EDF statistics for goodness of fit", 1974).
    package static func kolmogorovSmirnov(
        sorted sample: [Double], cumulative: (Double) -> Double
    ) -> GoodnessOfFit {
        let n = Double(sample.count)
        guard n > 0 else { return GoodnessOfFit(statistic: 0, degrees: 0, pValue: 1) }
        var distance = 0.0
        for (index, value) in sample.enumerated() {
            let expected = cumulative(value)
            distance = max(distance, Double(index + 1) / n - expected, expected - Double(index) / n)
        }
        let scaled = distance * (n.squareRoot() + 0.12 + 0.11 / n.squareRoot())
        return GoodnessOfFit(statistic: distance, degrees: 0, pValue: kolmogorovTail(scaled))
    }

    /// The same test for a distribution over ranks, from the counts of each rank. Ties make it conservative: the true
    /// p-value is at most the one given.
    package static func kolmogorovSmirnov(counts: [Int], probabilities: [Double]) -> GoodnessOfFit {
        precondition(counts.count == probabilities.count, "Each count needs its probability.")
        let n = Double(counts.reduce(0, +))
        guard n > 0 else { return GoodnessOfFit(statistic: 0, degrees: 0, pValue: 1) }
        var distance = 0.0
        var seen = 0.0
        var expected = 0.0
        for (count, probability) in zip(counts, probabilities) {
            seen += Double(count)
            expected += probability
            distance = max(distance, abs(seen / n - expected))
        }
        let scaled = distance * (n.squareRoot() + 0.12 + 0.11 / n.squareRoot())
        return GoodnessOfFit(statistic: distance, degrees: 0, pValue: kolmogorovTail(scaled))
    }

    /// Kolmogorov's limit distribution: the probability of a scaled distance of at least `x`.
    private static func kolmogorovTail(_ x: Double) -> Double {
        guard x > 0.2 else { return 1 }
        var sum = 0.0
        for k in 1...100 {
            let term = exp(-2 * Double(k * k) * x * x)
            sum += k.isMultiple(of: 2) ? -term : term
            if term < 1e-17 { break }
        }
        return min(max(2 * sum, 0), 1)
    }
}
