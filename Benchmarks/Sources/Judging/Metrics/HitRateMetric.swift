package import DedupVerification
internal import Evidence

/// How requests were answered.
package enum HitRateMetric: String, CaseIterable, Sendable {
    case repeated = "hit_rate.repeat"
    case hits = "hit_rate.hits"
    case joins = "hit_rate.joins"
    case served = "hit_rate.served"
    case ceiling = "hit_rate.ceiling"
    case capacityCeiling = "hit_rate.capacity_ceiling"
    case attained = "hit_rate.attained"
    case failures = "failures.ratio"

    var definition: MetricDefinition {
        switch self {
        case .repeated: ratio("hits and joins per request for a key that had been requested before")
        case .hits: ratio("hits per request")
        case .joins: ratio("joins per request")
        case .served: ratio("requests answered without executing, per request")
        case .ceiling: ratio("the hit_rate.repeat that a cache without bound would have reached on these requests")
        case .capacityCeiling:
            ratio(
                "the hit_rate.repeat that no cache with as much room could have exceeded, even knowing the future; where the "
                    + "history was too large to be held, a little more than that")
        case .attained: ratio("hit_rate.repeat as a share of hit_rate.capacity_ceiling, or of hit_rate.ceiling")
        case .failures: MetricDefinition(.ratio, "calls answered with an error", isBetterHigh: false)
        }
    }

    /// What no cache could have exceeded, with as much room where that is known; nil for a metric that knows no such limit.
    func limit(in counts: VerificationCounts) -> Double? {
        switch self {
        case .repeated: counts.tightestHitCeiling.finite
        // Stale answers are served, and no part of the ceiling.
        case .served where counts.count(of: .stale) > 0: nil
        case .hits, .served: counts.tightestServedCeiling.finite
        case .joins, .ceiling, .capacityCeiling, .attained, .failures: nil
        }
    }

    private func ratio(_ explanation: String) -> MetricDefinition { MetricDefinition(.ratio, explanation) }

    func value(in phase: PhaseEvidence) -> MetricValue { value(of: phase.counts) }

    /// What it comes to.
    package func value(of counts: VerificationCounts) -> MetricValue {
        let (repeated, returned) = (counts.repeatedRequests, counts.returned)
        return switch self {
        case .repeated: MetricValue(counts.repeatHitRatio, count: repeated)
        case .hits: MetricValue(counts.hitRatio, count: returned)
        case .joins: MetricValue(counts.joinedRatio, count: returned)
        case .served: MetricValue(counts.servedRatio, count: returned)
        case .ceiling: MetricValue(counts.repeatHitCeiling, count: repeated)
        case .capacityCeiling: MetricValue(counts.repeatHitCeilingWithinCapacity, count: repeated)
        case .attained:
            MetricValue(
                counts.repeatHitRatio / counts.tightestHitCeiling,
                count: counts.attainableWithinCapacity ?? counts.attainableHits)
        case .failures: MetricValue(Double(counts.count(of: .failed)) / Double(returned), count: returned)
        }
    }
}
