internal import DedupVerification
internal import Evidence
internal import Judging
internal import Measurement
internal import Wording

/// One row a subject and measured phase: what a person wants to know first.
struct SubjectTable {
    private let report: RunReport

    init(_ report: RunReport) {
        self.report = report
    }

    func lines(_ terminal: Terminal) -> [String] {
        var table = TerminalTable(
            [
                ("subject", .left), ("phase", .left), ("operations", .right), ("executions", .right),
                ("saved", .right),
            ] + PhaseColumns.titles + [("processes", .right), ("memory", .left), ("verdict", .left)])
        for subject in report.subjects {
            let measured = subject.measured
            for phase in measured where measured.count > 1 { table.append(row(of: phase, subject, isTotal: false)) }
            table.append(row(of: subject.measuredPhase, subject, isTotal: true))
        }
        return table.lines(terminal)
    }

    private func row(of phase: PhaseReport, _ subject: SubjectReport, isTotal: Bool) -> [TerminalTable.Cell] {
        let counts = phase.counts
        let verdict = isTotal ? subject.verdict : subject.verdict(of: phase)
        let processes = phase.processesSpawned.map {
            "\(HumanNumber.count($0)), saved \(HumanNumber.count(phase.processesSaved))"
        }
        let first: [TerminalTable.Cell] = [
            .init(subject.subject), .init(phase.name), .init(HumanNumber.count(counts.operations)),
            .init(HumanNumber.count(counts.executions)),
            PhaseColumns.verified(phase, HumanNumber.count(counts.duplicatesPrevented)),
        ]
        let last: [TerminalTable.Cell] = [
            .init(processes ?? ""), .init(Self.memory(phase.growth)),
            .init(verdict?.rawValue.uppercased() ?? "", verdict?.role),
        ]
        return first + PhaseColumns.cells(of: phase) + last
    }

    static func memory(_ growth: GrowthReport?) -> String {
        guard let growth else { return "" }
        guard let slope = growth.slope else { return growth.verdict.rawValue }
        return "\(growth.verdict.rawValue) \(HumanNumber.plain(slope)) B/op"
    }
}

/// The columns that say of a phase how much was prevented, served and answered how fast: the same in every table.
enum PhaseColumns {
    /// Their titles, and the sides of their blanks.
    static let titles: [(title: String, alignment: TerminalTable.Alignment)] = [
        ("prevented", .right), ("violations", .right), ("hit rate", .right), ("of", .right), ("hit p50", .right),
        ("hit p99", .right), ("ops/s", .right),
    ]

    /// Their cells.
    static func cells(of phase: PhaseReport) -> [TerminalTable.Cell] {
        let counts = phase.counts
        let hits = phase.latencies.waits(.hit)
        return [
            verified(phase, HumanNumber.ratio(counts.preventedRatio), isBad: counts.duplicateExecutions > 0),
            verified(phase, HumanNumber.count(counts.violations), isBad: counts.violations > 0),
            .init(HumanNumber.ratio(counts.repeatHitRatio)), .init(HumanNumber.ratio(counts.tightestHitCeiling)),
            .init(HumanNumber.time(hits?.percentile(50))), .init(HumanNumber.time(hits?.percentile(99))),
            .init(HumanNumber.count(phase.throughput)),
        ]
    }

    /// A figure of the checker, which is missing where there was none.
    static func verified(_ phase: PhaseReport, _ text: String, isBad: Bool = false) -> TerminalTable.Cell {
        TerminalTable.Cell(phase.isVerified ? text : HumanNumber.missing, isBad ? .bad : nil)
    }
}
