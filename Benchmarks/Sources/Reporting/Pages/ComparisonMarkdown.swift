internal import Evidence
internal import Judging
internal import Measurement

/// `report.md` of a comparison: for a pull request against its base, say.
package struct ComparisonMarkdown {
    private let report: ComparisonReport

    /// A text about a comparison.
    package init(_ report: ComparisonReport) { self.report = report }

    /// The text. Its first line is a comment by which an earlier one can be found and replaced.
    package var text: String {
        let scenario = report.identity.scenario
        var lines = [
            Markdown.mark("compare \(scenario)"),
            "### \(Markdown.inline(scenario)): \(mark) \(report.headline)", "",
            "Held against \(Markdown.inline(report.reference)), \(report.rounds) rounds: their median, and the ratio within rounds.",
            "",
        ]
        lines += Markdown.table(
            ["arm", "phase", "metric", "reference", "arm's", "worse by", "95 %", "matters from", "verdict", "why"],
            report.results.map(ComparisonRow.init).map { row in
                let metric = row.result.metric
                return [
                    metric.arm, metric.phase, metric.metric.name, row.reference, row.candidate, row.worsening,
                    row.interval, row.threshold, row.result.verdict.rawValue, row.result.reason ?? "",
                ]
            })
        if !report.best.isEmpty { lines += [""] + report.bestLines.map { "- \(Markdown.inline($0))" } }
        if !report.doubts.isEmpty { lines += [""] + report.doubts.map { "- \(Markdown.inline($0))" } }
        lines += [
            "", "Seed \(report.identity.seed), \(Markdown.inline(report.environment.processor)).",
        ]
        return (lines + Markdown.command(report.identity.replay)).joined(separator: "\n") + "\n"
    }

    private var mark: String {
        switch report.exitCode {
        case 0: "✅"
        case 75: "⚠️"
        default: "❌"
        }
    }
}
