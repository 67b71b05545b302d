internal import DedupVerification
package import Gates

extension RunReport {
    /// `metrics.csv`: every metric of every phase and subject, one a row.
    package var metricsTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "scenario", "subject", "strategy", "phase", "metric", "statistic", "value", "unit", "ci_low",
            "ci_high", "n",
        ])
        for subject in subjects {
            for phase in subject.phases { append(MetricSet(of: phase), of: subject, phase.name, to: &table) }
            append(subject.metrics, of: subject, "all", to: &table)
        }
        return table
    }

    private func append(_ metrics: MetricSet, of subject: SubjectReport, _ phase: String, to table: inout CSVTable) {
        for definition in MetricCatalog.standard.definitions {
            guard let metric = metrics[definition.name], metric.count != 0, metric.value.isFinite else { continue }
            let (name, statistic) = Self.split(definition.name)
            table.append([
                .text(identity.id), .text(identity.scenario), .text(subject.subject), .text(subject.strategyText),
                .text(phase), .text(name), .text(statistic), .number(metric.value),
                .text(definition.dimension.baseUnit), CSVCell(metric.low), CSVCell(metric.high), CSVCell(metric.count),
            ])
        }
    }

    /// `hit.latency.p99` is the p99 of `hit.latency`; other metrics are values.
    private static func split(_ name: String) -> (metric: String, statistic: String) {
        for (suffix, _) in MetricCatalog.latencyStatistics where name.hasSuffix(".\(suffix)") {
            // `concurrency.max` and `hiccup.max` are metrics, not the maximum of one.
            if [".latency.", ".service.", ".lag.", ".wakeup."].contains(where: name.contains) {
                return (String(name.dropLast(suffix.count + 1)), suffix)
            }
        }
        return (name, "value")
    }
}

extension MetricDimension {
    /// The unit in which values are kept.
    package var baseUnit: String {
        switch self {
        case .time: "ns"
        case .ratio: "ratio"
        case .bytes: "bytes"
        case .rate: "per_s"
        case .count: "count"
        }
    }
}
