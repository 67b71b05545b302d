internal import DedupVerification
internal import Evidence
internal import Judging
internal import Measurement
internal import Wording

/// One row a subject and measured phase: what a person wants to know first.
struct SubjectTable {
    private let report: RunReport
    private let columns: PhaseColumns

    init(_ report: RunReport) {
        self.report = report
        columns = PhaseColumns(report)
    }

    func lines(_ terminal: Terminal) -> [String] {
        var table = TerminalTable(
            [
                ("subject", .left), ("phase", .left), ("operations", .right), ("executions", .right),
                ("saved", .right),
            ] + columns.titles + [("processes", .right), ("memory", .left), ("verdict", .left)])
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
        return first + columns.cells(of: phase, subject) + last
    }

    static func memory(_ growth: GrowthReport?) -> String {
        guard let growth else { return "" }
        guard let slope = growth.slope else { return growth.verdict.rawValue }
        return "\(growth.verdict.rawValue) \(HumanNumber.plain(slope)) B/op"
    }
}

/// The columns that say of a phase how much was prevented, served and answered how fast: the same in every table.
struct PhaseColumns {
    private let report: RunReport

    init(_ report: RunReport) { self.report = report }

    /// Their titles, and the sides of their blanks. Where the floor of the harness was measured, it stands beside the times.
    var titles: [(title: String, alignment: TerminalTable.Alignment)] {
        let titles =
            ["prevented", "violations", "hit rate", "of", "hit p50"] + (report.hasFloor ? ["floor"] : [])
            + ["hit p99", "ops/s"]
        return titles.map { ($0, .right) }
    }

    /// Their cells.
    func cells(of phase: PhaseReport, _ subject: SubjectReport) -> [TerminalTable.Cell] {
        let counts = phase.counts
        let hits = phase.latencies.waits(.hit)
        let floor = report.floor(of: phase, subject)?.percentile(50)
        let floors: [TerminalTable.Cell] = report.hasFloor ? [.init(HumanNumber.time(floor))] : []
        let before: [TerminalTable.Cell] = [
            Self.verified(phase, HumanNumber.ratio(counts.preventedRatio), isBad: counts.duplicateExecutions > 0),
            Self.verified(phase, HumanNumber.count(counts.violations), isBad: counts.violations > 0),
            .init(HumanNumber.ratio(counts.repeatHitRatio)), .init(HumanNumber.ratio(counts.tightestHitCeiling)),
            .init(HumanNumber.time(hits?.percentile(50))),
        ]
        return before + floors + [
            .init(HumanNumber.time(hits?.percentile(99))), .init(HumanNumber.count(phase.throughput)),
        ]
    }

    /// A figure of the checker, which is missing where there was none.
    static func verified(_ phase: PhaseReport, _ text: String, isBad: Bool = false) -> TerminalTable.Cell {
        TerminalTable.Cell(phase.isVerified ? text : HumanNumber.missing, isBad ? .bad : nil)
    }
}
