import DedupTesting
import DedupVerification
import Evidence
import EvidenceFixture
import Foundation
import Judging
import Measurement
import Statistics
import Testing

@Suite struct BaselineComparisonTests {
    /// The records of runs whose hits take so long.
    private static func records(_ latencies: [UInt64], executions: Int = 400) -> [RunRecord] {
        latencies.map { record(EvidenceFixture.subject(executions: executions, latency: $0)) }
    }

    private static func record(_ subject: SubjectEvidence) -> RunRecord {
        RunRecord(RunReport(EvidenceFixture.run([subject]), gates: []))
    }

    private static func comparison(
        _ subject: SubjectEvidence, _ runs: [RunRecord], isDemanded: Bool = false,
        change: (inout RunEvidence) -> Void = { _ in }
    ) throws -> BaselineComparison {
        try #require(report(subject, runs, isDemanded: isDemanded, change: change).comparison)
    }

    private static func report(
        _ subject: SubjectEvidence, _ runs: [RunRecord], isDemanded: Bool = false,
        change: (inout RunEvidence) -> Void = { _ in }
    ) -> RunReport {
        var run = EvidenceFixture.run([subject])
        run.baseline = BaselineEvidence(name: "main", runs: runs, isDemanded: isDemanded)
        change(&run)
        return RunReport(run, gates: [])
    }

    private static func result(_ metric: String, _ comparison: BaselineComparison) throws -> Judging.ComparisonResult {
        try #require(comparison.results.first { $0.metric.metric.name == metric })
    }

    /// Six runs that differ by a hundredth.
    private static let calm = records([10_000, 10_200, 9_800, 10_100, 9_900, 10_050])

