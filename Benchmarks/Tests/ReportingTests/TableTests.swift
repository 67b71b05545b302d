import CSVReading
import DedupVerification
import Evidence
import EvidenceFixture
import Foundation
import Judging
import Measurement
import Reporting
import Testing

extension RunReport {
    /// The gates that are asked for where a test says nothing.
    static let gates = ["dedup.prevented == 100%", "hit.latency.p99 < 50ms"]

    /// A report of subjects that are judged by these gates.
    init(
        of subjects: SubjectEvidence..., gates: [String] = RunReport.gates, scenario: String = "storm",
        interruption: RunInterruption? = nil
    ) throws {
        var run = EvidenceFixture.run(subjects, scenario: scenario)
        run.interruption = interruption
        self.init(run, gates: try gates.map { try Gate(parsing: $0) })
    }
}

@Suite struct TableTests {
    /// The columns that readers may rely on, in their order.
    static let promised = [
        "run_id", "scenario", "subject", "phase", "seed", "duration_s", "operations", "executions",
        "duplicates_offered", "duplicates_prevented", "prevented_ratio", "opportunities", "violations", "hit_ratio",
        "joined_ratio", "latency_p50_ns", "latency_p99_ns", "allocated_end_bytes", "leak_bytes_per_op", "verdict",
    ]

    @Test func theSummaryBeginsWithThePromisedColumns() throws {
        let table = try RunReport(of: EvidenceFixture.subject()).summaryTable
        #expect(Array(table.columns.prefix(Self.promised.count)) == Self.promised)
    }

    @Test func theSummaryHasOneRowAPhaseAndItsFigures() throws {
        let report = try RunReport(of: EvidenceFixture.subject(latency: 1_000))
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
        let report = try RunReport(of: Self.floor(), gates: ["dedup.prevented == 100%"])
        let row = try #require(try CSVReader.rows(report.summaryTable.text).last)
        #expect(row["prevented_ratio"] == "")
        #expect(row["violations"] == "")
        #expect(row["verdict"] == "inconclusive")
    }

    /// The harness's own floor, which executes nothing and is not judged.
    static func floor(strategy: [StrategySetting] = []) -> SubjectEvidence {
        var floor = EvidenceFixture.subject("noop", executions: 0, strategy: strategy)
        floor.isJudged = false
        floor.verification = nil
        for index in floor.phases.indices { floor.phases[index].isVerified = false }
        return floor
    }

    private static func policy(_ name: String) -> [StrategySetting] {
        [StrategySetting(parameter: "cache.policy", value: name)]
    }

