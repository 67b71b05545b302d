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

    /// From 1 % of misses to 2 %, and back; the share itself hardly moves.
    @Test(arguments: [(0.98, .worse), (0.990_1, .none), (0.998, .better)] as [(Double, Trend.Change)])
    func sharesChangeByWhatTheyLack(last: Double, change: Trend.Change) throws {
        var runs = Self.runs([UInt64](repeating: 10_000, count: 7))
        for (place, share) in [0.99, 0.990_2, 0.989_9, 0.990_1, 0.989_8, 0.990_1, last].enumerated() {
            runs[place].subjects[0].phases[0].figures["hit_rate.repeat"] = RunRecord.Figure(share)
        }
        let trend = try #require(Self.trends(runs, ["hit_rate.repeat"]).first { $0.series.phase == "storm" })
        #expect(trend.change == change)
        #expect(abs(try #require(trend.ratio).value - last / 0.99) < 0.001, "what is shown is the ratio of the shares")
    }

    /// Executions compare with those of runs that made as many calls as the last one, and an old run of another number changes nothing.
    @Test func executionsOfOtherNumbersOfCallsDoNotCompare() throws {
        var runs = Self.runs([UInt64](repeating: 10_000, count: 8))
        for place in runs.indices {
            runs[place].subjects[0].phases[0].figures["dedup.executions"] = RunRecord.Figure(place == 7 ? 900 : 100)
        }
        let trend = { try #require(Self.trends(runs, ["dedup.executions"]).first { $0.series.phase == "storm" }) }
        #expect(try trend().change == .worse)
        runs[0].subjects[0].phases[0].operations *= 9
        #expect(try trend().change == .worse && trend().ratio?.value ?? 0 > 8)
        runs[7].subjects[0].phases[0].operations *= 9
        #expect(try trend().change == .unknown && trend().ratio == nil || trend().ratio?.value == 9)
    }

    /// Where nothing was missed, one call of many that is no hit is not ten thousand times the misses.
    @Test(arguments: [(1, .none), (20, .worse)] as [(Int, Trend.Change)])
    func oneMissOfManyIsNoChange(misses: Int, change: Trend.Change) throws {
        var runs = Self.runs([UInt64](repeating: 10_000, count: 7))
        for place in runs.indices {
            runs[place].subjects[0].phases[0].operations = 100_000
            let share = place == 6 ? 1 - Double(misses) / 100_000 : 1
            runs[place].subjects[0].phases[0].figures["hit_rate.repeat"] = RunRecord.Figure(share)
        }
        #expect(Self.trends(runs, ["hit_rate.repeat"]).first { $0.series.phase == "storm" }?.change == change)
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
