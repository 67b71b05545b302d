internal import Measurement
internal import Reporting
internal import Wording

/// Counted instructions, beside those of an earlier build where there is one.
struct InstructionReport {
    let counts: [InstructionCount]
    let earlier: RecordFile<InstructionCount>?
    /// By how much an operation may take more: 0.01 is 1 %.
    let limit: Double
    /// What was asked to be counted; nil for everything.
    let filter: String?

    /// What one operation came to.
    struct Row {
        let now: InstructionCount
        let before: Double?
        let limit: Double

        /// How many times more it is.
        var ratio: Double? { before.map { now.perOperation / $0 } }

        var isWorse: Bool { ratio.map { $0 > 1 + limit } ?? false }
    }

    var rows: [Row] {
        counts.map { count in
            let before = earlier?.rows.first { $0.name == count.name }?.perOperation
            return Row(now: count, before: before, limit: limit)
        }
    }

    /// 2 where an operation takes more than it may, 75 where the baseline has none of them.
    var exitCode: Int32 {
        if rows.contains(where: \.isWorse) { return 2 }
        return earlier != nil && rows.allSatisfy { $0.before == nil } ? 75 : 0
    }

    /// What is to be known of the comparison.
    var notes: [String] {
        guard let earlier else { return [] }
        let names = Set(counts.map(\.name))
        let gone = earlier.rows.map(\.name).filter { !names.contains($0) && $0.isAsked(by: filter) }
        let differences = MachineFingerprint(MachineEnvironment.current()).differences(from: earlier.machine)
        return gone.map { "\($0) is in the baseline and was not counted" }
            + differences.map { "counted elsewhere than the baseline: \($0)" }
    }

    func text(_ terminal: Terminal) -> String {
        var table = TerminalTable([
            ("what", .left), ("instructions/op", .right), ("before", .right), ("change", .right), ("verdict", .left),
        ])
        for row in rows {
            let verdict: TerminalTable.Cell =
                row.before == nil ? "" : row.isWorse ? .init("REGRESSION", .bad) : .init("NO REGRESSION", .good)
            table.append([
                .init(row.now.name), .init(HumanNumber.plain(row.now.perOperation)),
                .init(HumanNumber.plain(row.before)), .init(row.ratio.map(RatioText.percent) ?? ""), verdict,
            ])
        }
        let notes = notes
        return (table.lines(terminal) + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n") + "\n"
    }
}
