internal import Reporting
internal import Statistics
internal import Wording

/// The rows as tables for people, one a curve, and as a file for machines.
struct ScaleTable {
    let rows: [ScaleRow]
    /// How many processors the threads shared.
    let processors: Int

    // MARK: - For people

    /// A table a curve, and what bends in all of them.
    func lines(_ terminal: Terminal) -> [String] {
        let series = ScaleSeries.all(of: rows)
        var lines: [String] = []
        for curve in ScaleCurve.allCases {
            let own = series.filter { $0.curve == curve }
            guard !own.isEmpty else { continue }
            lines += [terminal.paint("\(curve.rawValue): \(curve.meaning)", .heading)]
            lines += table(own, terminal) + [""]
        }
        return lines + bends(series, terminal)
    }

    private func table(_ series: [ScaleSeries], _ terminal: Terminal) -> [String] {
        var table = TerminalTable([
            ("what", .left), ("beside", .left), ("size", .left), ("value", .right), ("low to high", .right),
            ("growth", .right), ("", .left), ("bytes each", .right), ("ops/s", .right), ("its value", .right),
            ("its growth", .right), ("ratio", .right), ("its bytes", .right), ("note", .left),
        ])
        for item in series {
            let most = item.measured.compactMap(\.value?.value).max() ?? 0
            for (index, row) in item.rows.enumerated() {
                table.append([
                    .init(row.pair.name), .init(row.pair.control), .init("\(row.size)"),
                    .init(HumanNumber.time(row.value?.value)), .init(Self.spread(row.value)),
                    .init(Self.times(item.growth(at: index))), .init(Self.bar(row.value?.value, of: most)),
                    .init(HumanNumber.bytes(row.bytes)),
                    .init(item.curve == .threads ? HumanNumber.count(row.operationsPerSecond) : ""),
                    .init(HumanNumber.time(row.controlValue)), .init(Self.times(item.controlGrowth(at: index))),
                    .init(HumanNumber.plain(row.ratio?.value)), .init(HumanNumber.bytes(row.controlBytes)),
                    .init(row.note ?? ""),
                ])
            }
        }
        return table.lines(terminal)
    }

    /// The shape of each series, and its steepest step.
    private func bends(_ series: [ScaleSeries], _ terminal: Terminal) -> [String] {
        var table = TerminalTable([
            ("curve", .left), ("what", .left), ("beside", .left), ("cost", .left), ("its cost", .left),
            ("ratio", .right), ("steepest step", .left),
        ])
        for item in series where item.measured.count > 1 {
            let ratios = item.measured.compactMap(\.ratio?.value)
            table.append([
                .init(item.curve.rawValue), .init(item.pair.name), .init(item.pair.control),
                .init(Sparkline.text(item.measured.compactMap(\.value?.value), from: 0)),
                .init(Sparkline.text(item.measured.compactMap(\.controlValue), from: 0)),
                .init([ratios.first, ratios.last].map { HumanNumber.plain($0) }.joined(separator: " to ")),
                .init(item.steepest.map { "\(Self.times($0.growth)) from \($0.from) to \($0.to)" } ?? "none"),
            ])
        }
        return table.isEmpty
            ? [] : [terminal.paint("from the first step to the last", .heading)] + table.lines(terminal)
    }

    /// `31.0 ns to 33.4 ns`; empty where the rounds give no interval.
    private static func spread(_ value: Estimate?) -> String {
        guard let value, value.low.isFinite, value.high.isFinite else { return "" }
        return "\(HumanNumber.time(value.low)) to \(HumanNumber.time(value.high))"
    }

    private static func times(_ factor: Double?) -> String { factor.map { "x\(HumanNumber.plain($0))" } ?? "" }

    /// As long as the value is large beside the largest of its series, at most sixteen characters.
    private static func bar(_ value: Double?, of most: Double) -> String {
        guard let value, value.isFinite, most > 0 else { return "" }
        return String(repeating: "█", count: max(1, Int((value / most * 16).rounded())))
    }

    // MARK: - For machines

    /// A row a step. Times are nanoseconds an operation; `growth` is against the step before.
    var csv: CSVTable {
        var table = CSVTable(columns: [
            "curve", "size", "name", "control", "threads", "processors", "value_ns", "value_low_ns", "value_high_ns",
            "growth", "operations_per_s", "bytes_per_item", "control_value_ns", "control_growth", "ratio", "ratio_low",
            "ratio_high", "control_bytes_per_item", "note",
        ])
        for item in ScaleSeries.all(of: rows) {
            for (index, row) in item.rows.enumerated() {
                table.append([
                    .text(row.curve.rawValue), .integer(row.size), .text(row.pair.name), .text(row.pair.control),
                    .integer(row.threads), .integer(processors), CSVCell(row.value?.value), CSVCell(row.value?.low),
                    CSVCell(row.value?.high), CSVCell(item.growth(at: index)), CSVCell(row.operationsPerSecond),
                    CSVCell(row.bytes), CSVCell(row.controlValue), CSVCell(item.controlGrowth(at: index)),
                    CSVCell(row.ratio?.value), CSVCell(row.ratio?.low), CSVCell(row.ratio?.high),
                    CSVCell(row.controlBytes), CSVCell(row.note),
                ])
            }
        }
        return table
    }
}
