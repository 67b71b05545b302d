internal import DedupVerification
internal import Evidence
package import Judging

/// What a job of GitHub Actions shows beside a commit: a line a gate that was not kept, a line a kind of violation, a line a regression,
/// and a line for what was wrong with the load.
///
/// The lines are workflow commands: whatever stands in a name or a reason is escaped, so that nothing in it can be one.
package struct WorkflowAnnotations {
    /// A job shows so many of each level.
    private static let limit = 10

    /// The commands, a line each.
    package let lines: [String]

    /// The annotations of a run.
    package init(_ report: RunReport) {
        let violations = report.ranked.flatMap { subject in
            (subject.verification?.firstOfEachKind ?? []).map { violation in
                Self.command("error", "\(subject.title): \(violation.kind.rawValue)", violation.explanation)
            }
        }
        let gates = report.ranked.flatMap(\.decisiveGateRows).filter { $0.verdict != .pass }.map { row in
            Self.command(
                row.verdict == .fail ? "error" : "warning", "\(row.name): \(row.verdict.rawValue)",
                "\(row.subject.title), \(row.phase): \(row.reason)")
        }
        let load = report.ranked.flatMap { subject in
            subject.overload.map { Self.command("error", "\(subject.title): overload", $0) }
                + subject.invalidity.map { Self.command("warning", "\(subject.title): invalid", $0) }
        }
        let regressions = report.comparison.map { comparison in
            Self.regressions(
                comparison.results, comparison.failsRun ? "error" : "warning",
                of: "in the baseline \(comparison.baseline.name)")
        }
        lines = Self.shown(
            violations + gates + load + (regressions ?? []),
            otherwise: report.verdict == .pass
                ? nil
                : Self.command(
                    "warning", report.verdict.rawValue,
                    report.partialReason ?? report.subjects.flatMap(\.shortfalls).first ?? "nothing was proved"))
    }

    /// The annotations of a comparison.
    package init(_ report: ComparisonReport) {
        let isBroken = [.fail, .hung].contains(report.arms)
        let doubts = report.doubts.map {
            Self.command(isBroken ? "error" : "warning", "compare: \(report.arms.rawValue)", $0)
        }
        lines = Self.shown(
            Self.regressions(report.results, "error", of: "of \(report.reference)")
                + (report.arms == .pass ? [] : doubts),
            otherwise: report.exitCode == 0
                ? nil
                : Self.command(
                    "warning", "compare: \(report.headline)", "nothing can be said, or not yet: run more rounds"))
    }

    /// As many of each level as a job shows; another line where there are none.
    private static func shown(_ all: [String], otherwise line: String?) -> [String] {
        let shown = ["error", "warning"].flatMap { level in
            all.filter { $0.hasPrefix("::\(level) ") }.prefix(limit)
        }
        return shown.isEmpty ? [line].compactMap(\.self) : shown
    }

    private static func regressions(_ results: [ComparisonResult], _ level: String, of reference: String) -> [String] {
        results.filter { $0.verdict == .regression }.map(ComparisonRow.init).map { row in
            let metric = row.result.metric
            return command(
                level, "\(metric.metric.name): REGRESSION",
                "\(metric.arm), \(metric.phase): \(row.candidate), and \(row.reference) \(reference)")
        }
    }

    private static func command(_ level: String, _ title: String, _ message: String) -> String {
        let property = escaped(title, ":,")
        return "::\(level) title=dedupbench%2C \(property)::\(escaped(message))"
    }

    /// Scalar by scalar: a carriage return and a line feed are one character.
    private static func escaped(_ text: String, _ more: String = "") -> String {
        let special = Set("%\r\n\(more)".unicodeScalars)
        return text.unicodeScalars.map { scalar in
            guard special.contains(scalar) else { return String(scalar) }
            let hex = String(scalar.value, radix: 16, uppercase: true)
            return "%" + (hex.count < 2 ? "0" + hex : hex)
        }.joined()
    }
}
