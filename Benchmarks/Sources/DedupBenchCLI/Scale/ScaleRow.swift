internal import Measurement
internal import Statistics

/// One row of `dedupbench scale`: what an operation costs at one step of a curve, beside its control of the same rounds.
struct ScaleRow {
    let curve: ScaleCurve
    let size: Int
    let pair: ScalePair
    /// Nanoseconds an operation: the median of the rounds with its interval; nil where nothing was measured.
    var value: Estimate?
    /// Nanoseconds an operation of the control.
    var controlValue: Double?
    /// Measured by control, round by round.
    var ratio: Estimate?
    /// Live bytes of each item of the curve; nil where they were not measured.
    var bytes: Double?
    /// Live bytes of each item of the control.
    var controlBytes: Double?
    /// A remark: why nothing was measured, or in which way the row differs from the others.
    var note: String?

    /// How many threads do the work.
    var threads: Int { curve == .threads ? size : 1 }

    /// Operations a second, all threads together.
    var operationsPerSecond: Double? { value.map { 1e9 * Double(threads) / $0.value } }
}

extension ScaleRow {
    /// A comparison of the measuring engine as a row.
    init(
        _ curve: ScaleCurve, _ size: Int, _ pair: ScalePair, _ comparison: MicroComparison, bytes: Double? = nil,
        controlBytes: Double? = nil, note: String? = nil
    ) {
        self.init(
            curve: curve, size: size, pair: pair, value: comparison.measured.nanosecondsPerOperation,
            controlValue: comparison.control.nanosecondsPerOperation.value, ratio: comparison.ratio, bytes: bytes,
            controlBytes: controlBytes, note: note)
    }

    /// Times of rounds as a row: those of the operation, and those of the control in the same rounds.
    init(
        _ curve: ScaleCurve, _ size: Int, _ pair: ScalePair, _ times: [Double], beside controls: [Double],
        bytes: Double? = nil, controlBytes: Double? = nil
    ) {
        self.init(
            curve: curve, size: size, pair: pair, value: .median(of: times), controlValue: Median.of(controls),
            ratio: HodgesLehmann.ratio(of: times, to: controls), bytes: bytes, controlBytes: controlBytes)
    }
}
