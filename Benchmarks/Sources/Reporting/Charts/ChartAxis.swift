internal import Foundation

/// One axis of a chart: which values it spans, how they are spread, and how its marks are written.
struct ChartAxis {
    /// How values are spread.
    enum Scale {
        case linear
        /// For positive values; others are drawn at the lower end.
        case logarithmic
    }

    let title: String
    let scale: Scale
    let low: Double
    let high: Double
    let write: (Double) -> String
    /// The values that are marked.
    let ticks: [Double]

    /// An axis that spans some values.
    ///
    /// - Parameters:
    ///   - title: What is on it, with the unit.
    ///   - values: What has to fit; others than finite ones do not count.
    ///   - scale: How they are spread.
    ///   - unit: Marks are round multiples of it, where they are linear.
    ///   - ticks: What is marked; nil: round values.
    ///   - write: Writes a mark.
    init(
        _ title: String, of values: some Sequence<Double>, scale: Scale = .linear, unit: Double = 1,
        ticks: [Double]? = nil,
        write: @escaping (Double) -> String
    ) {
        self.title = title
        self.scale = scale
        self.write = write
        let values = values.filter { $0.isFinite && (scale == .linear || $0 > 0) }
        let (least, most) = (values.min() ?? 0, values.max() ?? 1)
        switch scale {
        case .linear:
            // From zero, so that a small change does not look like a large one.
            low = min(0, least)
            high = most > low ? most : low + 1
            self.ticks = ticks ?? Self.round(low / unit, high / unit).map { $0 * unit }
        case .logarithmic:
            let bottom = least > 0 ? least : 1
            low = pow(10, floor(log10(bottom)))
            high = max(pow(10, ceil(log10(max(most, bottom)))), low * 10)
            self.ticks = ticks ?? Self.decades(low, high)
        }
    }

    /// Where a value is, from 0 at the lower end to 1 at the upper one.
    func place(_ value: Double) -> Double {
        let place =
            switch scale {
            case .linear: (value - low) / (high - low)
            case .logarithmic: value <= low ? 0 : log10(value / low) / log10(high / low)
            }
        return min(1, max(0, place))
    }

    /// At most six multiples of 1, 2 or 5.
    private static func round(_ low: Double, _ high: Double) -> [Double] {
        let size = pow(10, floor(log10((high - low) / 5)))
        let step = [1, 2, 5, 10].map { $0 * size }.first { (high - low) / $0 <= 5.5 } ?? 10 * size
        return stride(from: (low / step).rounded(.up) * step, through: high + step / 1_000, by: step).map { $0 }
    }

    /// Powers of ten, at most seven of them.
    private static func decades(_ low: Double, _ high: Double) -> [Double] {
        let (first, last) = (Int(log10(low).rounded()), Int(log10(high).rounded()))
        let step = max(1, (last - first + 6) / 7)
        return stride(from: first, through: last, by: step).map { pow(10, Double($0)) }
    }
}
