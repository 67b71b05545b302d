internal import Evidence
package import Judging
internal import Statistics

extension RunReport {
    /// `baseline.csv`: each figure of the run beside those of the runs of its baseline; nil where there is no baseline.
    /// Ratios above 1 are worse. One that is not judged has no threshold.
    package var baselineTable: CSVTable? {
        guard let comparison else { return nil }
        var table = CSVTable(columns: [
            "run_id", "baseline", "subject", "phase", "metric", "baseline_runs", "baseline_median", "observed", "unit",
            "worse_ratio", "ci_low", "ci_high", "threshold_ratio", "verdict", "reason",
        ])
        for result in comparison.results {
            let metric = result.metric
            table.append([
                .text(identity.id), .text(comparison.baseline.name), .text(metric.arm), .text(metric.phase),
                .text(metric.metric.name), .integer(metric.reference.count), CSVCell(Median.of(metric.reference)),
                CSVCell(metric.candidate.first), .text(metric.metric.definition.dimension.baseUnit),
                CSVCell(result.worsening.value), CSVCell(result.worsening.low), CSVCell(result.worsening.high),
                .number(result.threshold), .text(result.verdict.rawValue),
                result.reason.map(CSVCell.sentence) ?? .missing,
            ])
        }
        return table
    }
}

extension BaselineComparison {
    /// What the runs of the baseline are, in a line.
    var title: String {
        let runs = baseline.runs
        let commits = runs.map(\.commit).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let times = [runs.first, runs.last].compactMap { $0?.startedAt }
        return "held against the baseline \(baseline.name): \(runs.count) \(runs.count == 1 ? "run" : "runs"), "
            + "\(Set(times).count == 1 ? times[0] : times.joined(separator: " to ")), commit "
            + commits.joined(separator: ", ")
    }

    /// What is to be known besides the figures: what is not compared, and why figures came to what they did, each once.
    var remarks: [String] {
        (notes + results.compactMap(\.reason)).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// `REGRESSION against the baseline main: 1 of 9 figures`.
    var summary: String {
        let counted = results.count { $0.verdict == verdict }
        return "\(verdict.rawValue) against the baseline \(baseline.name)"
            + (results.isEmpty ? "" : ": \(counted) of \(results.count) figures")
    }
}