    @Test func aMatrixHasOneRowACombinationByRisingExecutions() throws {
        let report = try RunReport(
            of: EvidenceFixture.subject(executions: 30, strategy: Self.policy("lru")),
            EvidenceFixture.subject(executions: 4, strategy: Self.policy("sieve")),
            EvidenceFixture.subject(executions: 20, strategy: Self.policy("fifo")))
        let rows = try CSVReader.rows(report.summaryTable.text)
        #expect(rows.map { $0["strategy_cache_policy"] } == ["sieve", "fifo", "lru"])
        #expect(rows.map { $0["best"] } == ["true", "false", "false"])
        let lines = TerminalReport(report, terminal: .plain).text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("best") && $0.contains("sieve") })
    }

    @Test func ofTwoThatDidAsWellNeitherIsTheBest() throws {
        let subjects = ["lru", "sieve"].map { EvidenceFixture.subject(executions: 10, strategy: Self.policy($0)) }
        let tie = try RunReport(of: subjects[0], subjects[1])
        #expect(tie.best == nil && tie.ranked.allSatisfy { $0.verdict == .pass })
        let text = TerminalReport(tie, terminal: .plain).text
        #expect(!text.contains("ran once") && !text.contains("best"))
    }

    @Test func aRefutedCombinationIsNeverTheBest() throws {
        let broken = EvidenceFixture.subject(broken: true, executions: 1, strategy: Self.policy("lru"))
        let sound = EvidenceFixture.subject(executions: 50, strategy: Self.policy("sieve"))
        #expect(try RunReport(of: broken, sound).best?.strategyText == "cache.policy=sieve")
    }

    @Test func aFailedOrUnjudgedSubjectIsNeverTheBest() throws {
        let slow = EvidenceFixture.subject(executions: 1, latency: 60_000_000, strategy: Self.policy("lru"))
        let floor = Self.floor(strategy: Self.policy("lru"))
        let sound = EvidenceFixture.subject(executions: 50, strategy: Self.policy("sieve"))
        let report = try RunReport(of: floor, slow, sound)
        #expect(report.subjects[1].verdict == .fail)
        #expect(report.ranked.map(\.title) == [sound, slow, floor].map(\.title))
        #expect(report.best?.title == sound.title)
        #expect(try RunReport(of: floor, slow).best == nil)
        let line = try #require(
            TerminalReport(report, terminal: .plain).text.split(separator: "\n").first { $0.contains("noop") })
        #expect(line.count { $0 == "–" } >= 2, "neither prevention nor violations are known: \(line)")
    }

    /// 20 executions of 900 requests and 25 of 900 may be chance, and seeds have requests of their own.
    @Test(arguments: [(20, 25, "cache.policy", false), (20, 60, "cache.policy", true), (20, 60, "seed", false)])
    func theBestIsMarkedWhereItIs(few: Int, many: Int, parameter: String, isMarked: Bool) throws {
        let subjects = [(few, "1"), (many, "2")].map { executions, value in
            EvidenceFixture.subject(
                executions: executions, strategy: [StrategySetting(parameter: parameter, value: value)])
        }
        #expect((try RunReport(of: subjects[0], subjects[1], gates: []).best != nil) == isMarked)
    }

    @Test func theFloorOfTheHarnessStandsBesideEachRow() throws {
        let report = try RunReport(of: EvidenceFixture.subject(latency: 90_000), Self.floor())
        let rows = try CSVReader.rows(report.summaryTable.text)
        let measured = rows.filter { $0["phase"] == "storm" }
        let floor = try #require(measured.first { $0["subject"] == "noop" }?["latency_p50_ns"])
        let judged = measured.filter { $0["subject"] == "dedup" }
        #expect(!judged.isEmpty && judged.allSatisfy { $0["floor_p50_ns"] == floor && $0["latency_p50_ns"] != floor })
        #expect(rows.filter { $0["subject"] == "noop" }.allSatisfy { $0["floor_p50_ns"] == "" })
        #expect(TerminalReport(report, terminal: .plain).text.contains(" floor "))
        let alone = try RunReport(of: EvidenceFixture.subject())
        #expect(!TerminalReport(alone, terminal: .plain).text.contains(" floor "))
    }

    @Test func whereOperationsDifferExecutionsAnOperationDecide() throws {
        // Twice the executions for ten times the operations: the faster subject, not the one that is asked less.
        let idle = EvidenceFixture.subject(executions: 10, hits: 100, strategy: Self.policy("lru"))
        let busy = EvidenceFixture.subject(executions: 20, hits: 2_000, strategy: Self.policy("sieve"))
        let gates = ["dedup.prevented == 100%"]
        let report = try RunReport(of: idle, busy, gates: gates)
        #expect(report.best?.strategyText == "cache.policy=sieve")
        #expect(TerminalReport(report, terminal: .plain).text.contains("executions an operation"))
    }

    @Test func metricsNameTheirStatisticUnitAndInterval() throws {
        let report = try RunReport(of: EvidenceFixture.subject(hits: 2_000))
        let rows = try CSVReader.rows(report.metricsTable.text)
        let p99 = try #require(
            rows.first { $0["metric"] == "hit.latency" && $0["statistic"] == "p99" && $0["phase"] == "all" })
        #expect(p99["value"] == "1000" && p99["unit"] == "ns" && p99["n"] == "2000")
        #expect(p99["ci_low"] == "1000" && p99["ci_high"] == "1000")
        #expect(rows.contains { $0["metric"] == "concurrency.max" && $0["statistic"] == "value" })
        #expect(!rows.contains { $0["value"] == "" })
    }

    @Test func histogramsKeepEveryCount() throws {
        let report = try RunReport(of: EvidenceFixture.subject(hits: 321))
        let rows = try CSVReader.rows(report.histogramTable.text)
        #expect(rows.compactMap { $0["count"].flatMap { Int($0) } }.reduce(0, +) == 321)
        #expect(rows.allSatisfy { $0["kind"] == "service" && $0["outcome"] == "hit" })
    }

    @Test func gatesCarryTheObservationAndTheLimit() throws {
        let report = try RunReport(of: EvidenceFixture.subject(), gates: ["hit.latency.p99 < 1ns"])
        let row = try #require(try CSVReader.rows(report.gatesTable.text).first)
        #expect(row["expression"] == "hit.latency.p99 < 1ns")
        #expect(row["observed"] == "1000" && row["limit"] == "1" && row["unit"] == "ns")
        #expect(row["verdict"] == "fail")
        #expect(report.exitCode == 2)
    }

    @Test func violationsAreEventsWithTheirDrawing() throws {
        let report = try RunReport(of: EvidenceFixture.subject(broken: true))
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
        var subject = EvidenceFixture.subject()
        let counted = SubjectCounters(hits: 7)
        subject.verification = HistoryChecker(
            freshness: FreshnessRule(.unbounded), capacityBounded: false, duplicateMode: .join
        ).check(History(), counters: counted)
        let report = try RunReport(of: subject)
        let rows = try CSVReader.rows(report.summaryTable.text)
        #expect(!rows.isEmpty && rows.allSatisfy { $0["subject_violations"] == "1" })
        let event = try #require(try CSVReader.rows(report.eventsTable.text).first)
        #expect(event["kind"] == "counter_mismatch" && event["phase"] == "" && event["t_offset_ms"] == "")
    }

    @Test func memoryAndSeriesAreTables() throws {
        let report = try RunReport(of: EvidenceFixture.subject())
        let memory = try CSVReader.rows(report.memoryTable.text)
        #expect(memory.map { $0["discarded"] } == ["true"] + Array(repeating: "false", count: 60))
        #expect(memory.map { $0["live_entries"] }.prefix(2) == ["", "3"])
        let series = try CSVReader.rows(report.timeSeriesTable.text)
        #expect(series.first?["t_offset_ms"] == "100")
    }

    @Test func hostileNamesSpoilNeitherFilesNorTheTerminal() throws {
        let subject = EvidenceFixture.subject("=HYPERLINK(\"x\"),\n\u{1B}[2J")
        let report = try RunReport(of: subject, scenario: "-storm")
        for table in [report.summaryTable, report.metricsTable, report.gatesTable, report.memoryTable] {
            let rows = try CSVReader.rows(table.text)
            #expect(rows.allSatisfy { $0["subject"]?.hasPrefix("'=HYPERLINK") == true })
        }
        #expect(!TerminalReport(report, terminal: .plain).text.contains("\u{1B}"))
    }
}

