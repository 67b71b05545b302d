internal import Judging
internal import Statistics
internal import Wording

/// A comparison of one metric as a person reads it.
struct ComparisonRow {
    let result: ComparisonResult

    /// The median of what the figure is held against.
    var reference: String { written(result.metric.reference) }
    /// The median of the figure itself.
    var candidate: String { written(result.metric.candidate) }
    /// By how much it is worse.
    var worsening: String { RatioText.percent(result.worsening.value) }
    /// The 95 % interval of that; missing where it has no ends.
    var interval: String { RatioText.interval(result.worsening) }
    /// By how much it has to be worse to matter.
    var threshold: String { RatioText.percent(result.threshold) }

    /// The rows as a table of a page: those that regressed first, then those that nothing can be said of.
    static func table(_ results: [ComparisonResult], reference: String, candidate: String, arm: String) -> String {
        let order: [ComparisonVerdict] = [.regression, .inconclusive, .noRegression]
        let sorted = order.flatMap { verdict in results.filter { $0.verdict == verdict } }
        let rows = sorted.map(ComparisonRow.init).map { row in
            let metric = row.result.metric
            return [
                row.result.verdict.rawValue, metric.metric.name, metric.arm, metric.phase, row.reference, row.candidate,
                row.worsening, row.interval, row.threshold, row.result.reason ?? "",
            ]
        }
        guard !rows.isEmpty else { return "" }
        return Markup.table(
            ["verdict", "metric", arm, "phase", reference, candidate, "worse by", "95 %", "matters from", "why"], rows)
    }

    private func written(_ values: [Double]) -> String {
        result.metric.metric.definition.dimension.written(Median.of(values))
    }
}

/// Ratios as people read them: by how many per cent one thing is more than another.
package enum RatioText {
    /// `+12.5 %` for 1.125.
    package static func percent(_ ratio: Double?) -> String {
        guard let ratio, ratio.isFinite, ratio > 0 else { return HumanNumber.missing }
        let percent = (ratio - 1) * 100
        return (percent > 0 ? "+" : "") + HumanNumber.plain((percent * 100).rounded() / 100) + " %"
    }

    /// `-1 % to +3.5 %`; missing where there are no ends.
    static func interval(_ ratio: Estimate) -> String {
        let ends = [ratio.low, ratio.high].map(percent)
        return ends.allSatisfy { $0 == HumanNumber.missing } ? HumanNumber.missing : ends.joined(separator: " to ")
    }
}

extension ComparisonVerdict {
    /// How it is painted.
    package var role: Terminal.Role {
        switch self {
        case .regression: .bad
        case .noRegression: .good
        case .inconclusive: .doubtful
        }
    }
}
