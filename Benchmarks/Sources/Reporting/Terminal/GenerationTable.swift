/// One row a subject and measured phase: how much happened at once, and what the machine did meanwhile.
struct GenerationTable {
    private let report: RunReport

    init(_ report: RunReport) {
        self.report = report
    }

    /// Nothing when no phase tells how its load was generated.
    func lines(_ terminal: Terminal) -> [String] {
        var table = TerminalTable([
            ("subject", .left), ("phase", .left), ("clients", .right), ("workers", .right), ("calls open", .right),
            ("at most", .right), ("overlapped", .right), ("herds met", .right), ("backlogged", .right),
            ("longest stall", .right), ("others used", .right),
        ])
        for subject in report.subjects {
            for phase in subject.measured {
                guard let generation = phase.generation else { continue }
                table.append([.init(subject.subject), .init(phase.name)] + cells(of: generation))
            }
        }
        return table.isEmpty ? [] : table.lines(terminal)
    }

    private func cells(of generation: GenerationReport) -> [TerminalTable.Cell] {
        let herds = generation.herds.map {
            "\(HumanNumber.count(generation.overlappingHerds)) of \(HumanNumber.count($0))"
        }
        let others = generation.foreignProcessors.map { "\(HumanNumber.plain($0)) of \(generation.processors)" }
        return [
            .init(HumanNumber.count(generation.clients)), .init(HumanNumber.count(generation.workers)),
            .init(HumanNumber.plain(generation.meanConcurrency)),
            .init(HumanNumber.count(generation.maximumConcurrency)),
            .init(HumanNumber.count(generation.overlappingDuplicates)), .init(herds ?? ""),
            .init(HumanNumber.count(generation.backlogged)), .init(HumanNumber.time(generation.longestHiccup)),
            .init(others ?? "", generation.disturbance == nil ? nil : .doubtful),
        ]
    }
}
