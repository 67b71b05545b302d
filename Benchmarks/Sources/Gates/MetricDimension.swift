/// What kind of quantity a metric is. Values are kept in the base unit; a gate names its own unit, always.
package enum MetricDimension: String, CaseIterable, Sendable {
    /// Nanoseconds.
    case time
    /// A fraction: 1 is 100 %.
    case ratio
    /// Bytes.
    case bytes
    /// Events a second.
    case rate
    /// A plain number.
    case count

    /// The units a gate may use, with their size in base units.
    package var units: [(name: String, scale: Double)] {
        switch self {
        case .time: [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)]
        case .ratio: [("%", 0.01)]
        case .bytes: [("B", 1), ("KiB", 1_024), ("MiB", 1_048_576), ("GiB", 1_073_741_824)]
        case .rate: [("/s", 1)]
        case .count: [("count", 1)]
        }
    }
}
