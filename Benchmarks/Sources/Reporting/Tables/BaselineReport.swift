internal import Evidence
package import Judging
internal import Measurement
internal import Statistics
internal import Wording

/// A baseline in full: its runs, and what their figures come to.
package struct BaselineReport {
    private let name: String
    private let records: [RunRecord]

    /// A report about a baseline.
    package init(_ baseline: Baseline) { (name, records) = (baseline.name, baseline.records) }

    /// What a person reads: the runs, and of each figure the median, the least and the most.
    package func text(_ terminal: Terminal) -> String {
        var runs = TerminalTable([
            ("run", .left), ("started", .left), ("commit", .left), ("subjects", .left), ("verdict", .left),
        ])
        for record in records {
            runs.append([
                .init(record.id), .init(record.startedAt), .init(record.commit),
                .init(record.subjects.map(\.name).joined(separator: ", ")), .init(record.verdict.uppercased()),
            ])
        }
        let machines = records.map(\.machine.summary).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let title = records.last.map { "baseline \(name): scenario \($0.scenario), seed \($0.seed)" } ?? name
        let blocks = [[title] + machines, runs.lines(terminal).map { $0 }, figures.lines(terminal)]
        return blocks.enumerated().map { number, lines in
            (number == 0 ? lines.map(TerminalText.sanitised) : lines).joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    private var figures: TerminalTable {
        var table = TerminalTable([
            ("subject", .left), ("phase", .left), ("metric", .left), ("runs", .right), ("median", .right),
            ("least", .right), ("most", .right),
        ])
        for series in FigureSeries.all(of: records) {
            let written = { series.metric.definition.dimension.written($0) }
            table.append([
                .init(series.subject), .init(series.phase), .init(series.metric.name), .init("\(series.values.count)"),
                .init(written(Median.of(series.values))), .init(written(series.values.min())),
                .init(written(series.values.max())),
            ])
        }
        return table
    }

    /// A row a figure of each run.
    package var table: CSVTable { FigureSeries.table(of: FigureSeries.all(of: records)) }

    /// The records of the runs.
    package var json: String { JSONFile.text(records) }
}
