import DedupTesting
import DedupVerification
import Foundation
import Judging
import Statistics
import Testing

@Suite struct ComparisonTests {
    /// Rounds as a machine gives them: it drifts, and each run has noise of its own, 3 % of either. The arm is so many times worse.
    private static func metric(
        worse: Double, rounds: Int = 12, noise: Double = 0.03, _ metric: Metric = .time(.waited(.hit), .p99),
        using random: inout SplitMix64
    ) -> ComparedMetric {
        var drift = 1.0
        var compared = ComparedMetric(
            arm: "arm", phase: "storm", metric: metric, reference: [], candidate: [], again: [])
        let normal = { (random: inout SplitMix64) in
            (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
        }
        for _ in 0..<rounds {
            drift *= exp(noise * normal(&random))
            let value = { (factor: Double, random: inout SplitMix64) in
                1_000 * drift * factor * exp(noise * normal(&random))
            }
            compared.reference.append(value(1, &random))
            compared.candidate.append(value(metric.isBetterHigh ? 1 / worse : worse, &random))
            compared.again.append(value(1, &random))
        }
        return compared
    }

    /// How often so many comparisons come to a verdict.
    private static func count(
        _ verdict: ComparisonVerdict, of trials: Int, worse: Double, noise: Double = 0.03, seed: UInt64
    ) -> Int {
        var random = SplitMix64(seed: seed)
        return (0..<trials).count { _ in
            let metrics = (0..<3).map { _ in metric(worse: worse, noise: noise, using: &random) }
            return Comparison(effect: 0.05).results(metrics).contains { $0.verdict == verdict }
        }
    }

    @Test func whatIsTheSameIsHardlyEverARegression() {
        #expect(Self.count(.regression, of: 400, worse: 1, seed: 1) <= 4)
        #expect(
            Self.count(.regression, of: 400, worse: 1.05, seed: 2) <= 24, "2.5 % of families at the threshold itself")
    }

    @Test func whatIsATenthWorseIsNearlyAlwaysARegression() {
        #expect(Self.count(.regression, of: 100, worse: 1.10, noise: 0.015, seed: 3) >= 95)
        #expect(Self.count(.noRegression, of: 100, worse: 1.10, noise: 0.015, seed: 3) == 0)
        #expect(Self.count(.regression, of: 100, worse: 1.25, seed: 4) >= 95)
    }

    @Test func whatIsTheSameIsShownToBe() {
        #expect(Self.count(.noRegression, of: 100, worse: 1, noise: 0.015, seed: 5) >= 95)
    }

    @Test func aMachineThatCannotTellSaysSo() {
        // The reference differs from itself by half: a tenth is then nothing that this machine can see, or rule out.
        var random = SplitMix64(seed: 6)
        let results = Comparison(effect: 0.05).results([Self.metric(worse: 1.1, rounds: 8, noise: 0.5, using: &random)])
        #expect(results[0].threshold > 1.2 && results[0].verdict == .inconclusive)
    }

    @Test(arguments: [
        (Metric.load(.throughput), true), (.time(.waited(.hit), .p50), false), (.hitRate(.failures), false),
        (.load(.executionRate), false), (.proof(.violationBound), false), (.memory(.leak), false),
    ])
    func fewerIsWorseWhereMoreIsBetter(metric: Metric, isBetterHigh: Bool) {
        var random = SplitMix64(seed: 7)
        let results = Comparison(effect: 0.05).results([Self.metric(worse: 1.5, noise: 0.001, metric, using: &random)])
        #expect(metric.isBetterHigh == isBetterHigh)
        #expect(results[0].verdict == .regression && abs(results[0].worsening.value - 1.5) < 0.01)
        #expect(results[0].worsening.low > 1.49 && results[0].worsening.high < 1.51)
    }

    /// By how many times more is missed, which is what an origin sees: a share of 100 % lacks nothing, and any lack is more.
    @Test(
        arguments: [
            (0.99, 0.98, 2, .regression), (0.5, 0.45, 1.1, .regression), (0.9, 0.899, 1.01, .noRegression),
            (0.98, 0.99, 0.5, .noRegression), (0, 0, 1, .noRegression), (1, 1, 1, .noRegression),
            (1, 0.999, 2e6, .regression),
            (0.5, .nan, .nan, .inconclusive),
        ] as [(Double, Double, Double, ComparisonVerdict)])
    func sharesAreComparedByWhatTheyLack(reference: Double, share: Double, worse: Double, verdict: ComparisonVerdict) {
        let values = { (value: Double) in [Double](repeating: value, count: 8) }
        let result = Comparison(effect: 0.05).results([
            ComparedMetric(
                arm: "arm", phase: "storm", metric: .hitRate(.repeated), reference: values(reference),
                candidate: values(share), again: values(reference))
        ])[0]
        #expect(result.verdict == verdict)
        #expect(abs(result.worsening.value / worse - 1) < 1e-6 || worse.isNaN && result.worsening.value.isNaN)
    }

    @Test func anArmThatIsBetterIsNoRegression() {
        var random = SplitMix64(seed: 8)
        let results = Comparison(effect: 0.05).results([Self.metric(worse: 0.5, using: &random)])
        #expect(results[0].verdict == .noRegression && results[0].worsening.value < 0.6)
    }

    @Test(arguments: [([], []), ([1, .nan], [1, 1]), ([0, 0], [1, 1])] as [([Double], [Double])])
    func withoutAValueInEveryRoundNothingIsSaid(candidate: [Double], reference: [Double]) {
        let metric = ComparedMetric(
            arm: "arm", phase: "storm", metric: .time(.waited(.hit), .p99), reference: reference, candidate: candidate,
            again: reference)
        let results = Comparison(effect: 0.05).results([metric])
        #expect(results[0].verdict == .inconclusive && results[0].worsening.value.isNaN)
    }

