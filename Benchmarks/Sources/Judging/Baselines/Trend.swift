package import Evidence
internal import Foundation
package import Measurement
package import Statistics

/// How one figure developed from run to run of one scenario on one machine.
///
/// The last run is called better or worse where chance hardly explains it: by the prediction of one more observation from those
/// before it, adjusted by Holm's method for all figures that are shown, at 5 %. Shares of what is good change by what they lack to the
/// whole; executions are compared with those of runs that made as many calls.
package struct Trend: Sendable {
    /// What became of the last run.
    package enum Change: String, Sendable {
        /// It is better than chance explains.
        case better
        /// It is worse than chance explains.
        case worse
        /// Chance explains it.
        case none = "no change"
        /// There are too few runs before it to tell.
        case unknown
    }

    /// The figure in each run.
    package let series: FigureSeries
    /// The scenario of the runs.
    package let scenario: String
    /// The digest of the scenario.
    package let digest: String
    /// The machine that they were made on.
    package let machine: MachineFingerprint
    /// How many times as much the last run is as those before it, with the 95 % interval of the prediction; nil where there
    /// is no such ratio.
    package let ratio: Estimate?
    /// What that comes to.
    package let change: Change

    /// The trends of some figures: runs of one scenario and machine compare, and no others.
    ///
    /// - Parameters:
    ///   - runs: The runs, from the oldest on.
    ///   - metrics: What is looked at.
    ///   - last: How many runs are looked at, from the newest back.
    ///   - isShown: Whether a subject and phase is looked at.
    package static func all(
        of runs: [RunRecord], _ metrics: [Metric], last: Int,
        where isShown: (_ subject: String, _ phase: String) -> Bool
    ) -> [Trend] {
        let series = groups(of: runs).flatMap { FigureSeries.all(of: $0, metrics) }
            .filter { isShown($0.subject, $0.phase) }.map { $0.newest(last) }
        let tests = series.map { ChangeTest($0.comparable) }
        let chances = Holm.adjusted(tests.compactMap { $0?.chance })
        var next = 0
        return zip(series, tests).compactMap { series, test in
            guard let run = series.points.last?.run else { return nil }
            var change = Change.unknown
            if let test {
                let isMore = chances[next] <= 0.05
                change = !isMore ? .none : test.isWorse ? .worse : .better
                next += 1
            }
            return Trend(
                series: series, scenario: run.scenario, digest: run.digest, machine: run.machine,
                ratio: test?.ratio ?? ratio(of: series.comparable), change: change)
        }
    }

    /// Runs that compare, in the order of their first ones.
    private static func groups(of runs: [RunRecord]) -> [[RunRecord]] {
        struct Kind: Hashable {
            var scenario: String
            var digest: String
            var machine: MachineFingerprint
        }
        var order: [Kind] = []
        var groups: [Kind: [RunRecord]] = [:]
        for run in runs {
            let kind = Kind(scenario: run.scenario, digest: run.digest, machine: run.machine)
            if groups[kind] == nil { order.append(kind) }
            groups[kind, default: []].append(run)
        }
        return order.compactMap { groups[$0] }
    }

    /// The last value and the middle one of those before it, where too few runs are there for an interval.
    private static func ratio(of series: FigureSeries) -> Estimate? {
        guard let last = series.values.last, let before = Median.of(series.values.dropLast()), last > 0, before > 0
        else { return nil }
        return Estimate(last / before, low: -.infinity, high: .infinity)
    }

    /// Whether the last of some runs is one more like those before it.
    private struct ChangeTest {
        let chance: Double
        let isWorse: Bool
        let ratio: Estimate?

        /// What a value is known to at best: one of a count, or the three digits that times are kept to.
        private static func resolution(of series: FigureSeries, isLogarithm: Bool) -> Double {
            // One of what must not happen is not nothing.
            if Metric.breaches.contains(series.metric) { return 0 }
            let relative = series.metric.resolution(near: series.values, calls: series.calls)
            if isLogarithm { return relative }
            return series.metric.definition.dimension == .count ? 1 : relative * (series.values.map(abs).max() ?? 1)
        }

        /// Nil where too few runs are before it.
        init?(_ series: FigureSeries) {
            let isShare = series.metric.isShareOfGood
            let calls = series.calls
            let amounts = isShare ? series.values.map { Metric.lack(of: $0, calls: calls) } : series.values
            let isPositive = amounts.allSatisfy { $0 > 0 }
            let values = isPositive ? amounts.map { log($0) } : amounts
            guard let last = values.last, values.count > BaselineJudge.fewestRuns,
                let prediction = Prediction(
                    after: values.dropLast(), resolution: Self.resolution(of: series, isLogarithm: isPositive))
            else { return nil }
            isWorse = (last > prediction.centre) == (isShare || !series.metric.isBetterHigh)
            chance = min(1, 2 * min(prediction.chanceOfMore(than: last), prediction.chanceOfLess(than: last)))
            let expected = prediction.interval()
            // That of a share is the ratio of the shares, which has no such interval.
            ratio =
                isPositive && !isShare
                ? Estimate(
                    exp(last - expected.value), low: exp(last - expected.high), high: exp(last - expected.low)) : nil
        }
    }
}
