internal import Evidence
internal import Foundation
internal import Statistics
internal import Wording

/// Judges each figure of a run by those of the runs of a baseline.
///
/// One run is one observation, however many calls it made: what its own calls differ by says nothing of what the next run
/// will differ by. So the yardstick is what the runs of the baseline differ by. A figure regresses if chance hardly explains
/// that it is worse by more than what matters, and does not if chance hardly explains that it is not: by the prediction of one
/// more observation from the logarithms of the earlier ones, which are taken to vary by what a figure is known to at least,
/// adjusted by Holm's method for all figures, at 2.5 % each. A baseline of fewer than ``fewestRuns`` runs hardly knows what its
/// runs differ by, and decides nothing of that kind. This is weaker than arms that alternate: what changed in the machine since
/// the baseline was made is taken for a change of the subject.
enum BaselineJudge {
    /// The fewest runs of a baseline that what varies is judged by.
    static let fewestRuns = 5
    /// The least effect that matters.
    private static let effect = 0.05

    /// Why figures of a subject say nothing.
    struct Doubts {
        /// About all of them but breaches, which stand however the run ended.
        var all: String?
        /// About times, rates and bytes.
        var measured: String?
    }

    /// A figure with those of the baseline.
    struct Row {
        let metric: ComparedMetric
        /// Now, and in each run of the baseline that has it.
        let now: RunRecord.Figure?
        let earlier: [RunRecord.Figure]
        /// How many calls were made at the least: what a share lacks is known to half a one.
        let calls: Int
        /// Why it says nothing; nil when it does.
        let doubt: String?

        /// Nil where neither has such a figure, or where executions do not compare, as calls differ in number.
        init?(
            subject: String, phase: String, metric: Metric, now: RunRecord.Phase?, earlier: [RunRecord.Phase],
            doubts: Doubts
        ) {
            if metric == .proof(.executions), Set((earlier + [now].compactMap(\.self)).map(\.operations)).count > 1 {
                return nil
            }
            self.now = now?.figures[metric.name]
            self.earlier = earlier.compactMap { $0.figures[metric.name] }
            calls = (earlier + [now].compactMap(\.self)).map(\.operations).min() ?? 1
            guard self.now != nil || !self.earlier.isEmpty else { return nil }
            doubt = doubts.all ?? (metric.definition.dimension.isCounted ? nil : doubts.measured)
            self.metric = ComparedMetric(
                arm: subject, phase: phase, metric: metric, reference: self.earlier.map(\.value),
                candidate: [self.now?.value ?? .nan], again: [])
        }
    }

    /// What each of the figures came to.
    static func results(_ rows: [Row]) -> [ComparisonResult] {
        let tests = rows.map(VariationTest.init)
        let verdicts = ComparisonVerdict.judged(tests.map { $0.map { ($0.chanceOfWorse, $0.chanceOfNoWorse) } })
        return rows.indices.map { index in
            guard let test = tests[index], let verdict = verdicts[index] else { return untested(rows[index]) }
            return ComparisonResult(
                metric: rows[index].metric, worsening: test.worsening, threshold: 1 + effect, verdict: verdict)
        }
    }

    // MARK: - What varies

    /// The prediction of one more run, where there is one.
    private struct VariationTest {
        let worsening: Estimate
        let chanceOfWorse: Double
        let chanceOfNoWorse: Double

        init?(_ row: Row) {
            guard row.doubt == nil, !BaselineJudge.isExact(row), row.metric.metric != .memory(.leak),
                row.earlier.count >= fewestRuns,
                let prediction = Prediction(
                    after: row.earlierLogarithms,
                    resolution: row.metric.metric.resolution(near: row.earlier.map(\.value), calls: row.calls)),
                let now = row.logarithm
            else { return nil }
            let expected = prediction.interval()
            worsening = Estimate(
                exp(now - expected.value), low: exp(now - expected.high), high: exp(now - expected.low))
            let threshold = log(1 + effect)
            chanceOfWorse = prediction.chanceOfMore(than: now - threshold)
            // What never varied and has not worsened needs no spread to be told from what has.
            let isAsEver = row.earlierLogarithms.allSatisfy { $0 == row.earlierLogarithms.first && now <= $0 }
            chanceOfNoWorse = isAsEver ? 0 : prediction.chanceOfLess(than: now - threshold)
        }
    }

