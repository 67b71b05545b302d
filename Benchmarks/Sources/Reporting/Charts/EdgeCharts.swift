internal import DedupVerification
internal import Evidence
internal import Wording

/// The pictures of a phase whose herds came at an event: what they met, by when they came.
struct EdgeCharts {
    let edge: EdgeEvidence

    /// None where no herd came.
    var all: [Chart] { met.isEmpty ? [] : [outcomes, executions] }

    private var met: [EdgeEvidence.Step] { edge.steps.filter { $0.herds > 0 } }

    private func axis(_ steps: [EdgeEvidence.Step]) -> ChartAxis {
        ChartAxis("from the \(edge.event)", of: steps.flatMap { [Double($0.low), Double($0.high)] }) {
            HumanNumber.time($0)
        }
    }

    private func series(
        _ name: String, isLine: Bool = true, _ value: (EdgeEvidence.Step) -> Double
    ) -> Chart.Series {
        Chart.Series(
            name: name, points: met.map { (x: (Double($0.low) + Double($0.high)) / 2, y: value($0)) }, isLine: isLine)
    }

    private var outcomes: Chart {
        let total = edge.total
        let given = OutcomeClass.allCases.filter { total.outcomes[Int($0.rawValue)] > 0 }
        return Chart(
            title: "What herds got, by when they came: before and after the \(edge.event)", x: axis(edge.steps),
            y: ChartAxis("share of the calls", of: [0, 1]) { HumanNumber.ratio($0) },
            series: given.map { outcome in series(outcome.name) { Self.share(of: outcome, in: $0) } })
    }

    private static func share(of outcome: OutcomeClass, in step: EdgeEvidence.Step) -> Double {
        step.calls == 0 ? 0 : Double(step.outcomes[Int(outcome.rawValue)]) / Double(step.calls)
    }

    private var executions: Chart {
        let perHerd = { (count: Int, step: EdgeEvidence.Step) in Double(count) / Double(max(1, step.herds)) }
        let series = [
            series("executions") { $0.executionsPerHerd ?? 0 },
            series("extra executions", isLine: false) { perHerd($0.duplicates, $0) },
            series("violations", isLine: false) { perHerd($0.violations, $0) },
        ]
        return Chart(
            title: "Executions of the key and violations a herd (\(HumanNumber.count(edge.total.herds)) herds, "
                + "\(HumanNumber.count(edge.outside)) outside, \(HumanNumber.count(edge.missed)) missed)",
            x: axis(edge.steps),
            y: ChartAxis("a herd", of: series.flatMap(\.points).map(\.y)) { HumanNumber.plain($0) }, series: series)
    }
}
