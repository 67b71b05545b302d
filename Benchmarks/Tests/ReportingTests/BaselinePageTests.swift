import CSVReading
import Evidence
import EvidenceFixture
import Foundation
import Judging
import Reporting
import Testing

/// A run that was held against a baseline, in everything that a run is shown in.
@Suite struct BaselinePageTests {
    /// Six runs, and one whose hits take as many times as long.
    private static func report(
        worse: UInt64, isDemanded: Bool = true, name: String = "main", subject: String = "dedup"
    ) -> RunReport {
        let records = [100, 102, 98, 101, 99, 100].map { latency in
            let subject = EvidenceFixture.subject(subject, latency: UInt64(latency) * 100)
            return RunRecord(RunReport(EvidenceFixture.run([subject]), gates: []))
        }
        var run = EvidenceFixture.run([EvidenceFixture.subject(subject, latency: 10_000 * worse)])
        run.baseline = BaselineEvidence(name: name, runs: records, isDemanded: isDemanded)
        return RunReport(run, gates: [])
    }

    @Test func theTerminalShowsEachFigureAndTheVerdictLast() {
        let text = TerminalReport(Self.report(worse: 3), terminal: .plain).text
        let lines = text.split(separator: "\n").map(String.init)
        #expect(text.contains("held against the baseline main: 6 runs, 2026-01-01T00:00:00Z, commit abc1234"))
        let p50 = lines.first { $0.contains("hit.latency.p50") }
        #expect(p50?.contains("10.0 µs") == true && p50?.hasSuffix("REGRESSION") == true, "\(text)")
        #expect(lines.suffix(3).first == "PASS" && lines.suffix(2).first?.hasPrefix("REGRESSION against") == true)
        let quiet = TerminalReport(Self.report(worse: 1), terminal: .plain).verdictText
        #expect(quiet.contains("NO REGRESSION against the baseline main: 9 of 9 figures"), "\(quiet)")
    }

    @Test func aCommentShowsWhatRegressed() {
        let worse = MarkdownReport(Self.report(worse: 3)).text
        #expect(
            worse.contains("**REGRESSION against the baseline main") && worse.contains("| hit.latency.p50 | dedup |"))
        let same = MarkdownReport(Self.report(worse: 1)).text
        #expect(same.contains("**NO REGRESSION against") && !same.contains("| hit.latency.p50 |"))
        let none = MarkdownReport(RunReport(EvidenceFixture.run([EvidenceFixture.subject()]), gates: [])).text
        #expect(!none.contains("baseline"))
    }

    @Test func thePageHasATableOfFigures() {
        let page = HTMLReport(Self.report(worse: 3)).text
        #expect(
            page.contains("<h2>Baseline</h2>")
                && page.contains(
                    "<td data-title=\"verdict\">REGRESSION</td><td data-title=\"metric\">hit.latency.p50</td>")
        )
        let none = HTMLReport(RunReport(EvidenceFixture.run([EvidenceFixture.subject()]), gates: [])).text
        #expect(!none.contains("Baseline"))
    }

    @Test(arguments: [(true, "failures=\"2\"", "::error "), (false, "failures=\"0\"", "::warning ")])
    func aRegressionFailsATestCaseWhereItFailsTheRun(isDemanded: Bool, failures: String, level: String) {
        let report = Self.report(worse: 3, isDemanded: isDemanded)
        let text = JUnitReport(report).text
        #expect(text.contains("<testsuite name=\"baseline main\" tests=\"9\" \(failures)"), "\(text)")
        let lines = WorkflowAnnotations(report).lines.filter { $0.contains("REGRESSION") }
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix(level) }, "\(lines)")
    }

    @Test func tablesHoldEachFigure() throws {
        let table = try #require(Self.report(worse: 3).baselineTable)
        let row = try #require(try CSVReader.rows(table.text).first { $0["metric"] == "hit.latency.p50" })
        #expect(row["baseline"] == "main" && row["baseline_runs"] == "6" && row["verdict"] == "REGRESSION")
        let ratio = try #require(row["worse_ratio"].flatMap { Double($0) })
        #expect(abs(ratio - 3) < 0.1 && row["threshold_ratio"] == "1.05" && row["unit"] == "ns")
        let manifest = BundleContents(Self.report(worse: 3)).manifest
        let json = try JSONSerialization.jsonObject(with: Data(manifest.utf8)) as? [String: Any]
        let baseline = try #require(json?["baseline"] as? [String: Any])
        #expect(baseline["verdict"] as? String == "REGRESSION" && baseline["fails_run"] as? Bool == true)
        #expect((baseline["figures"] as? [Any])?.count == 9 && json?["exit_code"] as? Int == 2)
    }

    @Test func evidenceRemembersWhatARunWasHeldAgainst() throws {
        let evidence = Self.report(worse: 3).evidence
        let read = try EvidenceFile.read(Array(EvidenceFile.text(evidence).utf8), from: "evidence.json")
        #expect(read == evidence && RunReport(read, gates: []).comparison?.verdict == .regression)
        var hostile = evidence
        hostile.baseline?.runs[0].subjects[0].phases[0].figures["throughput"] = RunRecord.Figure(1e300)
        #expect(throws: EvidenceError.self) {
            try EvidenceFile.read(Array(EvidenceFile.text(hostile).utf8), from: "evidence.json")
        }
    }

    /// What comes from a file of another place may be anything.
    @Test func hostileNamesStayText() {
        let name = "a\u{1B}[2J<script>::error|x\n"
        let report = Self.report(worse: 3, name: name, subject: name)
        #expect(!TerminalReport(report, terminal: .plain).text.contains("\u{1B}"))
        #expect(HTMLReport(report).text.split(separator: "<script>").count == 2, "its own script is the only one")
        #expect(!JUnitReport(report).text.contains("<script>"))
        #expect(!MarkdownReport(report).text.contains("<script>"))
        #expect(WorkflowAnnotations(report).lines.allSatisfy { !$0.contains("\n") })
    }
}