    /// Arms that are so many times worse than a fourth one, which is the reference or not.
    private static func best(
        _ worse: [Double], reference: Double = 1, without broken: Set<String> = [], rounds: Int = 12, seed: UInt64,
        _ metric: Metric = .time(.waited(.hit), .p99)
    ) -> String? {
        var random = SplitMix64(seed: seed)
        let drift = (0..<rounds).map { _ in Double.random(in: 500...2_000, using: &random) }
        let values = { (worse: Double) in
            drift.map { drift in
                let value = drift * worse * Double.random(in: 0.97...1.03, using: &random)
                return metric.isBetterHigh ? 1e6 / value : value
            }
        }
        let (first, again) = (values(reference), values(reference))
        let metrics = worse.enumerated().map { number, worse in
            ComparedMetric(
                arm: "arm \(number)", phase: "storm", metric: metric, reference: first, candidate: values(worse),
                again: again)
        }
        let found = Comparison.best(metrics, reference: "reference", without: broken)
        #expect(found.count == 1 && found[0].phase == "storm" && found[0].metric == metric)
        return found[0].arm
    }

    @Test(
        arguments: [
            ([1.3, 1.2, 1.25], 1, [], "reference"), ([1.3, 1, 1.25], 1.2, [], "arm 1"),
            // Nothing is better than all others where two are alike.
            ([1.3, 1, 1], 1.2, [], nil), ([1, 1.2], 1, [], nil), ([1], 1, [], nil),
            // What breaks promises is not the best, and is not in the way of another one.
            ([1.3, 0.5, 1.25], 1, ["arm 1"], "reference"), ([1, 1.2], 0.5, ["reference"], "arm 0"),
            ([1, 1.2], 0.5, ["arm 0", "arm 1", "reference"], nil),
            ([1, 1.2], 0.5, ["arm 0", "reference"], "arm 1"), ([.nan, 1.2], 1, [], nil),
        ] as [([Double], Double, Set<String>, String?)])
    func theBestIsBetterThanAllOthers(worse: [Double], reference: Double, broken: Set<String>, best: String?) {
        for metric in [Metric.time(.waited(.hit), .p99), .load(.throughput)] {
            #expect(Self.best(worse, reference: reference, without: broken, seed: 9, metric) == best)
        }
    }

    @Test func ofArmsThatAreTheSameHardlyEverOneIsTheBest() {
        #expect((1...400).count { Self.best([1, 1, 1], rounds: 8, seed: $0) != nil } <= 10, "2.5 % of families")
        #expect((1...100).count { Self.best([1.1, 1.2, 1.1], seed: $0) == "reference" } >= 95)
    }

    private static func group(
        _ phase: String, _ metric: Metric, _ values: [Double], rounds: Int = 12
    ) -> [ComparedMetric] {
        let row = { (value: Double) in (0..<rounds).map { value * (1 + 0.001 * Double($0 % 3)) } }
        return values.dropFirst().enumerated().map { number, value in
            ComparedMetric(
                arm: "arm \(number)", phase: phase, metric: metric, reference: row(values[0]), candidate: row(value),
                again: row(values[0]))
        }
    }

    /// Each metric of each phase has a best arm of its own, in the order in which they come, whatever order their arms come in.
    @Test func eachMetricOfEachPhaseHasABestArmOfItsOwn() {
        let (p99, rate) = (Metric.time(.waited(.hit), .p99), Metric.load(.throughput))
        let groups = [
            Self.group("one", p99, [1, 2, 3]), Self.group("one", rate, [1, 2, 3]), Self.group("two", p99, [2, 1, 3]),
            Self.group("two", rate, [1, 1, 1]),
        ]
        let mixed = groups.map { $0[0] } + groups.map { $0[1] }
        for metrics in [groups.flatMap(\.self), mixed] {
            let found = Comparison.best(metrics, reference: "reference")
            #expect(
                found.map(\.phase) == ["one", "one", "two", "two"] && found.map(\.metric) == [p99, rate, p99, rate])
            #expect(
                found.map(\.finding) == [.surely("reference"), .surely("arm 1"), .surely("arm 0"), .none])
        }
    }

    @Test func whatCannotBeToldIsSaid() {
        let p99 = Metric.time(.waited(.hit), .p99)
        let find = { (metrics: [ComparedMetric], broken: Set<String>, untrusted: Set<String>) in
            Comparison.best(metrics, reference: "reference", without: broken, doubting: untrusted).map(\.finding)
        }
        // Six rounds give two arms a chance of 2 in 64 at the least, and seven one of 2 in 128.
        #expect(find(Self.group("one", p99, [2, 1], rounds: 6), [], []) == [.tooFewRounds])
        #expect(find(Self.group("one", p99, [2, 1], rounds: 7), [], []) == [.surely("arm 0")])
        #expect(find(Self.group("one", p99, [2, 1, 3]), [], ["arm 1"]) == [.none])
        #expect(find(Self.group("one", p99, [2, 1, 3]), ["arm 1"], ["arm 1"]) == [.surely("arm 0")])
        #expect(find(Self.group("one", p99, [2, 1, 3]), ["arm 0", "reference"], []) == [.onlyOneLeft("arm 1")])
        // What the reference differs from itself by is not known.
        var metrics = Self.group("one", p99, [2, 1])
        metrics[0].again[3] = .nan
        #expect(find(metrics, [], []) == [.none])
    }

    @Test(arguments: [(1, 6), (3, 7), (9, 9), (40, 11)])
    func moreMetricsNeedMoreRounds(metrics: Int, rounds: Int) {
        #expect(Comparison.fewestRounds(metrics: metrics) == rounds)
    }
}
