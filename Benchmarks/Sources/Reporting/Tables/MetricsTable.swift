internal import Evidence
package import Judging

extension RunReport {
    /// `metrics.csv`: every metric of every phase and subject, one a row.
    package var metricsTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "scenario", "subject", "strategy", "phase", "metric", "statistic", "value", "unit", "ci_low",
            "ci_high", "n",
        ])
        for subject in subjects {
            for phase in subject.phases { append(phase.metrics, of: subject, phase.name, to: &table) }
            append(subject.metrics, of: subject, "all", to: &table)
        }
        return table
    }

    private func append(_ metrics: MetricSet, of subject: SubjectReport, _ phase: String, to table: inout CSVTable) {
        for metric in Metric.all {
            guard let observed = metrics[metric], observed.count != 0, observed.value.isFinite else { continue }
            table.append([
                .text(identity.id), .text(identity.scenario), .text(subject.subject), .text(subject.strategyText),
                .text(phase), .text(metric.quantity), .text(metric.statistic), .number(observed.value),
                .text(metric.definition.dimension.baseUnit), CSVCell(observed.low), CSVCell(observed.high),
                CSVCell(observed.count),
            ])
        }
    }
}

extension Metric {
    /// `hit.latency.p99` is the p99 of `hit.latency`; other metrics are values.
    fileprivate var quantity: String { if case .time(let times, _) = self { times.name } else { name } }

    fileprivate var statistic: String { if case .time(_, let statistic) = self { statistic.rawValue } else { "value" } }
}
