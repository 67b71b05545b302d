internal import Foundation
package import Statistics

/// One metric of one phase, measured in both of two arms in every round, the arms one right after the other.
package struct ComparedMetric: Hashable, Sendable {
    /// The arm that is held against the reference.
    package var arm: String
    /// The phase.
    package var phase: String
    /// What was measured.
    package var metric: Metric
    /// Its value in the reference, round by round.
    package var reference: [Double]
    /// Its value in the arm, round by round.
    package var candidate: [Double]
    /// Its value in the second run of the reference in each round: what differs between these two is noise.
    package var again: [Double]
    /// How many calls a share is of, at the least: what it lacks is known to half a one.
    package var calls: Int

    /// A metric with its values.
    package init(
        arm: String, phase: String, metric: Metric, reference: [Double], candidate: [Double], again: [Double],
        calls: Int = 1_000_000_000
    ) {
        self.calls = calls
        self.arm = arm
        self.phase = phase
        self.metric = metric
        self.reference = reference
        self.candidate = candidate
        self.again = again
    }

    /// How much worse the arm is, round by round, as logarithms: of how many times longer, or how many times slower.
    var worsening: [Double] { logarithms(candidate, over: reference) }

    /// The same of the reference against itself.
    var noise: [Double] { logarithms(again, over: reference) }

    /// The most that the reference differs from itself by, with confidence, as a logarithm: what is less is noise. Nil where that is not
    /// known.
    var floor: Double? {
        guard noise.allSatisfy(\.isFinite), let estimate = HodgesLehmann.estimate(noise) else { return nil }
        let floor = max(abs(estimate.low), abs(estimate.high))
        return floor.isFinite ? floor : nil
    }

    /// How much worse some values are than others, pair by pair, as logarithms.
    func logarithms(_ values: [Double], over others: [Double]) -> [Double] {
        zip(values, others).map { value, other in
            if value == other { return 0 }
            if metric.isShareOfGood {
                return log(Metric.lack(of: value, calls: calls) / Metric.lack(of: other, calls: calls))
            }
            guard value > 0, other > 0 else { return .nan }
            return (metric.isBetterHigh ? -1 : 1) * log(value / other)
        }
    }
}

extension Metric {
    /// Whether more of it is better.
    package var isBetterHigh: Bool { definition.isBetterHigh }

    /// Whether it is a share of which more is better: two of these compare by what they lack, as 98 % of hits are twice the misses
    /// of 99 %.
    var isShareOfGood: Bool { definition.dimension == .ratio && isBetterHigh }

    /// What a share of so many calls lacks to the whole. Less than half a call is not told from nothing.
    static func lack(of share: Double, calls: Int) -> Double {
        share.isNaN ? .nan : max(1 - share, 0.5 / Double(max(1, calls)))
    }
}

/// What a comparison of one metric came to.
package enum ComparisonVerdict: String, Sendable {
    /// The arm is worse by more than what matters.
    case regression = "REGRESSION"
    /// It is not.
    case noRegression = "NO REGRESSION"
    /// Neither can be said.
    case inconclusive = "INCONCLUSIVE"

    /// The verdict of several: the worst of them. Of nothing, nothing can be said.
    package static func combined(_ verdicts: [ComparisonVerdict]) -> ComparisonVerdict {
        if verdicts.contains(.regression) { return .regression }
        return verdicts.contains(.inconclusive) || verdicts.isEmpty ? .inconclusive : .noRegression
    }

    /// The chance of a false finding among all figures that are judged together, of a regression and of none.
    static let chance = 0.025

    /// What figures that are judged together come to, adjusted by Holm's method.
    ///
    /// - Parameter tests: Of each figure the chances of what was observed if it were not worse by more than what matters, and
    ///   if it were; nil for one that cannot be tested, which stays nil.
    package static func judged(_ tests: [(ifNotWorse: Double, ifWorse: Double)?]) -> [ComparisonVerdict?] {
        let tested = tests.indices.filter { tests[$0] != nil }
        let ifNotWorse = Holm.adjusted(tests.compactMap { $0?.ifNotWorse })
        let ifWorse = Holm.adjusted(tests.compactMap { $0?.ifWorse })
        var verdicts = [ComparisonVerdict?](repeating: nil, count: tests.count)
        for (place, index) in tested.enumerated() {
            verdicts[index] =
                ifNotWorse[place] <= chance ? .regression : ifWorse[place] <= chance ? .noRegression : .inconclusive
        }
        return verdicts
    }
}

