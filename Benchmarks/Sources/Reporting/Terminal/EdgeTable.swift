internal import Evidence
internal import Judging
internal import Wording

/// One row a phase whose herds came at an event: how many came, and whether anything was wrong, and when.
struct EdgeTable {
    private let report: RunReport

    init(_ report: RunReport) {
        self.report = report
    }

    /// Nothing when no phase has an edge.
    func lines(_ terminal: Terminal) -> [String] {
        var table = TerminalTable([
            ("subject", .left), ("phase", .left), ("herds at the", .left), ("swept", .right), ("herds", .right),
            ("outside", .right), ("missed", .right), ("executions before", .right), ("after", .right),
            ("extra", .right), ("violations", .right), ("when", .left),
        ])
        for subject in report.subjects {
            for phase in subject.measured {
                guard let edge = phase.edge else { continue }
                table.append([.init(subject.subject), .init(phase.name)] + Self.cells(of: edge))
            }
        }
        return table.isEmpty ? [] : table.lines(terminal)
    }

    private static func cells(of edge: EdgeEvidence) -> [TerminalTable.Cell] {
        let total = edge.total
        let (before, after) = (edge.sum { $0.high <= 0 }, edge.sum { $0.low >= 0 })
        return [
            .init(edge.event), .init("±" + HumanNumber.time(Double(total.high))), .init(HumanNumber.count(total.herds)),
            .init(HumanNumber.count(edge.outside)), .init(HumanNumber.count(edge.missed)),
            .init(HumanNumber.plain(before.executionsPerHerd)), .init(HumanNumber.plain(after.executionsPerHerd)),
            .init(HumanNumber.count(total.duplicates), total.duplicates > 0 ? .bad : nil),
            .init(HumanNumber.count(total.violations), total.violations > 0 ? .bad : nil), .init(edge.trouble),
        ]
    }
}

extension EdgeEvidence {
    /// When the herds came that met a violation: from the first to the last of them, and a curve of how many.
    fileprivate var trouble: String {
        let bad = steps.filter { $0.violations > 0 }
        guard let first = bad.first, let last = bad.last else { return "" }
        let curve = Sparkline.text(steps.map { Double($0.violations) }, from: 0)
        return "from \(HumanNumber.time(Double(first.low))) to \(HumanNumber.time(Double(last.high)))  \(curve)"
    }
}
