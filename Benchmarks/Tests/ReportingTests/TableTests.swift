import DedupVerification
import Foundation
import Gates
import Measurement
import Reporting
import Testing

@Suite struct TableTests {
    /// The columns that readers may rely on, in their order.
    static let promised = [
        "run_id", "scenario", "subject", "phase", "seed", "duration_s", "operations", "executions",
        "duplicates_offered", "duplicates_prevented", "prevented_ratio", "opportunities", "violations", "hit_ratio",
        "joined_ratio", "latency_p50_ns", "latency_p99_ns", "allocated_end_bytes", "leak_bytes_per_op", "verdict",
    ]

    @Test func theSummaryBeginsWithThePromisedColumns() throws {
        let table = ReportFixture.report([try ReportFixture.subject()]).summaryTable
        #expect(Array(table.columns.prefix(Self.promised.count)) == Self.promised)
    }

    @Test func theSummaryHasOneRowAPhaseAndItsFigures() throws {
        let report = ReportFixture.report([try ReportFixture.subject(latency: 1_000)])
        let rows = try CSVReader.rows(report.summaryTable.text)
        #expect(rows.map { $0["phase"] } == ["warm", "storm"])
        let row = try #require(rows.last)
        #expect(row["operations"] == "501")
        #expect(row["executions"] == "1")
        #expect(row["prevented_ratio"] == "1")
        #expect(row["latency_p99_ns"] == "1000")
        #expect(row["leak_bytes_per_op"] == "-0.01")
        #expect(row["duration_s"] == "2")
        #expect(row["verdict"] == "pass")
        #expect(row["partial"] == "false")
    }

    @Test func anUncheckedSubjectHasNoVerificationFigures() throws {
        var subject = try ReportFixture.subject("noop", gates: ["dedup.prevented == 100%"])
        subject.isJudged = false
        subject.verification = nil
        subject.phases = subject.phases.map { phase in
            var phase = phase
            phase.isVerified = false
            return phase
        }
        subject.total = PhaseReport.sum(subject.phases)
        subject.judge([try Gate(parsing: "dedup.prevented == 100%")])
        let row = try #require(try CSVReader.rows(ReportFixture.report([subject]).summaryTable.text).last)
        #expect(row["prevented_ratio"] == "")
        #expect(row["violations"] == "")
        #expect(row["verdict"] == "inconclusive")
    }

