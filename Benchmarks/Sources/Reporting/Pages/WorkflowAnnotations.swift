internal import DedupVerification
internal import Evidence
package import Judging

/// What a job of GitHub Actions shows beside a commit: a line a gate that was not kept, a line a kind of violation, and a line
/// for what was wrong with the load.
///
/// The lines are workflow commands: whatever stands in a name or a reason is escaped, so that nothing in it can be one.
package struct WorkflowAnnotations {
    /// A job shows so many of each level.
    private static let limit = 10

    private let report: RunReport

    /// The annotations of a run.
    package init(_ report: RunReport) { self.report = report }

    /// The commands, a line each.
    package var lines: [String] {
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
        let all = violations + gates + load + regressions
        let shown = ["error", "warning"].flatMap { level in
            all.filter { $0.hasPrefix("::\(level) ") }.prefix(Self.limit)
        }
        guard shown.isEmpty, report.verdict != .pass else { return shown }
        return [
            Self.command(
                "warning", report.verdict.rawValue,
                report.partialReason ?? report.subjects.flatMap(\.shortfalls).first ?? "nothing was proved")
        ]
    }

    private var regressions: [String] {
        guard let comparison = report.comparison else { return [] }
        let worse = comparison.results.filter { $0.verdict == .regression }.map(ComparisonRow.init)
        return worse.map { row in
            let metric = row.result.metric
            return Self.command(
                comparison.failsRun ? "error" : "warning", "\(metric.metric.name): REGRESSION",
                "\(metric.arm), \(metric.phase): \(row.candidate), and \(row.reference) in the baseline "
                    + comparison.baseline.name)
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
