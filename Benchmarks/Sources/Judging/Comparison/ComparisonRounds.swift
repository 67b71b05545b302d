internal import DedupVerification
internal import Evidence

/// What the arms of a comparison measured, round by round.
package struct ComparisonRounds: Sendable {
    /// One run of an arm: what it measured in each phase that counts.
    private struct Run: Sendable {
        let phases: [(name: String, metrics: MetricSet, calls: Int)]

        init(_ report: SubjectReport) {
            phases = report.measured.map { ($0.name, $0.metrics, $0.evidence.counts.operations) }
        }

        /// NaN for what was not measured.
        func value(_ metric: Metric, in phase: String) -> Double {
            phases.first { $0.name == phase }?.metrics[metric]?.value ?? .nan
        }
    }

    /// What the arms are called; the first one is the reference.
    package let arms: [String]
    /// What was wrong with an arm, without repetition.
    package private(set) var doubts: [String] = []
    private var verdicts: [RunVerdict] = []
    /// The arms that broke promises, did not keep up with the rate or hung in a round, the reference among them.
    package private(set) var broken: Set<String> = []
    /// The arms whose figures cannot be trusted in a round, the reference among them.
    package private(set) var untrusted: Set<String> = []
    /// By round and place. The last place is the second run of the reference.
    private var runs: [[Run]] = []

    /// No rounds yet of these arms, of which there are two or more.
    package init(arms: [String]) { self.arms = arms }

    /// What the arms that are held against the reference came to themselves: the worst of all rounds.
    package var verdict: RunVerdict { RunVerdict.combined(verdicts) }

    /// Adds a round.
    ///
    /// - Parameter reports: What each arm came to, in their order, and at last what the reference did when it ran again.
    package mutating func add(_ reports: [SubjectReport]) {
        precondition(
            reports.count == arms.count + 1, "A round has a run of each arm, and a second one of the reference.")
        for (place, report) in reports.enumerated() {
            let arm = place < arms.count ? arms[place] : arms[0]
            note(report, of: arm)
            if [.fail, .hung].contains(report.verdict) { broken.insert(arm) }
            if !report.invalidity.isEmpty || !report.shortfalls.isEmpty || report.ending != .finished {
                untrusted.insert(arm)
            }
            if arms.indices.dropFirst().contains(place) { verdicts.append(report.verdict) }
        }
        runs.append(reports.map(Run.init))
    }

    private mutating func note(_ report: SubjectReport, of arm: String) {
        guard report.verdict != .pass else { return }
        let promises = report.breaksPromises && report.ending == .finished ? "its history breaks promises" : nil
        let reason =
            promises ?? report.ending.reason ?? report.overload.first ?? report.invalidity.first
            ?? report.shortfalls.first
        self.doubt("\(arm): \(report.verdict.rawValue.uppercased())" + (reason.map { ", \($0)" } ?? ""))
    }

    /// Adds what was wrong, unless it is there already.
    package mutating func doubt(_ text: String) {
        if !doubts.contains(text) { doubts.append(text) }
    }

    /// The fewest calls that any arm made in a phase.
    private func calls(in phase: String) -> Int {
        runs.joined().compactMap { run in run.phases.first { $0.name == phase }?.calls }.min() ?? 1
    }

    /// The values of metrics, in the order of arms, phases and metrics. What the reference never measures is left out.
    package func compared(_ metrics: [Metric]) -> [ComparedMetric] {
        guard let phases = runs.first?.first?.phases.map(\.name) else { return [] }
        return arms.indices.dropFirst().flatMap { arm in
            phases.flatMap { phase in
                metrics.compactMap { metric in
                    let values = { (place: Int) in runs.map { $0[place].value(metric, in: phase) } }
                    let reference = values(0)
                    guard !reference.allSatisfy(\.isNaN) else { return nil }
                    return ComparedMetric(
                        arm: arms[arm], phase: phase, metric: metric, reference: reference, candidate: values(arm),
                        again: values(arms.count), calls: calls(in: phase))
                }
            }
        }
    }
}