    @Test func aMatrixHasOneRowACombinationByRisingExecutions() throws {
        let subjects = try [("lru", 30), ("sieve", 10), ("fifo", 20)].map { policy, executions in
            try ReportFixture.subject(
                executions: executions, strategy: [StrategySetting(parameter: "cache.policy", value: policy)])
        }
        let report = ReportFixture.report(subjects)
        let rows = try CSVReader.rows(report.summaryTable.text)
        #expect(rows.map { $0["strategy_cache_policy"] } == ["sieve", "fifo", "lru"])
        #expect(rows.map { $0["best"] } == ["true", "false", "false"])
        let lines = TerminalReport(report, terminal: .plain).text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("best") && $0.contains("sieve") })
    }

    @Test func aRefutedCombinationIsNeverTheBest() throws {
        let broken = try ReportFixture.subject(
            broken: true, executions: 1, strategy: [StrategySetting(parameter: "cache.policy", value: "lru")])
        let sound = try ReportFixture.subject(
            executions: 50, strategy: [StrategySetting(parameter: "cache.policy", value: "sieve")])
        #expect(ReportFixture.report([broken, sound]).best?.strategyText == "cache.policy=sieve")
    }

    @Test func aFailedOrUnjudgedSubjectIsNeverTheBest() throws {
        let slow = try ReportFixture.subject(
            executions: 1, latency: 60_000_000, strategy: [StrategySetting(parameter: "cache.policy", value: "lru")])
        var floor = try ReportFixture.subject(
            "noop", executions: 0, strategy: [StrategySetting(parameter: "cache.policy", value: "lru")], gates: [])
        floor.isJudged = false
        floor.verification = nil
        floor.total.isVerified = false
        let sound = try ReportFixture.subject(
            executions: 50, strategy: [StrategySetting(parameter: "cache.policy", value: "sieve")])
        let report = ReportFixture.report([floor, slow, sound])
        #expect(slow.verdict == .fail)
        #expect(report.ranked.map(\.title) == [sound, slow, floor].map(\.title))
        #expect(report.best?.title == sound.title)
        #expect(ReportFixture.report([floor, slow]).best == nil)
        let line = try #require(
            TerminalReport(report, terminal: .plain).text.split(separator: "\n").first { $0.contains("noop") })
        #expect(line.count { $0 == "–" } >= 2, "neither prevention nor violations are known: \(line)")
    }

    @Test func whereOperationsDifferExecutionsAnOperationDecide() throws {
        // Twice the executions for ten times the operations: the faster subject, not the one that is asked less.
        let idle = try ReportFixture.subject(
            executions: 10, hits: 100, strategy: [StrategySetting(parameter: "cache.policy", value: "lru")])
        let busy = try ReportFixture.subject(
            executions: 20, hits: 2_000, strategy: [StrategySetting(parameter: "cache.policy", value: "sieve")])
        let report = ReportFixture.report([idle, busy])
        #expect(report.best?.strategyText == "cache.policy=sieve")
        #expect(TerminalReport(report, terminal: .plain).text.contains("executions an operation"))
    }

    @Test func metricsNameTheirStatisticUnitAndInterval() throws {
        let report = ReportFixture.report([try ReportFixture.subject(hits: 2_000)])
        let rows = try CSVReader.rows(report.metricsTable.text)
        let p99 = try #require(
            rows.first { $0["metric"] == "hit.latency" && $0["statistic"] == "p99" && $0["phase"] == "all" })
        #expect(p99["value"] == "1000" && p99["unit"] == "ns" && p99["n"] == "2000")
        #expect(p99["ci_low"] == "1000" && p99["ci_high"] == "1000")
        #expect(rows.contains { $0["metric"] == "concurrency.max" && $0["statistic"] == "value" })
        #expect(!rows.contains { $0["value"] == "" })
    }

    @Test func histogramsKeepEveryCount() throws {
        let report = ReportFixture.report([try ReportFixture.subject(hits: 321)])
        let rows = try CSVReader.rows(report.histogramTable.text)
        #expect(rows.compactMap { $0["count"].flatMap { Int($0) } }.reduce(0, +) == 321)
        #expect(rows.allSatisfy { $0["kind"] == "service" && $0["outcome"] == "hit" })
    }

    @Test func gatesCarryTheObservationAndTheLimit() throws {
        let report = ReportFixture.report([try ReportFixture.subject(gates: ["hit.latency.p99 < 1ns"])])
        let row = try #require(try CSVReader.rows(report.gatesTable.text).first)
        #expect(row["expression"] == "hit.latency.p99 < 1ns")
        #expect(row["observed"] == "1000" && row["limit"] == "1" && row["unit"] == "ns")
        #expect(row["verdict"] == "fail")
        #expect(report.exitCode == 2)
    }

    @Test func violationsAreEventsWithTheirDrawing() throws {
        let report = ReportFixture.report([try ReportFixture.subject(broken: true)])
        let rows = try CSVReader.rows(report.eventsTable.text)
        let overlap = try #require(rows.first { $0["kind"] == "overlap" })
        #expect(overlap["diagram"]?.contains("[==") == true)
        // The second execution began at 1.5 us, and with it the contradiction.
        #expect(overlap["phase"] == "storm" && overlap["t_offset_ms"] == "0.0015")
        #expect(report.verdict == .fail)
        let text = TerminalReport(report, terminal: .plain).text
        #expect(text.contains("overlap") && text.contains("[=="))
    }

    @Test func aCounterThatIsWrongIsInTheSummaryToo() throws {
        var subject = try ReportFixture.subject()
        let counted = SubjectCounters(hits: 7)
        subject.verification = HistoryChecker(
            freshness: FreshnessRule(.unbounded), capacityBounded: false, duplicateMode: .join
        ).check(History(), counters: counted)
        let report = ReportFixture.report([subject])
        let rows = try CSVReader.rows(report.summaryTable.text)
        #expect(!rows.isEmpty && rows.allSatisfy { $0["subject_violations"] == "1" })
        let event = try #require(try CSVReader.rows(report.eventsTable.text).first)
        #expect(event["kind"] == "counter_mismatch" && event["phase"] == "" && event["t_offset_ms"] == "")
    }

    @Test func memoryAndSeriesAreTables() throws {
        let report = ReportFixture.report([try ReportFixture.subject()])
        let memory = try CSVReader.rows(report.memoryTable.text)
        #expect(memory.map { $0["discarded"] } == ["true", "false"])
        #expect(memory.map { $0["live_entries"] } == ["", "3"])
        let series = try CSVReader.rows(report.timeSeriesTable.text)
        #expect(series.first?["t_offset_ms"] == "100")
    }

    @Test func hostileNamesSpoilNeitherFilesNorTheTerminal() throws {
        let subject = try ReportFixture.subject("=HYPERLINK(\"x\"),\n\u{1B}[2J")
        let report = ReportFixture.report([subject], scenario: "-storm")
        for table in [report.summaryTable, report.metricsTable, report.gatesTable, report.memoryTable] {
            let rows = try CSVReader.rows(table.text)
            #expect(rows.allSatisfy { $0["subject"]?.hasPrefix("'=HYPERLINK") == true })
        }
        #expect(!TerminalReport(report, terminal: .plain).text.contains("\u{1B}"))
    }
}

