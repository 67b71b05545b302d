internal import Evidence
internal import Judging
internal import Wording

/// One row a subject and measured phase: how much happened at once, and what the machine did meanwhile.
struct GenerationTable {
    private let report: RunReport

    init(_ report: RunReport) {
        self.report = report
    }

    /// Nothing when no phase was measured.
    func lines(_ terminal: Terminal) -> [String] {
        var table = TerminalTable([("subject", .left), ("phase", .left)] + Self.titles)
        for subject in report.subjects {
            for phase in subject.measured {
                table.append([.init(subject.subject), .init(phase.name)] + Self.cells(of: phase.load))
            }
        }
        return table.isEmpty ? [] : table.lines(terminal)
    }

    /// The titles of what is said of a load, and the sides of their blanks.
    static let titles: [(title: String, alignment: TerminalTable.Alignment)] = [
        ("clients", .right), ("workers", .right), ("calls open", .right), ("at most", .right), ("overlapped", .right),
        ("herds met", .right), ("backlogged", .right), ("longest stall", .right), ("others used", .right),
    ]

    /// What is said of a load.
    static func cells(of load: LoadEvidence) -> [TerminalTable.Cell] {
        let herds = load.herds.map { "\(HumanNumber.count($0.overlapping)) of \(HumanNumber.count($0.released))" }
        let others = load.foreignProcessors.map { "\(HumanNumber.plain($0)) of \(load.processors)" }
        return [
            .init(HumanNumber.count(load.clients)), .init(HumanNumber.count(load.workers)),
            .init(HumanNumber.plain(load.meanConcurrency)), .init(HumanNumber.count(load.maximumConcurrency)),
            .init(HumanNumber.count(load.overlappingDuplicates)), .init(herds ?? ""),
            .init(HumanNumber.count(load.backlogged)), .init(HumanNumber.time(load.longestStall)),
            .init(others ?? "", load.disturbance == nil ? nil : .doubtful),
        ]
    }
}