    private static func untested(_ row: Row) -> ComparisonResult {
        if isExact(row) { return breach(row) }
        guard let now = row.now else { return row.result(.inconclusive, "the baseline has it, and this run does not") }
        guard !row.earlier.isEmpty else {
            return row.result(.inconclusive, "this run has it, and the baseline does not")
        }
        if let doubt = row.doubt { return row.result(.inconclusive, doubt) }
        if row.metric.metric == .memory(.leak) { return growth(row, now) }
        guard row.earlier.count >= fewestRuns else {
            return row.result(
                .inconclusive,
                "the baseline has too few runs (\(row.earlier.count)): what varies from run to run is judged by "
                    + "\(fewestRuns) or more")
        }
        return row.result(.inconclusive, "a value of 0 has no ratio to others")
    }

    // MARK: - What must not happen

    /// Whether it is something that must not happen, and did not in some run of the baseline.
    private static func isExact(_ row: Row) -> Bool {
        Metric.breaches.contains(row.metric.metric) && row.earlier.contains { $0.value == 0 } && row.now != nil
    }

    private static func breach(_ row: Row) -> ComparisonResult {
        let count = row.now?.value ?? 0
        let most = row.earlier.map(\.value).max() ?? 0
        guard count > most else { return row.result(.noRegression, nil) }
        return row.result(
            .regression,
            "\(row.metric.metric.name): \(HumanNumber.count(count)), where the baseline has "
                + (most == 0 ? "none" : "\(HumanNumber.count(most)) at most"))
    }

    // MARK: - What memory grows by

    /// A slope is near 0 and has no ratio; it has an interval of its own. It regresses if that lies above those of the
    /// baseline by more than what a memory phase asks about without a gate.
    private static func growth(_ row: Row, _ now: RunRecord.Figure) -> ComparisonResult {
        let (lows, highs) = (row.earlier.compactMap(\.low), row.earlier.compactMap(\.high))
        guard let low = now.low, let high = now.high, let least = lows.min(), let most = highs.max() else {
            return row.result(.inconclusive, "the slope of the live bytes has no interval")
        }
        let limit = GrowthJudge.assumedLimit
        if low - most > limit {
            return row.result(
                .regression,
                "\(row.metric.metric.name): from \(HumanNumber.plain(low)) B/op on, and at most \(HumanNumber.plain(most)) in "
                    + "the baseline")
        }
        return high - least < limit
            ? row.result(.noRegression, nil)
            : row.result(
                .inconclusive,
                "the intervals of \(row.metric.metric.name) are too wide to tell a difference of \(limit) B/op")
    }
}

extension BaselineJudge.Row {
    /// The value now as a logarithm that rises with what is worse; nil where it has none.
    fileprivate var logarithm: Double? { now.flatMap { logarithm($0.value) } }

    fileprivate var earlierLogarithms: [Double] {
        earlier.map { logarithm($0.value) ?? .nan }
    }

    /// Shares compare by what they lack. None at all, of what should be much, is worse than any ratio.
    private func logarithm(_ value: Double) -> Double? {
        let metric = metric.metric
        if metric.isShareOfGood { return log(Metric.lack(of: value, calls: calls)) }
        if value > 0 { return (metric.isBetterHigh ? -1 : 1) * log(value) }
        return metric.isBetterHigh && value == 0 ? .infinity : nil
    }

    /// A result that no test decides; how many times worse the figure is is told all the same where it has a ratio.
    fileprivate func result(_ verdict: ComparisonVerdict, _ reason: String?) -> ComparisonResult {
        let expected = earlierLogarithms.reduce(0, +) / Double(earlier.count)
        let ratio = logarithm.map { exp($0 - expected) } ?? .nan
        let isRatio = metric.metric != .memory(.leak) && !Metric.breaches.contains(metric.metric)
        return ComparisonResult(
            metric: metric, worsening: Estimate(isRatio ? ratio : .nan, low: -.infinity, high: .infinity),
            threshold: .nan, verdict: verdict, reason: reason)
    }
}
