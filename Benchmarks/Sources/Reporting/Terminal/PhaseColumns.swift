internal import DedupVerification
internal import Measurement

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
            .init(HumanNumber.ratio(counts.repeatHitRatio)), .init(HumanNumber.ratio(counts.repeatHitCeiling)),
            .init(HumanNumber.time(hits?.percentile(50))), .init(HumanNumber.time(hits?.percentile(99))),
            .init(HumanNumber.count(phase.throughput)),
        ]
    }

    /// A figure of the checker, which is missing where there was none.
    static func verified(_ phase: PhaseReport, _ text: String, isBad: Bool = false) -> TerminalTable.Cell {
        TerminalTable.Cell(phase.isVerified ? text : HumanNumber.missing, isBad ? .bad : nil)
    }
}
