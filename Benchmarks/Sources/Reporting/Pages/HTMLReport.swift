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
        let title = "\(report.identity.scenario): \(report.verdict.rawValue.uppercased())"
        let head = [
            "<meta charset=\"utf-8\"/>",
            "<meta http-equiv=\"Content-Security-Policy\" content=\"\(Markup.text(PageStyle.policy))\"/>",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>",
            Markup.element("title", [], Markup.text(title)), "<style>\(PageStyle.css)</style>",
        ]
        let before = [verdict, gates, baseline, subjects].joined(separator: "\n")
        let after = [load, run].joined(separator: "\n")
        let room = Self.limit - before.utf8.count - after.utf8.count
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            \(head.joined(separator: "\n"))
            </head>
            <body>
            \(before)
            \(details(within: room))
            \(after)
            </body>
            </html>

            """
    }

    private func section(_ title: String, _ content: String) -> String {
        content.isEmpty
            ? "" : Markup.element("section", [], Markup.element("h2", [], Markup.text(title)) + "\n" + content)
    }

    // MARK: - What it came to

    private var verdict: String {
        let verdict = report.verdict
        let mark =
            switch verdict {
            case .pass: "✔"
            case .fail, .hung: "✘"
            case .inconclusive, .invalid, .interrupted: "?"
            }
        var lines = [
            Markup.element("h1", [], Markup.text(report.identity.scenario)),
            Markup.element(
                "p", [("class", "verdict \(verdict.style)")],
                "\(mark) " + Markup.element("strong", [], verdict.rawValue.uppercased()) + " "
                    + Markup.text(verdict.meaning)),
        ]
        if let reason = report.partialReason {
            lines.append(Markup.element("p", [], Markup.text("Partial: \(reason)")))
        }
        let notes = report.subjectNotes
        if !notes.isEmpty {
            lines.append(
                Markup.element(
                    "ul", [], notes.map { Markup.element("li", [], Markup.text($0)) }.joined(separator: "\n")))
        }
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
            return section("Gates", "<p>There are none: the history was checked, and nothing else was asked for.</p>")
        }
        // Those that did not pass first.
        let sorted = rows.filter { $0[0] != "PASS" } + rows.filter { $0[0] == "PASS" }
        return section(
            "Gates",
            Markup.table(
                ["verdict", "gate", "subject", "phase", "observed", "interval (95 %)", "limit", "margin", "why"], sorted
            ))
    }

    private var baseline: String {
        guard let comparison = report.comparison else { return "" }
        let rows = comparison.results.map(ComparisonRow.init).map { row in
            let metric = row.result.metric
            return [
                row.result.verdict.rawValue, metric.metric.name, metric.arm, metric.phase, row.reference, row.candidate,
                row.worsening, row.interval, row.threshold, row.result.reason ?? "",
            ]
        }
        // Those that regressed first, then those that nothing can be said of.
        let order: [ComparisonVerdict] = [.regression, .inconclusive, .noRegression]
        let sorted = order.flatMap { verdict in rows.filter { $0[0] == verdict.rawValue } }
        let notes = comparison.notes.map { Markup.element("li", [], Markup.text($0)) }.joined(separator: "\n")
        return section(
            "Baseline",
            Markup.element("p", [("class", comparison.verdict.style)], Markup.text(comparison.summary))
                + Markup.element("p", [], Markup.text(comparison.title))
                + (notes.isEmpty ? "" : Markup.element("ul", [], notes))
                + (sorted.isEmpty
                    ? ""
                    : Markup.table(
                        [
                            "verdict", "metric", "subject", "phase", "baseline", "now", "worse by", "95 %",
                            "matters from", "why",
                        ], sorted)))
    }

    private var subjects: String {
        let titles =
            ["subject", "phase", "operations", "executions"] + PhaseColumns.titles.map(\.title)
            + ["age p99", "memory", "verdict"]
        let rows = report.ranked.flatMap { subject -> [[String]] in
            let measured = report.isMatrix || subject.measured.count < 2 ? [] : subject.measured
            return measured.map { row(of: $0, subject, subject.verdict(of: $0)) }
                + [row(of: subject.measuredPhase, subject, subject.verdict)]
        }
        return section("Subjects", Markup.table(titles, rows))
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
        return first + PhaseColumns.cells(of: phase).map(\.text) + last
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
        return section("Phases", parts.joined(separator: "\n"))
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
        for subject in report.subjects {
            for phase in subject.measured {
                let load = phase.load
                rows.append(
                    [subject.title, phase.name] + GenerationTable.cells(of: load).map(\.text)
                        + [load.stalls.map { HumanNumber.count($0.count) } ?? HumanNumber.missing])
                audits += load.audits.map { audit in
                    [subject.title, phase.name, audit.name, audit.passed ? "passed" : "FAILED", audit.explanation]
                }
            }
        }
        let titles = ["subject", "phase"] + GenerationTable.titles.map(\.title) + ["stalls of 10 ms"]
        return section(
            "Load and machine",
            Markup.table(titles, rows)
                + Markup.element(
                    "details", [],
                    Markup.element("summary", [], "Whether the load was the one that the scenario declares")
                        + Markup.table(["subject", "phase", "audit", "", "what was found"], audits)))
    }

    private var run: String {
        let identity = report.identity
        let machine = report.environment
        var rows = [
            ["run", identity.id], ["started", identity.startedAt], ["seed", "\(identity.seed)"],
            ["commit", identity.commit], ["processor", "\(machine.processor), \(machine.cores) cores"],
            ["memory", HumanNumber.bytes(Double(machine.memoryBytes))],
            ["system", "\(machine.operatingSystem), \(machine.kernel)"],
            ["Swift", machine.swiftVersion + (machine.isOptimized ? "" : ", a debug build: its times say little")],
            ["jemalloc", machine.jemallocVersion ?? "none"],
            ["load average", machine.loadAverage.map { "\($0)" }.joined(separator: " ")],
        ]
        rows += report.parts.map { part in
            let machine = part.environment
            let build = machine.isOptimized ? "" : ", a debug build"
            return [
                "merged from",
                "\(part.identity.id), seed \(part.identity.seed), \(machine.processor), \(machine.cores) cores\(build)",
            ]
        }
        return section(
            "The run",
            Markup.table(["what", "which"], rows) + Markup.element("p", [], "Again:")
                + Markup.element("pre", [], Markup.text(identity.replay))
                + Markup.element(
                    "details", [],
                    Markup.element("summary", [], "Scenario")
                        + Markup.element("pre", [], Markup.text(report.resolvedScenario))))
    }
}

extension ComparisonVerdict {
    /// The class of its colour.
    fileprivate var style: String {
        switch self {
        case .noRegression: "good"
        case .regression: "bad"
        case .inconclusive: "doubt"
        }
    }
}

extension RunVerdict {
    /// The class of its colour.
    fileprivate var style: String {
        switch self {
        case .pass: "good"
        case .fail, .hung: "bad"
        case .inconclusive, .invalid, .interrupted: "doubt"
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
        case .fail: "a promise was broken"
        }
    }
}
