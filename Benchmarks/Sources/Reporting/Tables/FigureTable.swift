internal import Evidence
package import Judging

extension FigureSeries {
    /// A row a figure of each run.
    package static func table(of series: [FigureSeries]) -> CSVTable {
        var table = CSVTable(columns: [
            "run_id", "started_at", "commit", "scenario", "scenario_digest", "seed", "subject", "phase", "metric",
            "value", "unit",
        ])
        for one in series {
            for (run, value) in one.points {
                table.append([
                    .text(run.id), .text(run.startedAt), .text(run.commit), .text(run.scenario), .text(run.digest),
                    .unsigned(run.seed), .text(one.subject), .text(one.phase), .text(one.metric.name), .number(value),
                    .text(one.metric.definition.dimension.baseUnit),
                ])
            }
        }
        return table
    }
}
