internal import LoadGeneration
internal import Measurement
internal import Reporting
internal import Verification
internal import Workloads

/// Runs a plan: every combination, every subject, one after the other.
struct RunDriver {
    let plan: RunPlan
    let progress: ProgressDisplay

    /// Fills the report. What was not run because of an interruption or a hung subject is listed in it.
    ///
    /// - Throws: ``Failure`` for traces that cannot be read and subjects that cannot be made.
    func run(_ report: inout RunReport) async throws {
        for combination in plan.combinations {
            let runner = try runner(for: combination)
            for subject in plan.subjects {
                guard !Interruption.stop.isSet else {
                    let skipped = SubjectReport(subject: subject.information.name, strategy: combination.strategy)
                    report.skipped.append(skipped.title)
                    continue
                }
                report.subjects.append(try await run(subject, combination, runner))
            }
        }
        progress.clear()
        if let reason = Interruption.reason {
            report.interruption = reason
            report.interruptionCode = Interruption.exitCode
        }
    }

    private func run(
        _ subject: SubjectBlueprint, _ combination: RunPlan.Combination, _ runner: LoadRunner
    ) async throws -> SubjectReport {
        let run: SubjectRun
        do {
            run = try await runner.run(subject, operations: OperationCatalog.body)
        } catch {
            throw Failure("\(subject.information.name) cannot be driven: \(error)", .badScenario)
        }
        let builder = SubjectReportBuilder(
            combination: combination, gates: plan.gates, interruption: Interruption.reason)
        return builder.report(of: run)
    }

    private func runner(for combination: RunPlan.Combination) throws(Failure) -> LoadRunner {
        let (progress, strategy) = (progress, combination.strategy)
        do {
            return try LoadRunner(combination.scenario, configuration: plan.load, stop: Interruption.stop) { now in
                let title = SubjectReport(subject: now.subject, strategy: strategy).title
                progress.show(
                    ProgressReport(
                        subject: title, phase: now.phase, phaseNumber: now.phaseNumber + 1,
                        phaseCount: now.phaseCount, fraction: now.fraction, operations: now.operations,
                        rate: now.rate), at: MonotonicClock.now())
            }
        } catch {
            throw Failure("\(plan.file): \(error)", .badScenario)
        }
    }
}
