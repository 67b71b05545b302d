package import Evidence
internal import Measurement

/// A run held against the runs of a baseline, which were made before it.
///
/// What must never happen is compared as it is, and one run suffices. Every other figure differs from run to run, so one that
/// is new says something only beside what the runs of the baseline differ by: see ``BaselineJudge``. Times, rates and bytes of
/// another machine or build are shown and never judged.
package struct BaselineComparison: Sendable {
    /// What the run was held against.
    package let baseline: BaselineEvidence
    /// What each figure came to.
    package let results: [ComparisonResult]
    /// What is not compared, and why.
    package let notes: [String]

    private init(baseline: BaselineEvidence, results: [ComparisonResult], notes: [String]) {
        (self.baseline, self.results, self.notes) = (baseline, results, notes)
    }

    /// Holds a run against what it was asked to be held against.
    init(_ report: RunReport, against baseline: BaselineEvidence) {
        guard !report.isPartial else {
            let note = "the run is not whole, so it is not held against the baseline"
            self.init(baseline: baseline, results: [], notes: [note])
            return
        }
        var doubts: [String: String] = [:]
        for subject in report.subjects {
            doubts[subject.title] =
                subject.ending == .finished ? subject.invalidity.first : "\(subject.title) did not run to its end"
        }
        self.init(RunRecord(report), against: baseline, doubts: doubts)
    }

    /// Holds the figures of a whole run against a baseline.
    ///
    /// - Parameters:
    ///   - record: The figures.
    ///   - baseline: What they are held against.
    ///   - doubts: Why those of a subject say nothing, by its name. A breach stands all the same.
    package init(_ record: RunRecord, against baseline: BaselineEvidence, doubts: [String: String] = [:]) {
        var (rows, notes): ([BaselineJudge.Row], [String]) = ([], Self.notes(record, baseline))
        let elsewhere = Self.elsewhere(record, baseline)
        for name in record.subjects.map(\.name) {
            let earlier = baseline.runs.filter { $0.subjects.contains { $0.name == name } }
            guard !earlier.isEmpty else {
                notes.append("\(name) is not in the baseline")
                continue
            }
            rows += Self.rows(
                of: name, in: record, earlier, BaselineJudge.Doubts(all: doubts[name], measured: elsewhere))
        }
        self.init(baseline: baseline, results: BaselineJudge.results(rows), notes: notes)
    }

    /// The worst of the verdicts.
    package var verdict: ComparisonVerdict { ComparisonVerdict.combined(results.map(\.verdict)) }

    /// Whether the run fails by it.
    package var failsRun: Bool { baseline.isDemanded && verdict == .regression }

    private static func notes(_ record: RunRecord, _ baseline: BaselineEvidence) -> [String] {
        let now = Set(record.subjects.map(\.name))
        var missing: [String] = []
        for name in baseline.runs.flatMap(\.subjects).map(\.name) where !now.contains(name) && !missing.contains(name) {
            missing.append(name)
        }
        return missing.map { "\($0) is in the baseline and was not run" }
    }

    /// Why times do not compare: what differs between the machines; nil when nothing does.
    private static func elsewhere(_ record: RunRecord, _ baseline: BaselineEvidence) -> String? {
        var differences: [String] = []
        for difference in baseline.runs.flatMap({ record.machine.differences(from: $0.machine) })
        where !differences.contains(difference) { differences.append(difference) }
        return differences.isEmpty
            ? nil : "measured elsewhere than the baseline: " + differences.joined(separator: ", ")
    }

    private static func rows(
        of subject: String, in record: RunRecord, _ earlier: [RunRecord], _ doubts: BaselineJudge.Doubts
    ) -> [BaselineJudge.Row] {
        var names: [String] = []
        for run in [record] + earlier {
            let phases = run.subjects.first { $0.name == subject }?.phases ?? []
            names += phases.map(\.name).filter { !names.contains($0) }
        }
        return names.flatMap { name in
            let phases = earlier.compactMap { $0.phase(name, of: subject) }
            return (name == RunRecord.whole ? Metric.breaches : Metric.compared).compactMap { metric in
                BaselineJudge.Row(
                    subject: subject, phase: name, metric: metric, now: record.phase(name, of: subject),
                    earlier: phases,
                    doubts: doubts)
            }
        }
    }
}
