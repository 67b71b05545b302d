internal import DedupVerification
internal import Evidence
internal import Foundation
package import Judging
internal import Measurement
internal import Wording

/// `report.html`: the run as one page that needs nothing else. All of it is there without scripts and styles, since many places
/// that show such pages forbid both.
package struct HTMLReport {
    private let report: RunReport
    /// How large the page may become: pictures that would not fit are left out, and that is said.
    private static let limit = 1_900_000

    /// A page about a run.
    package init(_ report: RunReport) { self.report = report }

    /// The page.
    package var text: String {
        let before = [verdict, gates, baseline, subjects].joined(separator: "\n")
        let after = [load, run].joined(separator: "\n")
        let room = Self.limit - before.utf8.count - after.utf8.count
        return HTMLPage(
            title: "\(report.identity.scenario): \(report.verdict.rawValue.uppercased())",
            body: [before, details(within: room), after].joined(separator: "\n")
        ).text
    }

    // MARK: - What it came to

    private var verdict: String {
        let verdict = report.verdict
        var lines = [
            HTMLPage.verdict(
                report.identity.scenario, style: verdict.style, word: verdict.rawValue.uppercased(),
                meaning: verdict.meaning)
        ]
        if let reason = report.partialReason {
            lines.append(Markup.element("p", [], Markup.text("Partial: \(reason)")))
        }
        lines.append(HTMLPage.list(report.subjectNotes))
        return lines.joined(separator: "\n")
    }

    private var gates: String {
        let rows = report.ranked.flatMap { subject in
            subject.gateRows.map { row in
                [
                    row.verdict.rawValue.uppercased(), row.name, subject.title, row.phase, row.observed, row.interval,
                    row.limit, row.margin, row.verdict == .pass ? "" : row.reason,
                ]
            }
        }
        guard !rows.isEmpty else {
            return HTMLPage.section(
                "Gates", "<p>There are none: the history was checked, and nothing else was asked for.</p>")
        }
        // Those that did not pass first.
        let sorted = rows.filter { $0[0] != "PASS" } + rows.filter { $0[0] == "PASS" }
        return HTMLPage.section(
            "Gates",
            Markup.table(
                ["verdict", "gate", "subject", "phase", "observed", "interval (95 %)", "limit", "margin", "why"], sorted
            ))
    }

    private var baseline: String {
        guard let comparison = report.comparison else { return "" }
        return HTMLPage.section(
            "Baseline",
            Markup.element("p", [("class", comparison.verdict.style.rawValue)], Markup.text(comparison.summary))
                + Markup.element("p", [], Markup.text(comparison.title)) + HTMLPage.list(comparison.notes)
                + ComparisonRow.table(comparison.results, reference: "baseline", candidate: "now", arm: "subject"))
    }

    private var subjects: String {
        let titles =
            ["subject", "phase", "operations", "executions"] + PhaseColumns(report).titles.map(\.title)
            + ["age p99", "memory", "verdict"]
        let rows = report.ranked.flatMap { subject -> [[String]] in
            let measured = report.isMatrix || subject.measured.count < 2 ? [] : subject.measured
            return measured.map { row(of: $0, subject, subject.verdict(of: $0)) }
                + [row(of: subject.measuredPhase, subject, subject.verdict)]
        }
        return HTMLPage.section("Subjects", Markup.table(titles, rows))
    }

    private func row(of phase: PhaseReport, _ subject: SubjectReport, _ verdict: RunVerdict?) -> [String] {
        let counts = phase.counts
        let first = [
            subject.title + (subject.title == report.best?.title ? " (best)" : ""), phase.name,
            HumanNumber.count(counts.operations), HumanNumber.count(counts.executions),
        ]
        let last = [
            HumanNumber.time(phase.metrics[.age, .p99]?.value), SubjectTable.memory(phase.growth),
            verdict?.rawValue.uppercased() ?? "",
        ]
        return first + PhaseColumns(report).cells(of: phase, subject).map(\.text) + last
    }

    // MARK: - Pictures

    private func details(within room: Int) -> String {
        var (parts, size, left): ([String], Int, Int) = ([], 0, 0)
        for subject in report.ranked {
            var blocks = [violations(of: subject)]
            blocks += subject.measured.map { phase in
                let charts = PhaseCharts(phase: phase).all.map(\.figure)
                return charts.isEmpty
                    ? ""
                    : Markup.element("h3", [], Markup.text("\(subject.title), \(phase.name)"))
                        + Markup.element("div", [("class", "charts")], charts.joined(separator: "\n"))
            }
            for block in blocks where !block.isEmpty {
                guard size + block.utf8.count <= room else {
                    left += 1
                    continue
                }
                size += block.utf8.count
                parts.append(block)
            }
        }
        if left > 0 {
            parts.append(
                "<p>\(left) more phases have pictures that would make this page too large; their figures are in the CSV "
                    + "files.</p>")
        }
        return HTMLPage.section("Phases", parts.joined(separator: "\n"))
    }

    private func violations(of subject: SubjectReport) -> String {
        guard let verification = subject.verification, verification.violationCount > 0 else { return "" }
        let total = HumanNumber.count(verification.violationCount)
        let stories = verification.firstOfEachKind.prefix(6).map { StoryChart(violation: $0).figure }
        return Markup.element("h3", [], Markup.text("\(subject.title): \(total) violations"))
            + Markup.element("p", [], Markup.text(verification.kinds))
            + Markup.element("div", [("class", "charts")], stories.joined(separator: "\n"))
    }

    // MARK: - How it was measured

    private var load: String {
        var rows: [[String]] = []
        var audits: [[String]] = []
        // Where the machine did not stall, nothing is to be told apart.
        let hasStalled = report.subjects.flatMap(\.measured).contains { $0.undisturbed != nil }
        for subject in report.subjects {
            for phase in subject.measured {
                let load = phase.load
                let hits = [phase.latencies, phase.undisturbed].map {
                    HumanNumber.time($0?.waits(.hit)?.percentile(99))
                }
                rows.append(
                    [subject.title, phase.name] + GenerationTable.cells(of: load).map(\.text)
                        + [load.stalls.map { HumanNumber.count($0.count) } ?? HumanNumber.missing]
                        + (hasStalled ? hits : []))
                audits += phase.audits.map { audit in
                    [subject.title, phase.name, audit.name, audit.passed ? "passed" : "FAILED", audit.explanation]
                }
            }
        }
        let titles =
            ["subject", "phase"] + GenerationTable.titles.map(\.title)
            + ["stalls of 10 ms"] + (hasStalled ? ["hit p99", "without stalls"] : [])
        return HTMLPage.section(
            "Load and machine",
            Markup.table(titles, rows)
                + Markup.element(
                    "details", [],
                    Markup.element("summary", [], "Whether the load was the one that the scenario declares")
                        + Markup.table(["subject", "phase", "audit", "", "what was found"], audits)))
    }

    private var run: String {
        let parts = report.parts.map { part in
            let machine = part.environment
            let build = machine.isOptimized ? "" : ", a debug build"
            return [
                "merged from",
                "\(part.identity.id), seed \(part.identity.seed), \(machine.processor), \(machine.cores) cores\(build)",
            ]
        }
        return HTMLPage.run(
            report.identity, report.environment, more: parts, scenario: report.resolvedScenario)
    }
}

extension ComparisonVerdict {
    /// How it is shown.
    var style: HTMLPage.Style {
        switch self {
        case .noRegression: .good
        case .regression: .bad
        case .inconclusive: .doubt
        }
    }
}

extension RunVerdict {
    /// How it is shown.
    fileprivate var style: HTMLPage.Style {
        switch self {
        case .pass: .good
        case .fail, .hung: .bad
        case .inconclusive, .invalid, .interrupted: .doubt
        }
    }

    /// What it means, in a few words.
    package var meaning: String {
        switch self {
        case .pass: "every promise was kept"
        case .inconclusive: "there was not enough to tell"
        case .invalid: "the measurement itself cannot be trusted"
        case .interrupted: "the run was stopped before its end"
        case .hung: "the subject stopped answering"
        case .fail: "a promise or a gate was broken, or the subject did not keep up with the rate"
        }
    }
}
