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
}

/// The metrics of a run, by name.
package struct MetricSet: Sendable, ExpressibleByDictionaryLiteral {
    private var values: [String: MetricValue] = [:]

    /// An empty set.
    package init() {}

    /// A set of the given metrics; of two with one name the last counts.
    package init(dictionaryLiteral elements: (String, MetricValue)...) {
        values = Dictionary(elements, uniquingKeysWith: { $1 })
    }

    /// What was observed of a metric; nil when it was not measured.
    package subscript(name: String) -> MetricValue? {
        get { values[name] }
        set { values[name] = newValue }
    }
}
