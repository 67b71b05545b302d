internal import Measurement
internal import Reporting
internal import Statistics
internal import Wording

/// One row of `dedupbench micro`: what was measured, beside its control, against its target.
struct MicroResult {
    /// What `value` counts.
    enum Unit: String {
        case nanosecondsPerOperation = "ns_per_op"
        case bytesPerEntry = "bytes_per_entry"
        case bytesPerWaiter = "bytes_per_waiter"
        case nanoseconds = "ns"
    }

    var name: String
    var threads = 1
    var value: Estimate
    var unit = Unit.nanosecondsPerOperation
    /// Allocations an operation on the measuring thread; nil when operations leave that thread.
    var allocations: Double?
    /// Bytes that those allocations asked for.
    var bytes: Double?
    var control: String?
    var controlValue: Double?
    /// Measured by control, of the same rounds.
    var ratio: Estimate?
    /// The target in words.
    var target: String
    /// Whether it was reached; nil where there is none.
    var isMet: Bool?

    /// Operations a second, all threads together.
    var operationsPerSecond: Double? {
        unit == .nanosecondsPerOperation ? 1e9 * Double(threads) / value.value : nil
    }
}

extension MicroResult {
    /// A comparison of the measuring engine as a row; `isMet` is asked with operations a second and the ratio.
    init(
        _ comparison: MicroComparison, bytes: Double?, target: String, isMet: (_ rate: Double, _ ratio: Double) -> Bool?
    ) {
        let measured = comparison.measured
        self.init(
            name: measured.name, threads: measured.threads, value: measured.nanosecondsPerOperation,
            allocations: measured.allocationsPerOperation, bytes: bytes, control: comparison.control.name,
            controlValue: comparison.control.nanosecondsPerOperation.value, ratio: comparison.ratio, target: target,
            isMet: isMet(measured.operationsPerSecond, comparison.ratio.value))
    }
}

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
                .init(Self.text(result.controlValue, result.unit)), .init(Self.ratio(result.ratio)),
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
    static func ratio(_ ratio: Estimate?) -> String {
        guard let ratio, ratio.value.isFinite else { return HumanNumber.missing }
        guard ratio.low.isFinite, ratio.high.isFinite else { return HumanNumber.plain(ratio.value) }
        return "\(HumanNumber.plain(ratio.value)) (\(HumanNumber.plain(ratio.low)) to \(HumanNumber.plain(ratio.high)))"
    }
}
