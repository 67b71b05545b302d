internal import Measurement
internal import Verification

/// One row a subject and measured phase: what a person wants to know first.
struct SubjectTable {
    private let report: RunReport

    init(_ report: RunReport) {
        self.report = report
    }

    func lines(_ palette: Palette) -> [String] {
        var table = TerminalTable([
            ("subject", .left), ("phase", .left), ("operations", .right), ("executions", .right), ("saved", .right),
            ("prevented", .right), ("violations", .right), ("hit rate", .right), ("of", .right), ("hit p50", .right),
            ("hit p99", .right), ("ops/s", .right), ("processes", .right), ("memory", .left), ("verdict", .left),
        ])
        for subject in report.subjects {
            let measured = subject.measured
            for phase in measured where measured.count > 1 { table.append(row(of: phase, subject, isTotal: false)) }
            table.append(row(of: subject.measuredPhase, subject, isTotal: true))
        }
        return table.lines(palette)
    }

    private func row(of phase: PhaseReport, _ subject: SubjectReport, isTotal: Bool) -> [TerminalTable.Cell] {
        let counts = phase.counts
        let hits = phase.latencies.waits(.hit)
        let verdict = isTotal ? subject.verdict : subject.verdict(of: phase)
        let verified = { (text: String, role: Palette.Role?) in
            TerminalTable.Cell(phase.isVerified ? text : HumanNumber.missing, role)
        }
        let processes = phase.processesSpawned.map {
            "\(HumanNumber.count($0)), saved \(HumanNumber.count(phase.processesSaved))"
        }
        return [
            .init(subject.subject), .init(phase.name), .init(HumanNumber.count(counts.operations)),
            .init(HumanNumber.count(counts.executions)), verified(HumanNumber.count(counts.duplicatesPrevented), nil),
            verified(HumanNumber.ratio(counts.preventedRatio), counts.duplicateExecutions > 0 ? .bad : nil),
            verified(HumanNumber.count(counts.violations), counts.violations > 0 ? .bad : nil),
            .init(HumanNumber.ratio(counts.repeatHitRatio)), .init(HumanNumber.ratio(counts.repeatHitCeiling)),
            .init(HumanNumber.time(hits?.percentile(50))), .init(HumanNumber.time(hits?.percentile(99))),
            .init(HumanNumber.count(phase.throughput)), .init(processes ?? ""),
            .init(Self.memory(phase.memory)), .init(verdict?.rawValue.uppercased() ?? "", verdict?.role),
        ]
    }

    static func memory(_ memory: MemoryReport?) -> String {
        guard let memory else { return "" }
        guard let slope = memory.slope else { return memory.verdict }
        return "\(memory.verdict) \(HumanNumber.plain(slope)) B/op"
    }
}
