internal import DedupVerification
internal import Evidence
internal import Judging
internal import Measurement
internal import Wording

/// One row a combination of the matrix: those that passed first, fewest executions first, the best marked where it is surely one.
struct MatrixTable {
    private let report: RunReport

    init(_ report: RunReport) {
        self.report = report
    }

    func lines(_ terminal: Terminal) -> [String] {
        let parameters = report.strategyParameters
        let left: [(title: String, alignment: TerminalTable.Alignment)] = [("", .left), ("subject", .left)]
        let first: [(title: String, alignment: TerminalTable.Alignment)] = [
            ("executions", .right), ("operations", .right),
        ]
        let right =
            first + PhaseColumns(report).titles + [
                ("age p50", .right), ("age p99", .right), ("memory", .left), ("verdict", .left),
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
        return table.lines(terminal)
    }

    private func cells(of subject: SubjectReport) -> [TerminalTable.Cell] {
        let counts = subject.total.counts
        let verdict = subject.verdict
        let first: [TerminalTable.Cell] = [
            .init(HumanNumber.count(counts.executions)), .init(HumanNumber.count(counts.operations)),
        ]
        // Beside the hit rate, because a longer time to live buys it with older results.
        let metrics = subject.total.metrics
        let last: [TerminalTable.Cell] = [
            .init(HumanNumber.time(metrics[.age, .p50]?.value)), .init(HumanNumber.time(metrics[.age, .p99]?.value)),
            .init(SubjectTable.memory(subject.growth)), .init(verdict.rawValue.uppercased(), verdict.role),
        ]
        return first + PhaseColumns(report).cells(of: subject.total, subject) + last
    }
}
