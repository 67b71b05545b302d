internal import Evidence
internal import Judging
internal import Reporting
internal import Statistics
internal import Wording

/// The rows as a table for people and as a file for machines.
struct MicroTable {
    let results: [MicroResult]

    func lines(_ terminal: Terminal) -> [String] {
        var table = TerminalTable([
            ("what", .left), ("threads", .right), ("value", .right), ("ops/s", .right), ("allocs/op", .right),
            ("bytes/op", .right), ("control", .left), ("its value", .right), ("ratio", .right), ("target", .left),
            ("met", .left),
        ])
        for result in results {
            let met = result.isMet.map { $0 ? TerminalTable.Cell("yes", .good) : TerminalTable.Cell("NO", .bad) }
            table.append([
                .init(result.name), .init("\(result.threads)"), .init(Self.text(result.value.value, result.unit)),
                .init(HumanNumber.count(result.operationsPerSecond)), .init(HumanNumber.plain(result.allocations)),
                .init(HumanNumber.plain(result.bytes)), .init(result.control ?? ""),
                .init(Self.text(result.controlValue, result.unit)), .init(Self.ratio(MicroFigure(result))),
                .init(result.target), met ?? "",
            ])
        }
        return table.lines(terminal)
    }

    var csv: CSVTable {
        var table = CSVTable(columns: [
            "name", "threads", "value", "value_low", "value_high", "unit", "operations_per_s", "allocations_per_op",
            "allocated_bytes_per_op", "control", "control_value", "ratio", "ratio_low", "ratio_high", "target", "met",
        ])
        for result in results {
            table.append([
                .text(result.name), .integer(result.threads), .number(result.value.value), .number(result.value.low),
                .number(result.value.high), .text(result.unit.rawValue), CSVCell(result.operationsPerSecond),
                CSVCell(result.allocations), CSVCell(result.bytes), CSVCell(result.control),
                CSVCell(result.controlValue), CSVCell(result.ratio?.value), CSVCell(result.ratio?.low),
                CSVCell(result.ratio?.high), .text(result.target), CSVCell(result.isMet.map { "\($0)" }),
            ])
        }
        return table
    }

    private static func text(_ value: Double?, _ unit: MicroResult.Unit) -> String {
        switch unit {
        case .nanosecondsPerOperation, .nanoseconds: HumanNumber.time(value)
        case .bytesPerEntry, .bytesPerWaiter: HumanNumber.bytes(value)
        }
    }

    /// `0.5 (0.48 to 0.52)`.
    private static func ratio(_ figure: MicroFigure) -> String {
        let ratio = HumanNumber.plain(figure.ratio)
        guard let low = figure.ratioLow, let high = figure.ratioHigh else { return ratio }
        return "\(ratio) (\(HumanNumber.plain(low)) to \(HumanNumber.plain(high)))"
    }

    /// What a row came to by a gate.
    static func line(_ figure: MicroFigure, by gate: MicroGate, _ verdict: RunVerdict) -> String {
        let observed = gate.figure == .ratio ? ratio(figure) : HumanNumber.plain(gate.value(of: figure))
        return "\(verdict.rawValue.uppercased())  \(gate.text)  \(figure.title): \(observed)\n"
    }

    /// What rows came to beside earlier runs.
    static func text(_ rows: [MicroBaseline.Row], _ terminal: Terminal) -> String {
        var table = TerminalTable([
            ("what", .left), ("figure", .left), ("before", .right), ("now", .right), ("change", .right),
            ("verdict", .left), ("why", .left),
        ])
        for row in rows {
            let before = Median.of(row.before)
            table.append([
                .init(row.title), .init(row.figure), .init(HumanNumber.plain(before)),
                .init(HumanNumber.plain(row.now)),
                .init(before.map { $0 > 0 ? RatioText.percent(row.now / $0) : "" } ?? ""),
                .init(row.verdict.rawValue, row.verdict.role), .init(row.reason ?? ""),
            ])
        }
        return table.lines(terminal).joined(separator: "\n") + "\n"
    }
}
