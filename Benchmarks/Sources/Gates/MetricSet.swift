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

/// What an audit of the generator found.
package struct AuditFinding: Hashable, Sendable {
    /// What was audited: `arrivals`, `pace`, `lag`, `backlog`, `keys`, `concurrency`, `history`, `threads`.
    package var name: String
    /// Whether the generator did what it declared. If not, the phase is INVALID.
    package var passed: Bool
    /// What was found, in a sentence with the figures.
    package var explanation: String
    /// Whether a finding that did not pass says that the generator was too slow. Times and rates of the phase are then
    /// its own, and say nothing about the subject.
    package var blamesGenerator: Bool

    /// A finding.
    package init(name: String, passed: Bool, explanation: String, blamesGenerator: Bool = false) {
        self.name = name
        self.passed = passed
        self.explanation = explanation
        self.blamesGenerator = blamesGenerator
    }
}

/// How a phase ended.
package enum PhaseEnding: String, Hashable, Sendable {
    /// It did what it was to do.
    case completed
    /// The history was full before the time was up: everything until then is valid and complete.
    case historyFull = "history_full"
    /// It was interrupted; what was measured until then is kept.
    case stopped
    /// The subject made no progress for as long as the watchdog waits.
    case hung
}