/// One metric with what its comparison came to.
package struct ComparisonResult: Sendable {
    /// What was compared.
    package let metric: ComparedMetric
    /// How many times worse the arm is, with its 95 % interval: 1.1 is 10 % longer, 10 % fewer, or 10 % more misses.
    package let worsening: Estimate
    /// How many times worse it has to be to matter: what was asked for, or what the reference differs from itself by.
    package let threshold: Double
    /// What it came to.
    package private(set) var verdict: ComparisonVerdict
    /// Why, where the figures alone do not say it.
    package var reason: String?

    /// The same, of which nothing can be said for a reason, if its figures are times, rates or bytes.
    package func doubting(_ reason: String?) -> ComparisonResult {
        guard let reason, !metric.metric.definition.dimension.isCounted else { return self }
        var doubted = self
        (doubted.verdict, doubted.reason) = (.inconclusive, reason)
        return doubted
    }
}

/// Compares arms with a reference: rounds are the unit, and differences are taken within a round.
///
/// The estimate is that of Hodges and Lehmann over the logarithms of the ratios. An arm regresses if the exact signed-rank
/// test says that it is worse by more than the threshold, and does not if it says that it is worse by less than the effect that
/// was asked for; both tests are adjusted by Holm's method for all metrics that are compared, at 2.5 % each. The threshold is
/// that effect, and never less than the reference differs from itself: that is the floor of this machine, now. A machine
/// whose floor is high finds no regression, and does not show that there is none either.
package struct Comparison {
    /// The least effect that matters: 0.05 is 5 %.
    let effect: Double

    /// A comparison; `effect` is positive.
    package init(effect: Double) { self.effect = effect }

    /// The fewest rounds in which so many metrics can be told apart.
    package static func fewestRounds(metrics: Int) -> Int {
        max(6, SignedRankTest.fewestPairs(for: ComparisonVerdict.chance / Double(max(1, metrics))))
    }

    /// What each metric came to. One that has no value in a round, because nothing was observed, is inconclusive.
    package func results(_ metrics: [ComparedMetric]) -> [ComparisonResult] {
        let thresholds = metrics.map(threshold)
        let judged = ComparisonVerdict.judged(
            zip(metrics, thresholds).map { metric, threshold in
                (
                    SignedRankTest.chanceOfMore(metric.worsening, than: threshold),
                    SignedRankTest.chanceOfLess(metric.worsening, than: log(1 + effect))
                )
            })
        return metrics.indices.map { index in
            let metric = metrics[index]
            let isWhole = !metric.worsening.isEmpty && metric.worsening.allSatisfy(\.isFinite)
            let estimate = isWhole ? HodgesLehmann.estimate(metric.worsening) : nil
            let verdict = isWhole ? judged[index] ?? .inconclusive : .inconclusive
            return ComparisonResult(
                metric: metric, worsening: estimate.map(Self.ratio) ?? Estimate(.nan, low: 0, high: .infinity),
                threshold: exp(thresholds[index]), verdict: verdict)
        }
    }

    /// In logarithms.
    private func threshold(_ metric: ComparedMetric) -> Double { max(log(1 + effect), metric.floor ?? 0) }

    private static func ratio(_ logarithm: Estimate) -> Estimate {
        Estimate(exp(logarithm.value), low: exp(logarithm.low), high: exp(logarithm.high))
    }
}
