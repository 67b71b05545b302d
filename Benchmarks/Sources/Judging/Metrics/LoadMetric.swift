internal import DedupVerification
internal import Evidence
internal import Measurement

/// How much load there was, and what the machine did.
package enum LoadMetric: String, CaseIterable, Sendable {
    case throughput
    case executionRate = "executions.rate"
    case maximumConcurrency = "concurrency.max"
    case meanConcurrency = "concurrency.mean"
    case backlogged = "generator.backlogged"
    case herds = "herds.released"
    case overlappingHerds = "herds.overlapping"
    case longestStall = "hiccup.max"

    var definition: MetricDefinition {
        switch self {
        case .throughput: MetricDefinition(.rate, "calls answered a second")
        case .executionRate: MetricDefinition(.rate, "executions a second", isBetterHigh: false)
        case .maximumConcurrency: MetricDefinition(.count, "most calls open at one time")
        case .meanConcurrency: MetricDefinition(.count, "calls open at a time, on average")
        case .backlogged:
            MetricDefinition(
                .count, "requests that found every client busy when they were released", isSum: true, source: .arrivals)
        case .herds:
            MetricDefinition(
                .count, "herds of clients that were released together", isSum: true, source: .herds)
        case .overlappingHerds:
            MetricDefinition(
                .count, "herds in which at least two calls were open at once", isSum: true, source: .herds)
        case .longestStall: MetricDefinition(.time, "longest time that the machine did not run a thread")
        }
    }

    /// Nil where the phase does not measure it.
    func value(in phase: PhaseEvidence) -> MetricValue? {
        let load = phase.load
        return switch self {
        case .throughput: phase.throughput.map { MetricValue($0, count: phase.counts.returned) }
        case .executionRate: phase.executionRate.map { MetricValue($0) }
        case .maximumConcurrency: MetricValue(Double(phase.counts.maximumConcurrency))
        case .meanConcurrency: load.meanConcurrency.map { MetricValue($0) }
        case .backlogged: load.backlogged.map { MetricValue(Double($0)) }
        case .herds: load.herds.map { MetricValue(Double($0.released)) }
        case .overlappingHerds: load.herds.map { MetricValue(Double($0.overlapping)) }
        case .longestStall: load.longestStall.map { MetricValue(Double($0)) }
        }
    }
}
