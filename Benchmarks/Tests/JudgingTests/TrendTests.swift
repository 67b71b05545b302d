import Evidence
import EvidenceFixture
import Judging
import Measurement
import Statistics
import Testing

@Suite struct TrendTests {
    private static func runs(_ latencies: [UInt64]) -> [RunRecord] {
        latencies.enumerated().map { number, latency in
            var run = EvidenceFixture.run([EvidenceFixture.subject(latency: latency)])
            run.identity.id = "run-\(number)"
            return RunRecord(RunReport(run, gates: []))
        }
    }

    private static func trends(_ runs: [RunRecord], _ metrics: [String], last: Int = 20) -> [Trend] {
        Trend.all(of: runs, metrics.compactMap { Metric(name: $0) }, last: last) { _, _ in true }
    }

    @Test(arguments: [(30_000, .worse), (10_100, .none), (3_000, .better)] as [(UInt64, Trend.Change)])
    func theLastRunIsHeldAgainstThoseBeforeIt(last: UInt64, change: Trend.Change) throws {
        let runs = Self.runs([10_000, 10_200, 9_800, 10_100, 9_900, last])
        let trend = try #require(Self.trends(runs, ["hit.latency.p50"]).first)
        #expect(trend.change == change && trend.series.values.count == 6 && trend.series.phase == "storm")
        #expect(abs(try #require(trend.ratio).value - Double(last) / 10_000) < 0.05)
    }

    @Test func fewRunsShowARatioAndNoChange() throws {
        let trend = try #require(Self.trends(Self.runs([10_000, 20_000]), ["hit.latency.p50"]).first)
        #expect(trend.change == .unknown && trend.ratio?.value ?? 0 > 1.9)
        #expect(Self.trends(Self.runs([10_000]), ["hit.latency.p50"])[0].ratio == nil)
    }

    @Test func whatHasNoRatioIsComparedAsItIs() throws {
        var runs = Self.runs([UInt64](repeating: 10_000, count: 7))
        runs[6].subjects[0].phases[1].figures["dedup.violations"] = RunRecord.Figure(3)
        let trends = Self.trends(runs, ["dedup.violations"])
        let whole = try #require(trends.first { $0.series.phase == "all" })
        #expect(whole.change == .worse && whole.ratio == nil)
    }

    @Test func onlyTheNewestRunsAreLookedAt() {
        let trends = Self.trends(Self.runs([1, 2, 3, 4].map { $0 * 1_000 }), ["hit.latency.p50"], last: 2)
        #expect(trends[0].series.points.map(\.run.id) == ["run-2", "run-3"])
    }

    @Test func otherScenariosAndMachinesHaveTrendsOfTheirOwn() {
        var runs = Self.runs([10_000, 20_000, 30_000, 40_000])
        runs[1].digest = "000000000000"
        runs[2].machine.cores += 1
        let trends = Self.trends(runs, ["hit.latency.p50"])
        #expect(trends.map(\.series.values.count) == [2, 1, 1] && trends[1].digest == "000000000000")
    }
}