@Suite struct VerdictTests {
    @Test func aMissingMetricIsInvalidAndNeverAPass() throws {
        var subject = EvidenceFixture.subject()
        subject.phases[1].memory = []
        let report = try RunReport(of: subject, gates: ["memory.leak_bytes_per_op < 0.5B"])
        #expect(report.verdict == .invalid && report.exitCode == 75)
    }

    @Test func withoutOpportunitiesNothingIsProven() throws {
        let report = try RunReport(of: EvidenceFixture.subject(hits: 0), gates: ["dedup.prevented == 100%"])
        #expect(report.subjects[0].gates.map(\.verdict) == [.inconclusive])
        #expect(report.exitCode == 75)
    }

    @Test func anInterruptedRunNeverPasses() throws {
        var subject = EvidenceFixture.subject()
        #expect(try RunReport(of: subject).verdict == .pass)
        subject.ending = .interrupted("interrupted by Ctrl-C")
        let report = try RunReport(of: subject, interruption: RunInterruption("interrupted by Ctrl-C", exitCode: 130))
        #expect(report.subjects[0].verdict == .interrupted && report.exitCode == 130)
        #expect(report.subjects[0].gates.allSatisfy { report.subjects[0].judged($0).verdict == .inconclusive })
        #expect(try CSVReader.rows(report.summaryTable.text).allSatisfy { $0["partial"] == "true" })
        #expect(try CSVReader.rows(report.gatesTable.text).allSatisfy { $0["verdict"] == "inconclusive" })
    }

    @Test func aRunWhoseSubjectsAllFinishedIsStillPartialIfItWasInterrupted() throws {
        let interruption = RunInterruption("terminated by SIGTERM", exitCode: 143)
        let report = try RunReport(of: EvidenceFixture.subject(), interruption: interruption)
        #expect(report.verdict == .interrupted && report.exitCode == 143)
    }

    @Test func aViolationStandsHoweverTheRunEnded() throws {
        var subject = EvidenceFixture.subject(broken: true)
        subject.ending = .hung("no call returned")
        #expect(try RunReport(of: subject).verdict == .fail)
    }

    @Test func aHungSubjectIsThree() throws {
        var subject = EvidenceFixture.subject()
        subject.ending = .hung("no call returned")
        #expect(try RunReport(of: subject).exitCode == 3)
    }

    @Test func theFloorDoesNotSpoilTheVerdictOfOthers() throws {
        #expect(try RunReport(of: TableTests.floor()).exitCode == 75)
        #expect(try RunReport(of: EvidenceFixture.subject(), TableTests.floor()).exitCode == 0)
    }

