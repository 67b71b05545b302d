internal import Measurement
internal import Verification

/// One row a combination of the matrix: those that passed first, fewest executions first, the best marked.
struct MatrixTable {
    private let report: RunReport

    init(_ report: RunReport) {
        self.report = report
    }

    func lines(_ palette: Palette) -> [String] {
        let parameters = report.strategyParameters
        let left: [(title: String, alignment: TerminalTable.Alignment)] = [("", .left), ("subject", .left)]
        let right: [(title: String, alignment: TerminalTable.Alignment)] = [
            ("executions", .right), ("operations", .right), ("prevented", .right), ("violations", .right),
            ("hit rate", .right), ("of", .right), ("hit p50", .right), ("hit p99", .right), ("ops/s", .right),
            ("memory", .left), ("verdict", .left),
        ]
        var table = TerminalTable(left + parameters.map { ($0, .left) } + right)
        let best = report.best?.title
        for subject in report.ranked {
            let values = parameters.map { parameter in
                subject.strategy.first { $0.parameter == parameter }?.value ?? ""
            }
            let mark = subject.title == best ? TerminalTable.Cell("best", .good) : TerminalTable.Cell("")
            table.append([mark, .init(subject.subject)] + values.map { .init($0) } + cells(of: subject))
        }
        return table.lines(palette)
    }

    private func cells(of subject: SubjectReport) -> [TerminalTable.Cell] {
        let phase = subject.total
        let counts = phase.counts
        let hits = phase.latencies.waits(.hit)
        let verdict = subject.verdict
        let verified = { (text: String, role: Palette.Role?) in
            TerminalTable.Cell(phase.isVerified ? text : HumanNumber.missing, role)
        }
        return [
            .init(HumanNumber.count(counts.executions)), .init(HumanNumber.count(counts.operations)),
            verified(HumanNumber.ratio(counts.preventedRatio), counts.duplicateExecutions > 0 ? .bad : nil),
            verified(HumanNumber.count(counts.violations), counts.violations > 0 ? .bad : nil),
            .init(HumanNumber.ratio(counts.repeatHitRatio)), .init(HumanNumber.ratio(counts.repeatHitCeiling)),
            .init(HumanNumber.time(hits?.percentile(50))), .init(HumanNumber.time(hits?.percentile(99))),
            .init(HumanNumber.count(phase.throughput)), .init(SubjectTable.memory(subject.memory)),
            .init(verdict.rawValue.uppercased(), verdict.role),
        ]
    }
}
