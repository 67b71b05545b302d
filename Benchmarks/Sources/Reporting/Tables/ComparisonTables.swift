package import Evidence
package import Judging
package import Measurement
internal import Statistics

/// What a comparison is written from.
package struct ComparisonReport {
    /// Which run it is.
    package let identity: RunIdentity
    /// The machine.
    package let environment: MachineEnvironment
    /// The scenario as it was run, as YAML.
    package let scenario: String
    /// The arm that the others are held against.
    package let reference: String
    /// The results, arm by arm.
    package let results: [ComparisonResult]
    /// The best arm in each metric of each phase, where one surely is; empty where that was not asked.
    package let best: [BestArm]
    /// Arms whose history does not keep the promises, or whose measurement cannot be trusted, and why.
    package let doubts: [String]

    /// What the arms themselves came to: one that breaks promises does not win, however fast it is.
    package let arms: RunVerdict

    /// A report from its parts.
    package init(
        _ identity: RunIdentity, environment: MachineEnvironment, scenario: String, reference: String,
        results: [ComparisonResult], best: [BestArm] = [], doubts: [String], arms: RunVerdict
    ) {
        self.best = best
        self.arms = arms
        self.identity = identity
        self.environment = environment
        self.scenario = scenario
        self.reference = reference
        self.results = results
        self.doubts = doubts
    }

    private var id: String { identity.id }

    /// How many rounds there were.
    var rounds: Int { results.map(\.metric.reference.count).max() ?? 0 }

    /// The worst of the verdicts.
    package var verdict: ComparisonVerdict { ComparisonVerdict.combined(results.map(\.verdict)) }

    /// The exit code: 2 for a regression or an arm that fails, 3 for one that hung, 75 (try again, with more rounds) when
    /// nothing can be said.
    package var exitCode: Int32 {
        switch (verdict, arms) {
        case (_, .fail), (_, .hung): arms.exitCode
        case (.regression, _): RunVerdict.fail.exitCode
        case (.inconclusive, _), (_, .invalid): RunVerdict.inconclusive.exitCode
        case (.noRegression, _): 0
        }
    }

    /// The verdict in words, with that of the arms where it is another one.
    var headline: String {
        arms == .pass ? verdict.rawValue : "\(verdict.rawValue), and an arm comes to \(arms.rawValue.uppercased())"
    }

    /// A line a metric and phase: which arm is the best.
    var bestLines: [String] { best.map { "best in \($0.metric.name) in \($0.phase): \($0.text)" } }

    /// The best arm in a metric of a phase; nil where none surely is.
    private func bestArm(in metric: ComparedMetric) -> String? {
        best.first { $0.phase == metric.phase && $0.metric == metric.metric }?.arm
    }

    /// `comparison.csv`: one row a metric, phase and arm. Ratios above 1 are worse.
    package var table: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "reference", "arm", "phase", "metric", "reference_median", "arm_median", "unit", "worse_ratio",
            "ci_low", "ci_high", "threshold_ratio", "verdict", "rounds", "best_arm",
        ])
        for result in results {
            let metric = result.metric
            table.append([
                .text(id), .text(reference), .text(metric.arm), .text(metric.phase), .text(metric.metric.name),
                CSVCell(Median.of(metric.reference)), CSVCell(Median.of(metric.candidate)),
                .text(metric.metric.definition.dimension.baseUnit), CSVCell(result.worsening.value),
                CSVCell(result.worsening.low), CSVCell(result.worsening.high), .number(result.threshold),
                .text(result.verdict.rawValue), .integer(metric.reference.count),
                CSVCell(bestArm(in: metric)),
            ])
        }
        return table
    }

    /// `rounds.csv`: every value, from which the comparison can be made again.
    package var roundsTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "round", "arm", "phase", "metric", "unit", "reference", "reference_again", "arm_value",
        ])
        for metric in results.map(\.metric) {
            for round in metric.reference.indices {
                table.append([
                    .text(id), .integer(round + 1), .text(metric.arm), .text(metric.phase), .text(metric.metric.name),
                    .text(metric.metric.definition.dimension.baseUnit), CSVCell(metric.reference[round]),
                    CSVCell(metric.again[round]), CSVCell(metric.candidate[round]),
                ])
            }
        }
        return table
    }

    /// Writes every file of the bundle and gives it its name.
    ///
    /// - Throws: ``BundleError``; what was written so far has been removed.
    package func write(to bundle: ResultBundle) throws(BundleError) {
        let tables = [
            (file: "comparison.csv", description: "one row a metric, phase and arm", table: table),
            (
                file: "rounds.csv", description: "every value, from which the comparison can be made again",
                table: roundsTable
            ),
        ]
        let files = tables.map { (name: $0.file, text: $0.table.text) }
        try bundle.publish(
            files + [
                ("datapackage.json", JSONFile.text(DataPackage(id, tables))),
                ("report.html", ComparisonPage(report: self).text), ("report.md", ComparisonMarkdown(self).text),
            ])
    }

    /// What a person reads.
    package func text(_ terminal: Terminal) -> String {
        var table = TerminalTable([
            ("arm", .left), ("phase", .left), ("metric", .left), ("reference", .right), ("arm's", .right),
            ("worse by", .right), ("95 %", .left), ("matters from", .right), ("verdict", .left),
        ])
        for row in results.map(ComparisonRow.init) {
            let metric = row.result.metric
            table.append([
                .init(metric.arm), .init(metric.phase), .init(metric.metric.name), .init(row.reference),
                .init(row.candidate), .init(row.worsening), .init(row.interval), .init(row.threshold),
                .init(row.result.verdict.rawValue, row.result.verdict.role),
            ])
        }
        let title = TerminalText.sanitised(
            "held against \(reference): the median of the rounds, and the ratio within rounds")
        let notes = doubts.map { TerminalText.sanitised($0) }
        let best = bestLines.map { TerminalText.sanitised($0) }
        let lines =
            [title, ""] + table.lines(terminal) + (best.isEmpty ? [] : [""] + best)
            + (notes.isEmpty ? [] : [""] + notes)
        return lines.joined(separator: "\n") + "\n\n" + terminal.paint(verdict.rawValue, verdict.role) + "\n"
    }
}

extension BestArm {
    /// The finding in a few words.
    var text: String {
        switch finding {
        case .surely(let arm): arm
        case .onlyOneLeft(let arm): "\(arm), the only one that is neither broken nor behind"
        case .none: "none is, surely"
        case .tooFewRounds: "too few rounds to tell"
        }
    }
}