    @Test func oneMoreRunLikeTheOthersIsNoRegression() throws {
        let comparison = try Self.comparison(
            EvidenceFixture.subject(executions: 400, latency: 9_950), Self.calm)
        #expect(comparison.verdict == .noRegression && comparison.notes.isEmpty, "\(comparison.results)")
        let names = comparison.results.map(\.metric.metric.name)
        #expect(
            names == [
                "dedup.executions", "hit_rate.repeat", "hit.latency.p50", "hit.latency.p99", "throughput",
                "memory.leak_bytes_per_op", "dedup.violations", "dedup.duplicates", "dedup.lost",
            ])
    }

    @Test(
        arguments: [(15_000, .regression), (10_600, .inconclusive), (5_000, .noRegression)]
            as [(UInt64, ComparisonVerdict)])
    func aTimeIsJudgedByWhatTheRunsDifferBy(latency: UInt64, verdict: ComparisonVerdict) throws {
        let comparison = try Self.comparison(
            EvidenceFixture.subject(executions: 400, latency: latency), Self.calm)
        let p50 = try Self.result("hit.latency.p50", comparison)
        #expect(p50.verdict == verdict, "\(p50)")
        #expect(abs(p50.worsening.value - Double(latency) / 10_000) < 0.02)
        #expect(p50.worsening.low < p50.worsening.value && p50.worsening.value < p50.worsening.high)
        #expect(p50.threshold == 1.05)
    }

    @Test func runsThatDifferByMuchCannotTell() throws {
        let wild: [UInt64] = [10_000, 20_000, 7_000, 15_000, 9_000, 30_000]
        let comparison = try Self.comparison(
            EvidenceFixture.subject(executions: 400, latency: 25_000), Self.records(wild))
        #expect(try Self.result("hit.latency.p50", comparison).verdict == .inconclusive)
    }

    @Test func aCountThatNeverVariedIsHeldToItsLastDigit() throws {
        let more = try Self.comparison(EvidenceFixture.subject(executions: 500, hits: 400), Self.calm)
        let executions = try Self.result("dedup.executions", more)
        #expect(executions.verdict == .regression && executions.worsening.value == 1.25, "\(executions)")
        let fewer = try Self.comparison(EvidenceFixture.subject(executions: 200, hits: 700), Self.calm)
        #expect(try Self.result("dedup.executions", fewer).verdict == .noRegression)
    }

    /// No calls at all are worse than any ratio, and no hits at all are so many times the misses.
    @Test(arguments: [("throughput", true), ("hit_rate.repeat", false)])
    func nothingAtAllOfWhatShouldBeMuchIsARegression(metric: String, isInfinite: Bool) throws {
        var now = Self.calm[0]
        now.subjects[0].phases[0].figures[metric] = RunRecord.Figure(0)
        let baseline = BaselineEvidence(name: "main", runs: Self.calm, isDemanded: false)
        let result = try Self.result(metric, BaselineComparison(now, against: baseline))
        #expect(result.verdict == .regression && result.worsening.value.isInfinite == isInfinite, "\(result)")
        #expect(result.worsening.value > 1.5, "\(result)")
    }

    /// Of 100,000 calls one was no hit, or twenty were not, where none was before, or one in one of five runs.
    @Test(arguments: [
        (1, 0, ComparisonVerdict.noRegression), (1_000, 0, .regression), (2_000, 1, .regression),
    ])
    func oneMissOfManyIsNoRegression(misses: Int, before: Int, verdict: ComparisonVerdict) throws {
        var runs = Self.calm
        for place in runs.indices {
            runs[place].subjects[0].phases[0].operations = 100_000
            runs[place].subjects[0].phases[0].figures["hit_rate.repeat"] = RunRecord.Figure(
                place == 2 ? 1 - Double(before) / 100_000 : 1)
        }
        var now = runs[0]
        now.subjects[0].phases[0].figures["hit_rate.repeat"] = RunRecord.Figure(1 - Double(misses) / 100_000)
        let baseline = BaselineEvidence(name: "main", runs: runs, isDemanded: false)
        let result = try Self.result("hit_rate.repeat", BaselineComparison(now, against: baseline))
        #expect(misses == 1 ? result.verdict != .regression : result.verdict == verdict, "\(result)")
    }

    /// From 1 % of misses to 2 %: the share itself hardly moves.
    @Test(arguments: [(0.98, ComparisonVerdict.regression), (0.991, .noRegression)])
    func sharesAreHeldAgainstTheBaselineByWhatTheyLack(share: Double, verdict: ComparisonVerdict) throws {
        var runs = Self.calm
        for place in runs.indices {
            let share = 0.99 + 0.000_1 * Double(place % 3)
            runs[place].subjects[0].phases[0].operations = 100_000
            runs[place].subjects[0].phases[0].figures["hit_rate.repeat"] = RunRecord.Figure(share)
        }
        var now = runs[0]
        now.subjects[0].phases[0].figures["hit_rate.repeat"] = RunRecord.Figure(share)
        let baseline = BaselineEvidence(name: "main", runs: runs, isDemanded: false)
        let result = try Self.result("hit_rate.repeat", BaselineComparison(now, against: baseline))
        #expect(result.verdict == verdict, "\(result)")
        #expect(abs(result.worsening.value - (1 - share) / 0.01) < 0.05, "\(result)")
    }

    @Test func executionsOfOtherNumbersOfCallsDoNotCompare() throws {
        let comparison = try Self.comparison(EvidenceFixture.subject(executions: 500), Self.calm)
        #expect(!comparison.results.contains { $0.metric.metric.name == "dedup.executions" })
    }

    @Test func fewRunsTellOfBreachesOnly() throws {
        let runs = Self.records([10_000])
        let slower = try Self.comparison(EvidenceFixture.subject(executions: 400, latency: 90_000), runs)
        let p50 = try Self.result("hit.latency.p50", slower)
        #expect(p50.verdict == .inconclusive && p50.reason?.contains("too few runs (1)") == true)
        #expect(abs(p50.worsening.value - 9) < 0.1 && p50.worsening.high == .infinity, "it is shown all the same")
        #expect(slower.verdict == .inconclusive)
        let broken = try Self.comparison(EvidenceFixture.subject(broken: true), runs)
        #expect(broken.verdict == .regression)
        for metric in ["dedup.violations", "dedup.duplicates"] {
            let result = try Self.result(metric, broken)
            #expect(result.verdict == .regression && result.reason?.contains("where the baseline has none") == true)
        }
        #expect(try Self.result("dedup.lost", broken).verdict == .noRegression)
    }

    /// One bad run in a baseline does not switch the check of breaches off.
    @Test(arguments: [false, true]) func breachesAreHeldAgainstTheMostOfTheBaseline(isBroken: Bool) throws {
        let runs = [Self.record(EvidenceFixture.subject()), Self.record(EvidenceFixture.subject(broken: true))]
        let now = try Self.comparison(EvidenceFixture.subject(broken: isBroken), runs)
        #expect(try Self.result("dedup.violations", now).verdict == .noRegression)
        var worse = EvidenceFixture.subject(broken: true)
        worse.verification?.total.violations += 1_000
        let result = try Self.result("dedup.violations", Self.comparison(worse, runs))
        #expect(result.verdict == .regression && result.reason?.contains("at most") == true, "\(result)")
    }

    /// Runs that made the same number of executions by chance do not say that the next one must, too.
    @Test(arguments: [(20, ComparisonVerdict.noRegression), (21, .inconclusive), (60, .regression)])
    func aCountMayDifferByOneFromEqualOnes(executions: Int, verdict: ComparisonVerdict) throws {
        let runs = Self.records(Array(repeating: 10_000, count: 6), executions: 20)
        let now = EvidenceFixture.subject(executions: executions, hits: 500 + 20 - executions)
        let result = try Self.result("dedup.executions", Self.comparison(now, runs))
        #expect(result.verdict == verdict, "\(result)")
    }

    @Test func anotherMachineSaysNothingOfTimesAndAllOfCounts() throws {
        let runs = Self.calm
        let subject = EvidenceFixture.subject(executions: 500, hits: 400, latency: 90_000)
        let comparison = try Self.comparison(subject, runs) { run in
            run.environment.cores += 6
            run.environment.isOptimized.toggle()
        }
        for metric in ["hit.latency.p50", "throughput", "memory.leak_bytes_per_op"] {
            let result = try Self.result(metric, comparison)
            #expect(result.verdict == .inconclusive, "\(metric)")
            let reason = try #require(result.reason)
            #expect(reason.contains("cores ") && reason.contains("build "), "\(reason)")
        }
        #expect(try Self.result("dedup.executions", comparison).verdict == .regression)
    }

    @Test(arguments: [(-0.01, ComparisonVerdict.noRegression), (2.0, .regression)])
    func growthIsJudgedByItsIntervals(slope: Double, verdict: ComparisonVerdict) throws {
        var subject = EvidenceFixture.subject(executions: 400)
        subject.phases[1].memory = [EvidenceFixture.memory(slope: slope)]
        let comparison = try Self.comparison(subject, Self.records([10_000]))
        #expect(try Self.result("memory.leak_bytes_per_op", comparison).verdict == verdict)
    }

    @Test func whatOnlyOneOfThemHasIsInconclusive() throws {
        var bare = EvidenceFixture.subject(executions: 400)
        bare.phases[1].memory = []
        let runs = Self.calm
        let lacking = try Self.result("memory.leak_bytes_per_op", Self.comparison(bare, runs))
        #expect(lacking.verdict == .inconclusive && lacking.reason?.contains("this run does not") == true)
        let gained = try Self.comparison(EvidenceFixture.subject(executions: 400), [Self.record(bare)])
        let leak = try Self.result("memory.leak_bytes_per_op", gained)
        #expect(leak.verdict == .inconclusive && leak.reason?.contains("the baseline does not") == true)
        let other = try Self.comparison(EvidenceFixture.subject("none"), runs)
        #expect(other.results.isEmpty && other.verdict == .inconclusive)
        #expect(other.notes == ["dedup is in the baseline and was not run", "none is not in the baseline"])
    }

    @Test func aRunThatIsNotWholeIsNotHeldAgainstAnything() throws {
        let comparison = try Self.comparison(EvidenceFixture.subject(broken: true), Self.calm) {
            $0.interruption = RunInterruption("interrupted by Ctrl-C", exitCode: 130)
        }
        #expect(comparison.results.isEmpty && comparison.verdict == .inconclusive && comparison.notes.count == 1)
    }

    @Test func anInvalidMeasurementIsNotJudged() throws {
        var subject = EvidenceFixture.subject(executions: 400, latency: 90_000)
        subject.phases[1].load.observations = [[.lag(60_000_000)]]
        let result = try Self.result("hit.latency.p50", Self.comparison(subject, Self.calm))
        #expect(result.verdict == .inconclusive && result.reason?.contains("ms late") == true)
    }

    @Test(arguments: [(false, Int32(0)), (true, 2)])
    func aRegressionFailsTheRunWhereThatIsAskedFor(isDemanded: Bool, code: Int32) {
        let slow = EvidenceFixture.subject(executions: 400, latency: 90_000)
        let report = Self.report(slow, Self.calm, isDemanded: isDemanded)
        #expect(report.comparison?.verdict == .regression && report.verdict == .pass && report.exitCode == code)
        let same = Self.report(
            EvidenceFixture.subject(executions: 400, latency: 10_000), Self.records([10_000]), isDemanded: isDemanded)
        #expect(same.comparison?.verdict == .inconclusive && same.exitCode == 0, "nothing is known to be worse")
        var hung = slow
        hung.ending = .hung("no call returned")
        #expect(Self.report(hung, Self.calm, isDemanded: isDemanded).exitCode == 3)
    }

    /// Of runs that are the same but for noise hardly any may be found guilty, and of runs at the limit one in forty.
    @Test(arguments: [(1.0, 0, 2), (1.05, 0, 20), (1.3, 385, 400)])
    func runsAreSeldomFoundGuiltyWithoutReason(worse: Double, least: Int, most: Int) {
        var random = SplitMix64(seed: 20)
        let latency = { (factor: Double, random: inout SplitMix64) in
            let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
            return 1_000_000 * factor * exp(0.03 * normal)
        }
        let template = Self.calm[0]
        let run = { (factor: Double, random: inout SplitMix64) in
            var run = template
            for metric in ["hit.latency.p50", "hit.latency.p99"] {
                run.subjects[0].phases[0].figures[metric] = RunRecord.Figure(latency(factor, &random))
            }
            return run
        }
        var guilty = 0
        for _ in 0..<400 {
            let runs = (0..<10).map { _ in run(1, &random) }
            let baseline = BaselineEvidence(name: "main", runs: runs, isDemanded: false)
            if BaselineComparison(run(worse, &random), against: baseline).verdict == .regression { guilty += 1 }
        }
        #expect((least...most).contains(guilty), "\(guilty) of 400")
    }
}
