internal import Evidence
package import Judging
internal import Measurement
internal import Wording

/// Baselines as a list: what each is of, and when it was made.
package struct BaselineList {
    private let baselines: [(name: String, records: [RunRecord])]

    /// A list of baselines.
    package init(_ baselines: [Baseline]) { self.baselines = baselines.map { ($0.name, $0.records) } }

    /// What a person reads.
    package func text(_ terminal: Terminal) -> String {
        var table = TerminalTable([
            ("baseline", .left), ("runs", .right), ("scenario", .left), ("seed", .right), ("newest", .left),
            ("commit", .left), ("subjects", .left), ("verdicts", .left), ("machine", .left),
        ])
        for (name, records) in baselines {
            guard let last = records.last else { continue }
            table.append([
                .init(name), .init("\(records.count)"), .init(last.scenario), .init("\(last.seed)"),
                .init(last.startedAt), .init(last.commit), .init(last.subjects.map(\.name).joined(separator: ", ")),
                .init(Self.verdicts(records)), .init(last.machine.summary),
            ])
        }
        return table.text(terminal)
    }

    private static func verdicts(_ records: [RunRecord]) -> String {
        RunVerdict.allCases.map(\.rawValue).compactMap { verdict in
            let count = records.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict)"
        }.joined(separator: ", ")
    }

    /// A row a run of each baseline.
    package var table: CSVTable {
        var table = CSVTable(columns: [
            "baseline", "run_id", "started_at", "commit", "scenario", "scenario_digest", "seed", "subjects", "verdict",
            "processor", "cores", "build",
        ])
        for (name, records) in baselines {
            for record in records {
                table.append([
                    .text(name), .text(record.id), .text(record.startedAt), .text(record.commit),
                    .text(record.scenario), .text(record.digest), .unsigned(record.seed),
                    .text(record.subjects.map(\.name).joined(separator: ", ")), .text(record.verdict),
                    .text(record.machine.processor), .integer(record.machine.cores), .text(record.machine.build),
                ])
            }
        }
        return table
    }

    /// The records of all runs, by baseline.
    package var json: String {
        JSONFile.text(Dictionary(baselines.map { ($0.name, $0.records) }, uniquingKeysWith: { $1 }))
    }
}
