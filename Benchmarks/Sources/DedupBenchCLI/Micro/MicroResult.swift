internal import Evidence
internal import Measurement
internal import Statistics

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

extension MicroFigure {
    /// What of a row is judged and kept.
    init(_ result: MicroResult) {
        self.init(name: result.name, threads: result.threads, unit: result.unit.rawValue)
        value = Self.finite(result.value.value)
        ratio = Self.finite(result.ratio?.value)
        ratioLow = Self.finite(result.ratio?.low)
        ratioHigh = Self.finite(result.ratio?.high)
        allocations = Self.finite(result.allocations)
        bytes = Self.finite(result.bytes)
    }

    private static func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
}
