internal import DedupBenchKit
internal import DedupVerification
internal import Evidence
internal import Judging
internal import LoadGeneration
internal import Workloads

/// Runs the arms of a comparison round by round: all of them on the same requests, in an order that is drawn anew for each round,
/// and the reference twice.
struct ComparisonDriver {
    /// What is compared: a subject in a combination of the matrix.
    struct Arm {
        let combination: RunPlan.Combination
        let subject: SubjectBlueprint

        var title: String {
            SubjectEvidence(subject: subject.name, strategy: combination.strategy).title
        }
    }

    let driver: RunDriver
    /// The first one is the reference.
    let arms: [Arm]
    let rounds: Int
    let metrics: [Metric]

    /// What was measured: for each round the metrics of each phase, by arm; the second run of the reference is the last arm.
    struct Outcome {
        var values: [[[(phase: String, metrics: MetricSet)]]] = []
        /// What was wrong with an arm, without repetition.
        var doubts: [String] = []
        /// The verdicts of the arms that are held against the reference.
        var verdicts: [RunVerdict] = []
    }

    /// Runs all rounds.
    ///
    /// - Throws: ``Failure`` when an arm cannot be driven, or the run is interrupted: there is then nothing to compare.
    func run() async throws(Failure) -> Outcome {
        var outcome = Outcome()
        var runners: [LoadRunner] = []
        for arm in arms { runners.append(try runner(of: arm)) }
        var random = RandomStream(seed: driver.plan.scenario.seed, name: "order of arms")
        for _ in 0..<rounds {
            var measured = [[(phase: String, metrics: MetricSet)]](repeating: [], count: arms.count + 1)
            // The last place is the reference once more.
            for place in random.permutation(arms.count + 1).map(Int.init) {
                let arm = place == arms.count ? 0 : place
                guard driver.context.interruption.reason == nil else { throw interrupted() }
                let report = SubjectReport(try await drive(arms[arm], runners[arm]), gates: [])
                note(report, in: &outcome)
                if arm > 0 { outcome.verdicts.append(report.verdict) }
                measured[place] = report.measured.map { ($0.name, $0.metrics) }
            }
            outcome.values.append(measured)
        }
        driver.progress.clear()
        return outcome
    }

    private func runner(of arm: Arm) throws(Failure) -> LoadRunner {
        do {
            return try driver.makeRunner(for: arm.combination)
        } catch {
            throw RunDriver.failure(from: error, driving: "\(driver.plan.file): \(arm.title)")
        }
    }

    private func drive(_ arm: Arm, _ runner: LoadRunner) async throws(Failure) -> SubjectEvidence {
        do {
            return try await driver.run(arm.subject, in: arm.combination, with: runner)
        } catch {
            throw RunDriver.failure(from: error, driving: "\(driver.plan.file): \(arm.title)")
        }
    }

    private func interrupted() -> Failure {
        Failure(
            driver.context.interruption.reason ?? "the run was stopped",
            exitCode: driver.context.interruption.exitCode)
    }

    private func note(_ report: SubjectReport, in outcome: inout Outcome) {
        guard report.verdict != .pass else { return }
        let reason = report.ending.reason ?? report.invalidity.first
        let violations = report.verification?.violationCount ?? 0
        var doubt = "\(report.title): \(report.verdict.rawValue.uppercased())"
        if let reason { doubt += ", \(reason)" } else if violations > 0 { doubt += ", its history breaks promises" }
        if !outcome.doubts.contains(doubt) { outcome.doubts.append(doubt) }
    }

    /// The values of the asked metrics in the order of arms, phases and metrics. Those that no phase measures are left out.
    func compared(_ outcome: Outcome) -> [ComparedMetric] {
        guard let first = outcome.values.first?.first else { return [] }
        return arms.indices.dropFirst().flatMap { arm in
            first.indices.flatMap { phase in
                metrics.compactMap { metric in
                    let values = { (arm: Int) in
                        outcome.values.map { round in
                            round[arm].count > phase ? round[arm][phase].metrics[metric]?.value ?? .nan : .nan
                        }
                    }
                    guard !values(0).allSatisfy(\.isNaN) else { return nil }
                    return ComparedMetric(
                        arm: arms[arm].title, phase: first[phase].phase, metric: metric, reference: values(0),
                        candidate: values(arm), again: values(arms.count))
                }
            }
        }
    }
}
