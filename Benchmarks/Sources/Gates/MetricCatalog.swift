internal import DedupVerification
internal import Wording

/// A metric that gates may name.
package struct MetricDefinition: Hashable, Sendable {
    /// The name: `hit.latency.p99`.
    package let name: String
    /// What kind of quantity it is.
    package let dimension: MetricDimension
    /// One line for people.
    package let explanation: String
    /// Whether it adds up over phases, so that a gate means the run as a whole. Every other metric is judged phase by
    /// phase: a ratio or a percentile of all of them would hide the one that is broken.
    package var isSum = false
    /// Which phases measure it.
    package var source = MetricSource.anyPhase
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
        case .herds: "a closed phase of several clients whose keys have the distribution burst"
        case .memorySamples: "a phase with `memory`"
        }
    }
}

/// Every metric that gates may name, and what it means.
package struct MetricCatalog: Sendable {
    /// The metrics in the order in which they are listed.
    package let definitions: [MetricDefinition]
    private let byName: [String: MetricDefinition]

    /// A catalog of the given metrics; of two with one name the first counts.
    package init(_ definitions: [MetricDefinition]) {
        self.definitions = definitions
        byName = Dictionary(definitions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The metrics of a run of `dedupbench`.
    package static let standard = MetricCatalog(verification + latencies + generation + memory)

    /// The metric of that name, or nil.
    package func definition(of name: String) -> MetricDefinition? { byName[name] }

    /// The known name that is nearest to `name`, if any is near enough to be a slip of the pen.
    package func suggestion(for name: String) -> String? {
        NearestName.of(name, among: definitions.map(\.name))
    }

    /// The percentiles that exist of every distribution, with their place in 0...100 (nil: the largest, the mean).
    package static let latencyStatistics: [(suffix: String, percentile: Double?)] = [
        ("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99), ("p999", 99.9), ("max", nil), ("mean", nil),
    ]

    private static let verification = [
        MetricDefinition(
            name: "dedup.prevented", dimension: .ratio,
            explanation: "share of the offered duplicates that did not execute"),
        MetricDefinition(
            name: "dedup.offered", dimension: .count,
            explanation: "requests that could have been answered without executing", isSum: true),
        MetricDefinition(
            name: "dedup.duplicates", dimension: .count, explanation: "executions that nothing justified", isSum: true),
        MetricDefinition(
            name: "dedup.opportunities", dimension: .count,
            explanation: "calls that met a running execution or a fresh result of their key", isSum: true),
        MetricDefinition(name: "dedup.executions", dimension: .count, explanation: "executions", isSum: true),
        MetricDefinition(
            name: "dedup.violations", dimension: .count, explanation: "breaches of any rule found in the history",
            isSum: true),
        MetricDefinition(
            name: "dedup.violation_bound", dimension: .ratio,
            explanation: "95 % upper bound of the chance that an opportunity ends in a violation", isSum: true),
        MetricDefinition(name: "dedup.lost", dimension: .count, explanation: "calls that never returned", isSum: true),
        MetricDefinition(
            name: "dedup.overlapping_calls", dimension: .count,
            explanation: "calls that overlapped a running execution of their key which was not their own",
            isSum: true),
        MetricDefinition(
            name: "hit_rate.repeat", dimension: .ratio,
            explanation: "hits and joins per request for a key that had been requested before"),
        MetricDefinition(name: "hit_rate.hits", dimension: .ratio, explanation: "hits per request"),
        MetricDefinition(name: "hit_rate.joins", dimension: .ratio, explanation: "joins per request"),
        MetricDefinition(
            name: "hit_rate.served", dimension: .ratio, explanation: "requests answered without executing, per request"),
        MetricDefinition(
            name: "hit_rate.ceiling", dimension: .ratio,
            explanation: "the hit_rate.repeat that a cache without bound would have reached on these requests"),
        MetricDefinition(
            name: "hit_rate.attained", dimension: .ratio, explanation: "hit_rate.repeat as a share of hit_rate.ceiling"),
        MetricDefinition(name: "failures.ratio", dimension: .ratio, explanation: "calls answered with an error"),
    ]

    private static let latencies: [MetricDefinition] = {
        let distributions = OutcomeClass.allCases.map { outcome in
            ("\(outcome.name).latency", "what callers waited (open loop: from the intended start), \(outcome.name)")
        }
        let more = [
            ("call.latency", "what callers waited (open loop: from the intended start), all"),
            ("hit.service", "from call to answer, hits"),
            ("call.service", "from call to answer, all calls"),
            ("joined.wakeup", "from the end of the execution to the answer of a call that joined it"),
        ]
        let response = "open loop: from the intended start to the answer, all calls"
        return (distributions + more).flatMap { times($0, $1) } + times("response.latency", response, .arrivals)
    }()

    /// The statistics of a distribution of times.
    private static func times(
        _ name: String, _ explanation: String, _ source: MetricSource = .anyPhase
    ) -> [MetricDefinition] {
        latencyStatistics.map { statistic in
            MetricDefinition(
                name: "\(name).\(statistic.suffix)", dimension: .time,
                explanation: "\(statistic.suffix): \(explanation)", source: source)
        }
    }

    private static let generation =
        times("generator.lag", "how late the generator released requests", .arrivals) + [
            MetricDefinition(name: "throughput", dimension: .rate, explanation: "calls answered a second"),
            MetricDefinition(name: "executions.rate", dimension: .rate, explanation: "executions a second"),
            MetricDefinition(name: "concurrency.max", dimension: .count, explanation: "most calls open at one time"),
            MetricDefinition(
                name: "concurrency.mean", dimension: .count, explanation: "calls open at a time, on average"),
            MetricDefinition(
                name: "generator.backlogged", dimension: .count,
                explanation: "requests that found every client busy when they were released", isSum: true,
                source: .arrivals),
            MetricDefinition(
                name: "herds.released", dimension: .count, explanation: "herds of clients that were released together",
                isSum: true, source: .herds),
            MetricDefinition(
                name: "herds.overlapping", dimension: .count,
                explanation: "herds in which at least two calls were open at once", isSum: true, source: .herds),
            MetricDefinition(
                name: "hiccup.max", dimension: .time, explanation: "longest time that the machine did not run a thread"),
        ]

    private static let memory = [
        MetricDefinition(
            name: "memory.leak_bytes_per_op", dimension: .bytes,
            explanation: "slope of the live bytes over the operations, with its interval", source: .memorySamples),
        MetricDefinition(
            name: "memory.live_end_bytes", dimension: .bytes, explanation: "live bytes at the last quiescent point",
            source: .memorySamples),
        MetricDefinition(
            name: "memory.live_peak_bytes", dimension: .bytes,
            explanation: "most live bytes at any quiescent point", source: .memorySamples),
        MetricDefinition(
            name: "memory.resident_end_bytes", dimension: .bytes,
            explanation: "resident bytes of the allocator at the last quiescent point", source: .memorySamples),
    ]
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