@Suite struct VerdictTests {
    @Test func aMissingMetricIsInvalidAndNeverAPass() throws {
        var subject = try ReportFixture.subject(gates: [])
        subject.phases[1].memory = nil
        subject.judge([try Gate(parsing: "memory.leak_bytes_per_op < 0.5B")])
        #expect(subject.verdict == .invalid)
        #expect(ReportFixture.report([subject]).exitCode == 75)
    }

    @Test func withoutOpportunitiesNothingIsProven() throws {
        let subject = try ReportFixture.subject(hits: 0, gates: ["dedup.prevented == 100%"])
        #expect(subject.gates.map(\.verdict) == [.inconclusive])
        #expect(ReportFixture.report([subject]).exitCode == 75)
    }

    @Test func anInterruptedRunNeverPasses() throws {
        var subject = try ReportFixture.subject()
        #expect(subject.verdict == .pass)
        subject.ending = .interrupted("interrupted by Ctrl-C")
        #expect(subject.verdict == .interrupted)
        #expect(subject.gates.allSatisfy { subject.judged($0).verdict == .inconclusive })
        var report = ReportFixture.report([subject])
        report.interruption = "interrupted by Ctrl-C"
        #expect(report.exitCode == 130)
        #expect(try CSVReader.rows(report.summaryTable.text).allSatisfy { $0["partial"] == "true" })
        #expect(try CSVReader.rows(report.gatesTable.text).allSatisfy { $0["verdict"] == "inconclusive" })
    }

    @Test func aRunWhoseSubjectsAllFinishedIsStillPartialIfItWasInterrupted() throws {
        var report = ReportFixture.report([try ReportFixture.subject()])
        report.interruption = "terminated by SIGTERM"
        report.interruptionCode = 143
        #expect(report.verdict == .interrupted && report.exitCode == 143)
    }

    @Test func aViolationStandsHoweverTheRunEnded() throws {
        var subject = try ReportFixture.subject(broken: true)
        subject.ending = .hung("no call returned")
        #expect(subject.verdict == .fail)
    }

    @Test func aHungSubjectIsThree() throws {
        var subject = try ReportFixture.subject()
        subject.ending = .hung("no call returned")
        #expect(ReportFixture.report([subject]).exitCode == 3)
    }

    @Test func theFloorDoesNotSpoilTheVerdictOfOthers() throws {
        var floor = try ReportFixture.subject("noop", gates: [])
        floor.isJudged = false
        floor.verification = nil
        #expect(ReportFixture.report([floor]).exitCode == 75)
        #expect(ReportFixture.report([try ReportFixture.subject(), floor]).exitCode == 0)
    }

    @Test(arguments: [
        ([RunVerdict.pass, .inconclusive], RunVerdict.inconclusive), ([.inconclusive, .invalid], .invalid),
        ([.invalid, .hung], .hung), ([.hung, .fail], .fail), ([], .inconclusive), ([.pass, .pass], .pass),
    ])
    func theWorstVerdictWins(_ verdicts: [RunVerdict], _ expected: RunVerdict) {
        #expect(RunVerdict.combined(verdicts) == expected)
    }
}
