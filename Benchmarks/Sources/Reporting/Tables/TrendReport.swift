internal import Evidence
package import Judging
internal import Measurement
internal import Statistics
internal import Wording

/// How figures developed from run to run.
package struct TrendReport {
    private let trends: [Trend]

    /// A report about trends.
    package init(_ trends: [Trend]) { self.trends = trends }

    /// What a person reads.
    package func text(_ terminal: Terminal) -> String {
        var table = TerminalTable([
            ("scenario", .left), ("digest", .left), ("machine", .left), ("subject", .left), ("phase", .left),
            ("metric", .left), ("runs", .right), ("trend", .left), ("median", .right), ("last", .right),
            ("change", .right), ("95 %", .left), ("", .left),
        ])
        let isOneMachine = Set(trends.map(\.machine)).count == 1
        for trend in trends {
            let series = trend.series
            let written = { series.metric.definition.dimension.written($0) }
            let digests = Set(trends.filter { $0.scenario == trend.scenario }.map(\.digest))
            table.append([
                .init(trend.scenario), .init(digests.count == 1 ? "" : trend.digest),
                .init(isOneMachine ? "" : trend.machine.summary), .init(series.subject), .init(series.phase),
                .init(series.metric.name), .init("\(series.values.count)"),
                .init(Sparkline.text(series.values, from: series.values.min() ?? 0)),
                .init(written(Median.of(series.values))), .init(written(series.values.last)),
                .init(RatioText.percent(trend.ratio?.value)), .init(trend.ratio.map(RatioText.interval) ?? ""),
                .init(trend.change == .unknown ? "" : trend.change.rawValue, trend.change.role),
            ])
        }
        return table.text(terminal)
    }

    /// A row a figure of each run.
    package var table: CSVTable { FigureSeries.table(of: trends.map(\.series)) }

    /// The trends, each with its values.
    package var json: String { JSONFile.text(trends.map(Entry.init)) }

    private struct Entry: Encodable {
        let scenario: String
        let digest: String
        let machine: String
        let subject: String
        let phase: String
        let metric: String
        let unit: String
        let median: Double?
        let ratio: Double?
        let low: Double?
        let high: Double?
        let change: String
        let runs: [Point]

        enum CodingKeys: String, CodingKey {
            case scenario
            case digest = "scenario_digest"
            case machine, subject, phase, metric, unit, median
            case ratio = "change_ratio"
            case low = "ci_low"
            case high = "ci_high"
            case change, runs
        }

        init(_ trend: Trend) {
            let series = trend.series
            (scenario, digest, machine) = (trend.scenario, trend.digest, trend.machine.summary)
            (subject, phase, metric) = (series.subject, series.phase, series.metric.name)
            unit = series.metric.definition.dimension.baseUnit
            median = Median.of(series.values)
            (ratio, low, high) = (trend.ratio?.value.finite, trend.ratio?.low.finite, trend.ratio?.high.finite)
            change = trend.change.rawValue
            runs = series.points.map {
                Point(run: $0.run.id, startedAt: $0.run.startedAt, commit: $0.run.commit, value: $0.value)
            }
        }
    }

    private struct Point: Encodable {
        let run: String
        let startedAt: String
        let commit: String
        let value: Double

        enum CodingKeys: String, CodingKey {
            case run = "run_id"
            case startedAt = "started_at"
            case commit, value
        }
    }
}

extension Trend.Change {
    /// How it is painted.
    fileprivate var role: Terminal.Role? {
        switch self {
        case .better: .good
        case .worse: .bad
        case .none, .unknown: nil
        }
    }
}