    @Test func aPhaseThatTheHistoryCutShortIsNoPass() throws {
        var phase = EvidenceFixture.phase("storm", hits: 900, service: 1_000)
        phase.ending = .historyFull
        let report = try RunReport(of: EvidenceFixture.subject([phase]), gates: ["hit.latency.p99 < 50ms"])
        #expect(report.exitCode == 75)
        #expect(TerminalReport(report, terminal: .plain).text.contains("--history-limit"))
        #expect(try CSVReader.rows(report.summaryTable.text).map { $0["ending"] } == ["history_full"])
    }

    @Test func theVerdictOfEachMemoryPhaseIsInItsRow() throws {
        var phases = ["first", "last"].map { EvidenceFixture.phase($0, hits: 900, service: 1_000) }
        phases[0].memory = [EvidenceFixture.memory(slope: 9)]
        phases[1].memory = [EvidenceFixture.memory(slope: 0)]
        let report = try RunReport(of: EvidenceFixture.subject(phases), gates: ["memory.leak_bytes_per_op < 0.5B"])
        let rows = try CSVReader.rows(report.summaryTable.text)
        #expect(rows.map { $0["leak_bytes_per_op"] } == ["9", "0"])
        #expect(rows.map { $0["memory_verdict"] } == ["LEAK", "CLEAN"])
        #expect(rows.map { $0["phase_verdict"] } == ["fail", "pass"])
        #expect(rows.map { $0["verdict"] } == ["fail", "fail"])
    }

    @Test func eachPhaseSaysHowItsLoadWasGenerated() throws {
        var phase = EvidenceFixture.phase("storm", hits: 900, service: 1_000)
        phase.load.clients = 64
        phase.load.workers = 2
        phase.load.meanConcurrency = 12.5
        phase.load.overlappingDuplicates = 4_711
        var stalls = StallReport()
        stalls.note(0, 23_000_000, wanted: 1_000_000)
        phase.load.stalls = stalls
        phase.load.observations = [[.threads(least: 4, most: 4)]]
        let report = try RunReport(of: EvidenceFixture.subject([phase]), gates: [])
        let text = TerminalReport(report, terminal: .plain).text
        let line = try #require(text.split(separator: "\n").first { $0.contains("4,711") })
        #expect(line.split(separator: " ") == ["dedup", "storm", "64", "2", "12.5", "0", "4,711", "22.0", "ms"])
        #expect(text.contains("there are no gates"))
        #expect(BundleContents(report).manifest.contains("4 threads at every sample"))
        let row = try #require(try CSVReader.rows(report.summaryTable.text).first)
        let longest = try #require(phase.load.longestStall)
        #expect(row["clients"] == "64" && row["concurrency_mean"] == "12.5" && row["hiccup_max_ns"] == "\(longest)")
        let metrics = try CSVReader.rows(report.metricsTable.text)
        #expect(metrics.contains { $0["metric"] == "hiccup.max" && $0["value"] == "\(longest)" })
        let stall = try #require(try CSVReader.rows(report.eventsTable.text).first)
        #expect(
            stall["event"] == "stall" && stall["phase"] == "storm" && stall["explanation"]?.contains("23.0 ms") == true)
    }

    @Test func whatStallsDidToLatenciesIsSaid() throws {
        var phase = EvidenceFixture.phase("storm", hits: 900, service: 1_000)
        var stalls = StallReport()
        stalls.note(0, 23_000_000, wanted: 1_000_000)
        phase.load.stalls = stalls
        var undisturbed = LatencyDistributions()
        for _ in 0..<800 { undisturbed.record(500, .service, .hit) }
        phase.undisturbed = undisturbed
        let report = try RunReport(of: EvidenceFixture.subject([phase]), gates: [])
        let row = try #require(try CSVReader.rows(report.summaryTable.text).first)
        #expect(row["stalls"] == "1" && row["undisturbed_p50_ns"] == "500" && row["undisturbed_p99_ns"] == "500")
        let note = "the machine stalled once, for 10 ms or more; hits whose calls met no stall took 500 ns at p99"
        #expect(TerminalReport(report, terminal: .plain).text.contains(note))
        #expect(HTMLReport(report).text.contains("without stalls"))

        phase.undisturbed = phase.latencies
        let same = try RunReport(of: EvidenceFixture.subject([phase]), gates: [])
        #expect(!TerminalReport(same, terminal: .plain).text.contains("stalled once"))
    }

    @Test(arguments: [
        ([RunVerdict.pass, .inconclusive], RunVerdict.inconclusive), ([.inconclusive, .invalid], .invalid),
        ([.invalid, .hung], .hung), ([.hung, .fail], .fail), ([], .inconclusive), ([.pass, .pass], .pass),
    ])
    func theWorstVerdictWins(_ verdicts: [RunVerdict], _ expected: RunVerdict) {
        #expect(RunVerdict.combined(verdicts) == expected)
    }
}
