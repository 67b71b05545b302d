internal import DedupVerification
internal import Evidence
package import Judging
internal import Measurement
internal import Wording

/// The report that a person reads: subjects, gates, and on failure the proof.
package struct TerminalReport {
    private let report: RunReport
    private let terminal: Terminal
    /// How many violations are drawn.
    private let violationLimit = 3

    /// A report in the given colours.
    package init(_ report: RunReport, terminal: Terminal) {
        self.report = report
        self.terminal = terminal
    }

    /// The text, with a line end at its end.
    package var text: String {
        var blocks = [header, subjectTable]
        if !gateLines.isEmpty { blocks.append(gateLines) }
        blocks += [edgeLines, generationLines, noteLines, violationLines, baselineLines].filter { !$0.isEmpty }
        blocks.append(verdictLines)
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    /// The last lines alone: the verdict and why.
    package var verdictText: String { verdictLines.joined(separator: "\n") + "\n" }

    private var header: [String] {
        let identity = report.identity
        let title = TerminalText.sanitised(identity.scenario)
        return [
            terminal.paint(title, .heading)
                + "  seed \(identity.seed)  commit \(identity.commit)  \(identity.startedAt)"
        ]
    }

    private var subjectTable: [String] {
        report.isMatrix ? MatrixTable(report).lines(terminal) : SubjectTable(report).lines(terminal)
    }

    private var gateLines: [String] {
        guard report.subjects.contains(where: { !$0.gates.isEmpty }) else { return [] }
        var table = TerminalTable([
            ("gate", .left), ("subject", .left), ("phase", .left), ("observed", .right), ("verdict", .left),
            ("why", .left),
        ])
        for subject in report.ranked {
            for row in subject.decisiveGateRows {
                // A matrix has many gates: only those that did not pass are of interest.
                if report.isMatrix, row.verdict == .pass { continue }
                table.append([
                    .init(row.name), .init(subject.title), .init(row.phase), .init(row.observed),
                    .init(row.verdict.rawValue.uppercased(), RunVerdict(row.verdict).role),
                    .init(row.verdict == .pass ? "" : row.reason),
                ])
            }
        }
        return table.isEmpty ? [] : table.lines(terminal)
    }

    private var noteLines: [String] {
        report.subjectNotes.map { TerminalText.sanitised($0) } + runNotes
    }

    /// What is to be known of the run as a whole.
    private var runNotes: [String] {
        var notes: [String] = []
        if report.subjects.contains(where: { $0.gates.isEmpty }) {
            notes.append("there are no gates: the history was checked, and nothing else was asked for")
        }
        if report.best != nil {
            notes.append(
                "each combination ran once: `dedupbench compare` tells whether a difference is more than chance")
        }
        if report.isMatrix, report.operationsDiffer {
            notes.append("operations differ, so combinations are sorted by executions an operation")
        }
        return notes
    }

    /// What concurrency each phase achieved. A matrix has too many phases; they are in `metrics.csv`.
    private var generationLines: [String] {
        report.isMatrix ? [] : GenerationTable(report).lines(terminal)
    }

    /// What herds met that came at an event; a matrix has too many phases for that, too.
    private var edgeLines: [String] {
        report.isMatrix ? [] : EdgeTable(report).lines(terminal)
    }

    private var violationLines: [String] {
        var lines: [String] = []
        for subject in report.ranked {
            guard let verification = subject.verification, verification.violationCount > 0 else { continue }
            let shown = verification.firstOfEachKind.prefix(violationLimit)
            let total = HumanNumber.count(verification.violationCount)
            lines.append(
                terminal.paint(
                    TerminalText.sanitised("\(subject.title): \(total) violations: \(verification.kinds)"), .bad))
            for violation in shown {
                lines.append(TerminalText.sanitisedLines("\(violation.kind.rawValue): \(violation.description)"))
            }
        }
        return lines
    }

    private var baselineLines: [String] {
        guard let comparison = report.comparison else { return [] }
        var table = TerminalTable([
            ("subject", .left), ("phase", .left), ("metric", .left), ("baseline", .right), ("now", .right),
            ("worse by", .right), ("95 %", .left), ("verdict", .left),
        ])
        for row in comparison.results.map(ComparisonRow.init) {
            // A matrix has many figures: only those that are not as good as before are of interest.
            if report.isMatrix, row.result.verdict == .noRegression { continue }
            let metric = row.result.metric
            table.append([
                .init(metric.arm), .init(metric.phase), .init(metric.metric.name), .init(row.reference),
                .init(row.candidate), .init(row.worsening), .init(row.interval),
                .init(row.result.verdict.rawValue, row.result.verdict.role),
            ])
        }
        let title = TerminalText.sanitised(comparison.title)
        return [title] + (table.isEmpty ? [] : table.lines(terminal))
            + comparison.remarks.map { TerminalText.sanitised($0) }
    }

    private var verdictLines: [String] {
        let verdict = report.verdict
        var line = terminal.paint(verdict.rawValue.uppercased(), verdict.role)
        if let reason = report.partialReason { line += "  PARTIAL: " + TerminalText.sanitised(reason) }
        if let comparison = report.comparison {
            line += "\n" + terminal.paint(TerminalText.sanitised(comparison.summary), comparison.verdict.role)
        }
        return [line, "again: " + TerminalText.sanitised(report.identity.replay)]
    }
}

extension VerificationResult {
    /// How many there are of each kind, the most frequent first.
    var kinds: String {
        violationsByKind.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\(HumanNumber.count($0.value)) \($0.key.rawValue)" }.joined(separator: ", ")
    }

    /// One violation of each kind, in the order of the kinds' first appearance.
    var firstOfEachKind: [Violation] {
        var seen: Set<ViolationKind> = []
        return violations.filter { seen.insert($0.kind).inserted }
    }
}

extension RunVerdict {
    /// How the verdict is painted.
    var role: Terminal.Role {
        switch self {
        case .pass: .good
        case .fail, .hung: .bad
        case .inconclusive, .invalid, .interrupted: .doubtful
        }
    }
}
