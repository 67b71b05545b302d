internal import Evidence
internal import Foundation
internal import LoadGeneration
internal import Reporting
internal import Subprocess
internal import Workloads

/// Another build of this program, whose runs are compared.
///
/// It does what `run` does in a process of its own, and what it measured is read from the bundle that it writes.
struct BenchProgram {
    /// What it is called in the comparison.
    let title: String
    /// The path of the executable.
    let path: String

    /// The command lines of jobs take these for a sign to write into the job's own summary.
    private static let job: [Environment.Key: String?] = ["GITHUB_ACTIONS": nil, "GITHUB_STEP_SUMMARY": nil]

    /// The arm that runs a subject of a plan with it.
    ///
    /// - Parameters:
    ///   - arguments: What `run` is told, see ``PlanOptions/arguments(of:subject:)``.
    ///   - subject: The subject whose evidence counts.
    ///   - scratch: Where its bundles go. Each is removed when it has been read.
    func arm(
        _ arguments: [String], subject: String, scratch: ScratchFolder, _ driver: RunDriver
    ) -> ComparisonArm {
        ComparisonArm(title: title) { turns async throws(Failure) in
            let folder = "\(scratch.path)/\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let child = ChildProcess(
                program: path,
                arguments: ["run"] + arguments + ["--out", "\(folder)/results", "--quiet", "--no-progress"],
                interruption: driver.context.interruption)
            guard let turns else {
                return ArmRun(
                    evidence: try evidence(in: "\(folder)/results", subject, try await child.run(with: Self.job)))
            }
            await turns.begin()
            let end: Result<(ChildProcess.End, Bool), Failure>
            do throws(Failure) {
                end = .success(try await inTurn(child, turns, folder))
            } catch {
                end = .failure(error)
            }
            // However it has ended: those that are left have the others' turns.
            await turns.end()
            let (ending, tookTurns) = try end.get()
            return ArmRun(evidence: try evidence(in: "\(folder)/results", subject, ending), tookTurns: tookTurns)
        }
    }

    /// Runs it, and gives it turns where it asks for them.
    private func inTurn(
        _ child: ChildProcess, _ turns: any Turns, _ folder: String
    ) async throws(Failure) -> (ChildProcess.End, tookTurns: Bool) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Failure("cannot make \(folder): \(error.localizedDescription)", .cannotWrite)
        }
        let link = try TurnLink(turns, in: folder)
        let serving = Task {
            // One that asks for what makes no sense would wait for an answer for ever.
            if await !link.serve() { child.kill() }
        }
        let result: Result<ChildProcess.End, Failure>
        do throws(Failure) {
            result = .success(try await child.run(with: Self.job.merging(link.environment) { $1 }))
        } catch {
            result = .failure(error)
        }
        link.close()
        await serving.value
        return (try result.get(), link.isUsed)
    }

    /// What a run has left. Its exit code is not asked: gates that it failed are judged here again.
    private func evidence(
        in out: String, _ subject: String, _ end: ChildProcess.End
    ) throws(Failure) -> SubjectEvidence {
        let run: RunEvidence
        do throws(EvidenceError) {
            run = try BundleReader.evidence(of: out + "/latest")
        } catch {
            if FileManager.default.fileExists(atPath: out + "/latest") {
                throw Failure("\(title) writes evidence that cannot be read here: \(error)", .badScenario)
            }
            throw Failure("\(title) has left no results (\(end.status)): \(end.lastWords)", .badScenario)
        }
        guard let evidence = run.subjects.first(where: { $0.subject == subject }) else {
            throw Failure(
                "\(title) has not run `\(subject)` (\(end.status)): \(run.interruption?.reason ?? end.lastWords)",
                .badScenario)
        }
        if let interruption = run.interruption {
            throw Failure("\(title) was interrupted: \(interruption.reason)", .internalError)
        }
        return evidence
    }
}

extension PlanOptions {
    /// What `run` is told so that it runs one subject of a plan, on the same requests.
    func arguments(of plan: RunPlan, subject: String) -> [String] {
        var arguments = [plan.file, "--subject", subject, "--seed", "\(plan.scenario.seed)"]
        for setting in settings { arguments += ["--set", setting] }
        for phase in phases { arguments += ["--phase", phase] }
        if historyLimit != Self.historyLimit { arguments += ["--history-limit", "\(historyLimit)"] }
        return arguments
    }
}
