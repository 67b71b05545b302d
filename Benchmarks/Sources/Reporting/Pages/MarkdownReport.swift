internal import DedupVerification
internal import Evidence
internal import Foundation
package import Judging
internal import Measurement
internal import Wording

/// `report.md`: the run in as few lines as a comment or the summary of a job has room for.
package struct MarkdownReport {
    private let report: RunReport

    /// A report about a run.
    package init(_ report: RunReport) { self.report = report }

    /// The text. Its first line is a comment by which an earlier one can be found and replaced.
    package var text: String {
        let title = Markdown.inline(report.identity.scenario)
        var lines = [
            Markdown.mark(report.identity.scenario), "### \(title): \(mark) \(report.verdict.rawValue.uppercased())",
        ]
        if let reason = report.partialReason { lines += ["", Markdown.inline("Partial: \(reason)")] }
        lines.append("")
        lines += Markdown.table(
            [
                "subject", "phase", "executions", "prevented", "hit rate", "hit p50", "hit p99", "calls over time",
                "verdict",
            ],
            report.ranked.flatMap(rows))
        let open = report.ranked.flatMap { subject in subject.decisiveGateRows.filter { $0.verdict != .pass } }
        if !open.isEmpty {
            lines.append("")
            lines += Markdown.table(
                ["gate", "subject", "phase", "observed", "limit", "verdict", "why"],
                open.map {
                    [
                        $0.name, $0.subject.title, $0.phase, $0.observed, $0.limit, $0.verdict.rawValue.uppercased(),
                        $0.reason,
                    ]
                })
        }
        if let comparison = report.comparison { lines += baseline(comparison) }
        let notes = report.subjectNotes
        if !notes.isEmpty { lines += [""] + notes.map { "- \(Markdown.inline($0))" } }
        let kept = report.ranked.flatMap(\.decisiveGateRows).count { $0.verdict == .pass }
        lines += [
            "",
            "Gates kept: \(kept). Commit \(Markdown.inline(report.identity.commit)), seed \(report.identity.seed), "
                + "\(Markdown.inline(report.environment.processor)).",
        ]
        lines += Markdown.command(report.identity.replay)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the run came to against its baseline: the figures that are not as good as before. Those that nothing was said of
    /// are folded away.
    private func baseline(_ comparison: BaselineComparison) -> [String] {
        let titles = ["metric", "subject", "phase", "baseline", "now", "worse by", "95 %", "verdict"]
        let rows = { (verdict: ComparisonVerdict) in
            comparison.results.filter { $0.verdict == verdict }.map(ComparisonRow.init).map { row in
                let metric = row.result.metric
                return [
                    metric.metric.name, metric.arm, metric.phase, row.reference, row.candidate, row.worsening,
                    row.interval, verdict.rawValue,
                ]
            }
        }
        var lines = ["", "**\(Markdown.inline(comparison.summary))**"]
        let (worse, open): ([[String]], [[String]]) = (rows(.regression), rows(.inconclusive))
        if !worse.isEmpty { lines += [""] + Markdown.table(titles, worse) }
        if !open.isEmpty {
            lines += ["", "<details><summary>Inconclusive: \(open.count)</summary>", ""] + Markdown.table(titles, open)
            lines += ["", "</details>"]
        }
        return lines + (comparison.remarks.isEmpty ? [] : [""]) + comparison.remarks.map { "- \(Markdown.inline($0))" }
    }

    private var mark: String {
        switch report.verdict {
        case .pass: "✅"
        case .fail, .hung: "❌"
        case .inconclusive, .invalid, .interrupted: "⚠️"
        }
    }

    private func rows(of subject: SubjectReport) -> [[String]] {
        let phases = report.isMatrix ? [subject.measuredPhase] : subject.measured
        return phases.map { phase in
            let hits = phase.latencies.waits(.hit)
            let verdict = report.isMatrix ? subject.verdict : subject.verdict(of: phase)
            return [
                subject.title, phase.name, HumanNumber.count(phase.counts.executions),
                phase.isVerified ? HumanNumber.ratio(phase.counts.preventedRatio) : HumanNumber.missing,
                HumanNumber.ratio(phase.counts.repeatHitRatio), HumanNumber.time(hits?.percentile(50)),
                HumanNumber.time(hits?.percentile(99)), Self.sparkline(phase), verdict?.rawValue.uppercased() ?? "",
            ]
        }
    }

    /// Calls a second over the phase, from none up.
    private static func sparkline(_ phase: PhaseReport) -> String {
        Sparkline.text(phase.series.filter { $0.metric == "throughput" }.map(\.value), from: 0)
    }
}
