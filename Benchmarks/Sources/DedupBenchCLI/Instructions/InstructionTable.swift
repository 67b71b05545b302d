internal import Evidence
internal import Judging
internal import Reporting
internal import Wording

/// Counted instructions for people, beside those of an earlier build where there is one.
struct InstructionTable {
    let judge: InstructionJudge
    /// What was asked to be counted; nil for everything.
    let filter: String?

    func text(_ terminal: Terminal) -> String {
        var table = TerminalTable([
            ("what", .left), ("instructions/op", .right), ("before", .right), ("change", .right), ("verdict", .left),
        ])
        for row in judge.rows {
            table.append([
                .init(row.now.name), .init(HumanNumber.plain(row.now.perOperation)),
                .init(HumanNumber.plain(row.before)), .init(row.ratio.map(RatioText.percent) ?? ""),
                row.verdict.map { .init($0.rawValue, $0.role) } ?? "",
            ])
        }
        let notes = notes
        return (table.lines(terminal) + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n") + "\n"
    }

    /// What is to be known of the comparison.
    private var notes: [String] {
        judge.missing.filter { $0.isAsked(by: filter) }.map { "\($0) is in the baseline and was not counted" }
            + judge.elsewhere.map { "counted elsewhere than the baseline: \($0)" }
    }
}
