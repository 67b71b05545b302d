package import Evidence

/// What was observed of one metric, in base units.
package struct MetricValue: Hashable, Sendable {
    /// The point estimate; NaN when there is nothing to estimate from.
    package var value: Double
    /// The lower end of the confidence interval; nil for a value that is exact.
    package var low: Double?
    /// The upper end of the confidence interval; nil for a value that is exact.
    package var high: Double?
    /// How many observations it rests on; nil where that means nothing.
    package var count: Int?

    /// An exact value.
    package init(_ value: Double, count: Int? = nil) {
        self.value = value
        self.count = count
    }

    /// An estimate. An end that the sample cannot give is an infinity: the gate is then inconclusive on that side.
    package init(_ value: Double, low: Double, high: Double, count: Int?) {
        self.value = value
        self.low = low
        self.high = high
        self.count = count
    }

    /// Whether it is there although nothing was observed.
    var isEmpty: Bool { count == 0 || (value.isNaN && low == nil) }
}

/// The metrics of a stretch of load.
package struct MetricSet: Sendable, ExpressibleByDictionaryLiteral {
    private var values: [Metric: MetricValue] = [:]

    /// An empty set.
    package init() {}

    /// A set of the given metrics; of two that are the same the last counts.
    package init(dictionaryLiteral elements: (Metric, MetricValue)...) {
        values = Dictionary(elements, uniquingKeysWith: { $1 })
    }

    /// What was observed of a metric; nil when it was not measured.
    package subscript(metric: Metric) -> MetricValue? {
        get { values[metric] }
        set { values[metric] = newValue }
    }

    /// A statistic of a distribution of times; nil when it was not measured.
    package subscript(times: TimeMetric, statistic: LatencyStatistic) -> MetricValue? {
        values[.time(times, statistic)]
    }
}

extension MetricSet {
    /// Every metric of a phase: what gates are held against, computed here and nowhere else. A metric whose observations are
    /// missing is present with a count of 0, so that a gate on it is inconclusive.
    package init(of phase: PhaseEvidence, growth: GrowthReport? = nil) {
        self.init()
        for metric in ProofMetric.allCases { self[.proof(metric)] = metric.value(in: phase) }
        for metric in HitRateMetric.allCases { self[.hitRate(metric)] = metric.value(in: phase) }
        for metric in LoadMetric.allCases { self[.load(metric)] = metric.value(in: phase) }
        for metric in TimeMetric.allCases {
            guard let times = metric.times(in: phase) else { continue }
            for statistic in LatencyStatistic.allCases { self[.time(metric, statistic)] = statistic.value(of: times) }
        }
        guard let growth else { return }
        for metric in MemoryMetric.allCases { self[.memory(metric)] = metric.value(of: growth) }
    }
}
