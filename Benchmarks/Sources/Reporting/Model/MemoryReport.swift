package import Measurement

/// How memory developed over the operations of a subject.
package struct MemoryReport: Sendable {
    /// What was measured at one quiescent point.
    package struct Sample: Hashable, Sendable {
        /// The phase it belongs to.
        package var phase: String
        /// Operations since the first sample.
        package var operations: Int
        /// Nanoseconds since the first sample.
        package var offset: UInt64
        /// What the allocator said.
        package var reading: MemoryReading
        /// Whether it is left out of the estimate, because the cache was still filling, or not full.
        package var isDiscarded: Bool
        /// Entries in the cache, if the subject tells.
        package var liveEntries: Int?

        /// A sample.
        package init(
            phase: String, operations: Int, offset: UInt64, reading: MemoryReading, isDiscarded: Bool,
            liveEntries: Int? = nil
        ) {
            self.phase = phase
            self.operations = operations
            self.offset = offset
            self.reading = reading
            self.isDiscarded = isDiscarded
            self.liveEntries = liveEntries
        }
    }

    /// What the samples say about a limit.
    package struct Judgement: Hashable, Sendable {
        /// Bytes an operation.
        package var limit: Double
        /// Whether memory grows by more than that.
        package var verdict: LeakVerdict
        /// Why, in a sentence.
        package var reason: String

        /// A judgement.
        package init(limit: Double, verdict: LeakVerdict, reason: String) {
            self.limit = limit
            self.verdict = verdict
            self.reason = reason
        }
    }

    /// The samples in order.
    package var samples: [Sample]
    /// What they say about the limit of each gate on growth.
    package var judgements: [Judgement] = []
    /// LEAK, CLEAN or INCONCLUSIVE, against the first limit.
    package var verdict: String
    /// Bytes an operation; nil when nothing can be estimated.
    package var slope: Double?
    /// The lower end of the slope's interval.
    package var low: Double?
    /// The upper end of the slope's interval.
    package var high: Double?
    /// Why, in a sentence: which size class grows, or what is missing.
    package var explanation: String

    /// A report.
    package init(
        samples: [Sample], verdict: String, slope: Double? = nil, low: Double? = nil, high: Double? = nil,
        explanation: String = ""
    ) {
        self.samples = samples
        self.verdict = verdict
        self.slope = slope
        self.low = low
        self.high = high
        self.explanation = explanation
    }

    /// The one of several that decides: a leak before a doubt before a clean bill, and of equals the steepest.
    package static func worst(_ reports: [MemoryReport]) -> MemoryReport? {
        reports.max { ($0.severity, $0.slope ?? -.infinity) < ($1.severity, $1.slope ?? -.infinity) }
    }

    private var severity: Int {
        switch LeakVerdict(rawValue: verdict) {
        case .clean: 0
        case .inconclusive, nil: 1
        case .leak: 2
        }
    }
}
