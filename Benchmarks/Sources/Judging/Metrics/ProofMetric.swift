internal import DedupVerification
internal import Evidence
internal import Statistics

/// What the checker found out about duplicates.
package enum ProofMetric: String, CaseIterable, Sendable {
    case prevented = "dedup.prevented"
    case offered = "dedup.offered"
    case duplicates = "dedup.duplicates"
    case opportunities = "dedup.opportunities"
    case executions = "dedup.executions"
    case violations = "dedup.violations"
    case violationBound = "dedup.violation_bound"
    case lost = "dedup.lost"
    case overlappingCalls = "dedup.overlapping_calls"

    var definition: MetricDefinition {
        switch self {
        case .prevented: MetricDefinition(.ratio, "share of the offered duplicates that did not execute")
        case .offered: sum("requests that could have been answered without executing")
        case .duplicates: sum("executions that nothing justified")
        case .opportunities: sum("calls that met a running execution or a fresh result of their key")
        case .executions: sum("executions")
        case .violations: sum("breaches of any rule found in the history")
        case .violationBound:
            MetricDefinition(
                .ratio, "95 % upper bound of the chance that an opportunity ends in a violation", isSum: true,
                isBetterHigh: false)
        case .lost: sum("calls that never returned")
        case .overlappingCalls: sum("calls that overlapped a running execution of their key which was not their own")
        }
    }

    private func sum(_ explanation: String) -> MetricDefinition {
        MetricDefinition(.count, explanation, isSum: true)
    }

    /// Without a checker nothing was put to the test: there is then a value without observations, and a gate on it is
    /// inconclusive. So it is, of some of them, where no call met a running execution or a fresh result, whatever the
    /// ratio says.
    func value(in phase: PhaseEvidence) -> MetricValue {
        let counts = phase.counts
        let tested = phase.isVerified ? counts.opportunities : 0
        let count = { (count: Int) in MetricValue(Double(count), count: phase.isVerified ? nil : 0) }
        return switch self {
        case .prevented: MetricValue(counts.preventedRatio, count: tested == 0 ? 0 : counts.duplicatesOffered)
        case .offered: count(counts.duplicatesOffered)
        case .duplicates: count(counts.duplicateExecutions)
        case .opportunities: count(counts.opportunities)
        case .executions: count(counts.executions)
        case .violations: MetricValue(Double(counts.violations), count: tested)
        case .violationBound: MetricValue(counts.violationBound95, count: tested)
        case .lost: count(counts.lost)
        case .overlappingCalls: count(counts.overlappingCalls)
        }
    }
}

extension VerificationCounts {
    /// With 95 % confidence the chance that an opportunity ends in a violation is below this; NaN without opportunities.
    fileprivate var violationBound95: Double {
        ClopperPearson.upper(successes: min(violations, opportunities), trials: opportunities)
    }
}
