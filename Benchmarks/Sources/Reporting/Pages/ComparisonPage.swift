internal import Evidence
internal import Judging
internal import Measurement
internal import Wording

/// `report.html` of a comparison: what it came to, by how much each metric is worse, and every round.
struct ComparisonPage {
    let report: ComparisonReport

    /// How many metrics are drawn round by round; of more, the rest stands in `rounds.csv`.
    private static let mostCharts = 60

    /// The page.
    var text: String {
        let title = "\(report.identity.scenario): comparison"
        let parts = [
            HTMLPage.verdict(
                title, style: style, word: report.verdict.rawValue, meaning: report.verdict.meaning + reservation),
            Markup.element(
                "p", [],
                Markup.text(
                    "Held against \(report.reference) in \(report.rounds) rounds: the median of the rounds, and the ratio "
                        + "within rounds.")),
            HTMLPage.list(report.doubts),
            HTMLPage.section(
                "Metrics",
                ComparisonRow.table(report.results, reference: "reference", candidate: "arm's", arm: "arm")),
            report.best.isEmpty
                ? ""
                : HTMLPage.section(
                    "Best",
                    Markup.table(
                        ["metric", "phase", "best arm"],
                        report.best.map { [$0.metric.name, $0.phase, $0.text] })),
            HTMLPage.section("Differences", charts(differences)),
            HTMLPage.section("Rounds", rounds),
            HTMLPage.run(report.identity, report.environment, scenario: report.scenario),
        ]
        return HTMLPage(title: "\(title): \(report.verdict.rawValue)", body: parts.joined(separator: "\n")).text
    }

    /// Whether the arms are what they promise to be counts for more than how fast they are.
    private var style: HTMLPage.Style {
        switch report.arms {
        case .fail, .hung: .bad
        case .invalid where report.verdict == .noRegression: .doubt
        case .pass, .inconclusive, .invalid, .interrupted: report.verdict.style
        }
    }

    private var reservation: String {
        switch report.arms {
        case .fail, .hung: "; but an arm breaks its promises or does not keep up, and does not win however fast it is"
        case .invalid: "; but the measurement of an arm cannot be trusted"
        case .pass, .inconclusive, .interrupted: ""
        }
    }

    private func charts(_ figures: [String]) -> String {
        figures.isEmpty ? "" : Markup.element("div", [("class", "charts")], figures.joined(separator: "\n"))
    }

    /// One picture an arm.
    private var differences: [String] {
        var arms: [String] = []
        for result in report.results where !arms.contains(result.metric.arm) { arms.append(result.metric.arm) }
        return arms.compactMap { arm in
            RatioChart(title: "\(arm) against \(report.reference)", report.results.filter { $0.metric.arm == arm })?
                .figure
        }
    }

    private var rounds: String {
        let figures = report.results.prefix(Self.mostCharts).map { chart($0.metric).figure }
        let left = report.results.count - figures.count
        return charts(Array(figures))
            + (left > 0 ? "<p>\(left) more metrics are not drawn; their rounds are in rounds.csv.</p>" : "")
    }

    private func chart(_ metric: ComparedMetric) -> Chart {
        let series = { (name: String, values: [Double], isLine: Bool) in
            Chart.Series(
                name: name,
                points: values.enumerated().filter { $1.isFinite }.map { (x: Double($0 + 1), y: $1) }, isLine: isLine)
        }
        let all = metric.reference + metric.candidate + metric.again
        let dimension = metric.metric.definition.dimension
        return Chart(
            title: "\(metric.metric.name), \(metric.phase): \(metric.arm)",
            x: ChartAxis("round", of: [1, Double(report.rounds)]) { HumanNumber.plain($0) },
            y: ChartAxis("", of: all) { dimension.written($0) },
            series: [
                series(report.reference, metric.reference, true), series(metric.arm, metric.candidate, true),
                series("\(report.reference), again", metric.again, false),
            ])
    }
}

extension ComparisonVerdict {
    /// What it means, in a few words.
    fileprivate var meaning: String {
        switch self {
        case .regression: "something is worse by more than what matters"
        case .noRegression: "nothing is worse by more than what matters"
        case .inconclusive: "more rounds may tell"
        }
    }
}
