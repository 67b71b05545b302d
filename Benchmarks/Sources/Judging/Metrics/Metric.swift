internal import Wording

/// A metric that gates may name.
///
/// A metric is a case of the enum of its kind, which says what it is called, what it means and how it is computed from the
/// evidence of a phase: ``ProofMetric``, ``HitRateMetric``, ``TimeMetric``, ``LoadMetric``, ``MemoryMetric``. A new one
/// is written down there and nowhere else.
package enum Metric: Hashable, Sendable {
    case proof(ProofMetric)
    case hitRate(HitRateMetric)
    case time(TimeMetric, LatencyStatistic)
    case load(LoadMetric)
    case memory(MemoryMetric)

    /// Every metric, in the order in which they are listed.
    package static let all: [Metric] =
        ProofMetric.allCases.map(Metric.proof) + HitRateMetric.allCases.map(Metric.hitRate)
        + TimeMetric.allCases.flatMap { time in LatencyStatistic.allCases.map { Metric.time(time, $0) } }
        + LoadMetric.allCases.map(Metric.load) + MemoryMetric.allCases.map(Metric.memory)

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The metric of that name; nil when there is none.
    package init?(name: String) {
        guard let metric = Self.byName[name] else { return nil }
        self = metric
    }

    /// The known name that is nearest to `name`, if any is near enough to be a slip of the pen.
    package static func suggestion(for name: String) -> String? { NearestName.of(name, among: all.map(\.name)) }

    /// What to do about a name that is not known.
    package static func remedy(for name: String) -> String {
        (suggestion(for: name).map { NearestName.question($0) + " " } ?? "")
            + "`dedupbench list gates` prints all of them"
    }

    /// The name: `hit.latency.p99`.
    package var name: String {
        switch self {
        case .proof(let metric): metric.rawValue
        case .hitRate(let metric): metric.rawValue
        case .time(let metric, let statistic): "\(metric.name).\(statistic.rawValue)"
        case .load(let metric): metric.rawValue
        case .memory(let metric): metric.rawValue
        }
    }

    /// What it is, and in which phases it is measured.
    package var definition: MetricDefinition {
        switch self {
        case .proof(let metric): metric.definition
        case .hitRate(let metric): metric.definition
        case .time(let metric, let statistic): metric.definition(statistic)
        case .load(let metric): metric.definition
        case .memory(let metric): metric.definition
        }
    }
}

/// What a metric is.
package struct MetricDefinition: Hashable, Sendable {
    /// What kind of quantity it is.
    package let dimension: MetricDimension
    /// One line for people.
    package let explanation: String
    /// Whether it adds up over phases, so that a gate means the run as a whole. Every other metric is judged phase by
    /// phase: a ratio or a percentile of all of them would hide the one that is broken.
    package let isSum: Bool
    /// Which phases measure it.
    package let source: MetricSource
    /// Whether more of it is better.
    package let isBetterHigh: Bool

    /// A definition. Unless it is said, more is better of rates and ratios, and less of all else.
    init(
        _ dimension: MetricDimension, _ explanation: String, isSum: Bool = false, source: MetricSource = .anyPhase,
        isBetterHigh: Bool? = nil
    ) {
        self.isBetterHigh = isBetterHigh ?? [.rate, .ratio].contains(dimension)
        self.dimension = dimension
        self.explanation = explanation
        self.isSum = isSum
        self.source = source
    }
}

/// Which phases measure a metric.
package enum MetricSource: Hashable, Sendable {
    case anyPhase
    /// Those with an open loop, whose requests have intended starts.
    case arrivals
    /// Those that release clients together.
    case herds
    /// Those that sample memory.
    case memorySamples

    /// What such a phase has in a scenario; nil for any phase.
    package var requirement: String? {
        switch self {
        case .anyPhase: nil
        case .arrivals: "a phase of the model constant, poisson, or trace with a speed"
        case .herds: "a closed phase of several clients whose keys have the distribution burst, or one with an `edge`"
        case .memorySamples: "a phase with `memory`"
        }
    }
}

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

    /// Whether a figure is counted, so that it compares from machine to machine; the others are measured.
    package var isCounted: Bool { [.count, .ratio].contains(self) }

    /// The units a gate may use, with their size in base units: those of scenarios.
    package var units: [(name: String, scale: Double)] {
        switch self {
        case .time: [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3_600e9)]
        case .ratio: [("%", 0.01)]
        case .bytes:
            [
                ("B", 1), ("KB", 1e3), ("KiB", 1_024), ("MB", 1e6), ("MiB", 1_048_576), ("GB", 1e9),
                ("GiB", 1_073_741_824),
            ]
        case .rate: [("/s", 1)]
        case .count: [("count", 1)]
        }
    }

    /// The unit in which values are kept, as CSV files name it.
    package var baseUnit: String {
        switch self {
        case .time: "ns"
        case .ratio: "ratio"
        case .bytes: "bytes"
        case .rate: "per_s"
        case .count: "count"
        }
    }
}
