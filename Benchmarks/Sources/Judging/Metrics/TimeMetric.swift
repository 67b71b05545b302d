package import DedupVerification
internal import Evidence
internal import Measurement

/// A distribution of times, of which each ``LatencyStatistic`` is a metric.
package enum TimeMetric: Hashable, CaseIterable, Sendable {
    /// What callers waited for answers of one outcome.
    case waited(OutcomeClass)
    /// What callers waited for any answer.
    case waitedForAny
    case hitService
    case service
    case wakeup
    case age
    case response
    case lag
    case wait
    case herdSkew

    package static let allCases: [TimeMetric] =
        OutcomeClass.allCases.map(TimeMetric.waited) + [
            .waitedForAny, .hitService, .service, .wakeup, .age, .response, .lag, .wait, .herdSkew,
        ]

    /// What the metrics of the distribution are called in front of their statistic.
    package var name: String {
        switch self {
        case .waited(let outcome): "\(outcome.name).latency"
        case .waitedForAny: "call.latency"
        case .hitService: "hit.service"
        case .service: "call.service"
        case .wakeup: "joined.wakeup"
        case .age: "served.age"
        case .response: "response.latency"
        case .lag: "generator.lag"
        case .wait: "generator.wait"
        case .herdSkew: "herds.skew"
        }
    }

    func definition(_ statistic: LatencyStatistic) -> MetricDefinition {
        let (explanation, source): (String, MetricSource) =
            switch self {
            case .waited(let outcome):
                ("what callers waited (open loop: from the intended start), \(outcome.name)", .anyPhase)
            case .waitedForAny: ("what callers waited (open loop: from the intended start), all", .anyPhase)
            case .hitService: ("from call to answer, hits", .anyPhase)
            case .service: ("from call to answer, all calls", .anyPhase)
            case .wakeup: ("from the end of the execution to the answer of a call that joined it", .anyPhase)
            case .age: ("how old results were when they were served from the cache, stale ones included", .anyPhase)
            case .response: ("open loop: from the intended start to the answer, all calls", .arrivals)
            case .lag: ("how late the generator released requests", .arrivals)
            case .wait: ("how long released requests waited for a free client", .arrivals)
            case .herdSkew:
                ("from the first to the last start of a herd of clients that were released together", .herds)
            }
        return MetricDefinition(.time, "\(statistic.rawValue): \(explanation)", source: source)
    }

    /// The times of a phase; nil where it does not measure them, empty where it has met none.
    func times(in phase: PhaseEvidence) -> LatencyHistogram? {
        let latencies = phase.latencies
        return switch self {
        case .waited(let outcome): latencies.waits(outcome) ?? LatencyHistogram()
        case .waitedForAny: latencies.allWaits
        case .hitService: latencies[.service, .hit] ?? LatencyHistogram()
        case .service: latencies.all(.service)
        case .wakeup: latencies.all(.wakeup)
        case .age: latencies.all(.age)
        case .response: latencies.isOpen ? latencies.all(.response) : nil
        case .lag: latencies.isOpen ? latencies.all(.lag) : nil
        case .wait: latencies.isOpen ? latencies.all(.wait) : nil
        case .herdSkew: phase.load.herds?.skew
        }
    }
}

/// What is said of every distribution of times.
package enum LatencyStatistic: String, CaseIterable, Sendable {
    case p50, p90, p95, p99, p999
    case maximum = "max"
    case mean

    /// The place of a percentile in 0...100; nil for the maximum and the mean.
    package var percentile: Double? {
        switch self {
        case .p50: 50
        case .p90: 90
        case .p95: 95
        case .p99: 99
        case .p999: 99.9
        case .maximum, .mean: nil
        }
    }

    /// The statistic of some times, a percentile with its interval; without observations where there are none.
    func value(of times: LatencyHistogram) -> MetricValue {
        guard !times.isEmpty else { return MetricValue(.nan, count: 0) }
        guard let percentile else {
            let exact = self == .mean ? times.mean : times.maximum.map { Double($0) }
            return MetricValue(exact ?? .nan, count: times.count)
        }
        let interval = times.percentileInterval(percentile)
        return MetricValue(
            times.percentile(percentile).map { Double($0) } ?? .nan,
            low: interval?.lower.map { Double($0) } ?? -.infinity,
            high: interval?.upper.map { Double($0) } ?? .infinity, count: times.count)
    }
}
