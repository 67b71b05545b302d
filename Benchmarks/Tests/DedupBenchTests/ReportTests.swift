import DedupBenchCLI
import Foundation
import LoadGeneration
import Testing

/// `dedupbench report`: a run that is judged and rendered again from what its bundle holds.
@Suite(.serialized) final class ReportTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private var latest: String { bench.results + "/latest" }

    @Test func theSameEvidenceGivesTheSameFiles() async throws {
        let run = try await bench.run(scenario: Scenarios.memory, ["--subject", "dedup", "--subject", "none"])
        #expect(run.code == 2, "\(run.error)")
        let again = bench.folder + "/again"
        let report = await bench.run(["report", latest, "--out", again])
        #expect(report.code == 2, "\(report.error)")
        for file in try FileManager.default.contentsOfDirectory(atPath: latest) {
            let original = try String(contentsOfFile: "\(latest)/\(file)", encoding: .utf8)
            let remade = try String(contentsOfFile: "\(again)/latest/\(file)", encoding: .utf8)
            #expect(remade == original, "\(file)")
        }
        // Both say where their bundle is, and nothing else differs.
        let text = { (result: Bench.Result) in result.out.split(separator: "\n").filter { !$0.hasPrefix("results: ") } }
        #expect(text(report) == text(run))
    }

    @Test func whatARealMachineMeasuresCanBeReadAgain() async throws {
        let run = try await bench.run(scenario: Scenarios.memory, on: RealMachine())
        let report = await bench.run(["report", latest])
        #expect(report.code == run.code, "\(report.error)")
    }

    /// The annotations go where no result does, and the report to the end of the summary of the job.
    @Test func aJobOfActionsIsToldToo() async throws {
        _ = try await bench.run(scenario: Scenarios.storm)
        let summary = bench.folder + "/summary.md"
        try "before\n".write(toFile: summary, atomically: true, encoding: .utf8)
        let printed = Printed()
        var context = printed.context()
        context.console = printed.console(environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary])
        let code = await DedupBenchCommand.run(
            ["report", latest, "--gate", "dedup.executions < 3 count", "--format", "json"], in: context)
        #expect(code == 2 && printed.error.contains("::error title=dedupbench%2C dedup.executions < 3"))
        #expect(!printed.out.contains("::error"))
        let text = try String(contentsOfFile: summary, encoding: .utf8)
        #expect(text.hasPrefix("before\n<!-- dedupbench storm -->") || text.hasPrefix("before\n<!-- dedupbench"))
    }

    @Test func otherGatesGiveAnotherVerdict() async throws {
        #expect(try await bench.run(scenario: Scenarios.storm).code == 0)
        let file = latest + "/evidence.json"
        let broken = await bench.run(["report", file, "--gate", "dedup.executions < 3 count"])
        #expect(broken.code == 2 && broken.out.contains("FAIL") && !broken.out.contains("dedup.prevented"))
        let kept = await bench.run(["report", file, "--quiet", "--gate", "dedup.executions < 3000 count"])
        #expect(kept.code == 0 && kept.out.hasPrefix("PASS\n") && !kept.out.contains("results:"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bench.results).count == 3,
            "a bundle, its link and the history")
        // A bundle that is written is judged by the gates that it was written with.
        let stricter = bench.folder + "/stricter"
        let written = await bench.run(["report", file, "--gate", "dedup.executions < 3 count", "--out", stricter])
        let again = await bench.run(["report", stricter + "/latest"])
        #expect(written.code == 2 && again.code == 2 && again.out.contains("dedup.executions < 3 count"))
        for (format, beginning) in [("csv", "run_id,"), ("json", "{")] {
            let result = await bench.run(["report", latest, "--format", format])
            #expect(result.code == 0 && result.out.hasPrefix(beginning), "\(result.error)")
        }
    }

    /// Two hundred requests a second, of which one client gets two thirds done: that is a failure of the subject, unless the limit of lag
    /// says otherwise.
    @Test func aSubjectThatDoesNotKeepUpFailsByTheLimitThatIsGiven() async throws {
        let scenario = Scenarios.storm
            .replacing("distribution: zipf, count: 20, skew: 0.9", with: "distribution: uniform, count: 400")
            .replacing("latency: 2ms", with: "latency: 10ms")
            .replacing(
                "model: closed, clients: 4, operations: 4000",
                with: "model: constant, rate: 200/s, clients: 1, operations: 200"
            )
            .replacing("  - hit_rate.repeat > 80%\n", with: "")
        let subjects = try Bench.withHonest
        let arguments = ["run", try bench.write(scenario), "--subject", "honest", "--out", bench.results]
        let run = await bench.run(arguments, subjects: subjects)
        #expect(
            run.code == 2 && run.out.contains("the subject does not keep up with the rate"), "\(run.out)\(run.error)")
        #expect(try bench.file("junit.xml").contains("does not keep up"))
        #expect(try bench.file("report.md").contains("does not keep up"))
        let patient = await bench.run(["report", latest, "--lag-limit", "2s", "--out", bench.folder + "/patient"])
        #expect(patient.code == 0, "\(patient.out)\(patient.error)")
        // A bundle that is written is judged by the limit that it was written with.
        #expect(await bench.run(["report", bench.folder + "/patient/latest"]).code == 0)
        #expect(await bench.run(arguments + ["--lag-limit", "2s"], subjects: subjects).code == 0)
        for limit in ["0s", "soon"] {
            let wrong = await bench.run(["report", latest, "--lag-limit", limit])
            #expect(wrong.code == 64 && wrong.error.contains("--lag-limit"), "\(wrong.error)")
        }
    }

    @Test func severalRunsAreOne() async throws {
        #expect(try await bench.run(scenario: Scenarios.storm).code == 0)
        let one = try FileManager.default.destinationOfSymbolicLink(atPath: latest)
        #expect(try await bench.run(scenario: Scenarios.storm, ["--seed", "8"]).code == 0)
        let bundles = [bench.results + "/" + one, latest]
        let merged = await bench.run(["merge"] + bundles + ["--out", bench.folder + "/merged"])
        #expect(merged.code == 0 && merged.out.contains("8,000"), "\(merged.out)\(merged.error)")
        let manifest = try String(contentsOfFile: bench.folder + "/merged/latest/run.json", encoding: .utf8)
        #expect(manifest.contains("\"merged_from\"") && manifest.contains(one))
        let alone = await bench.run(["merge", latest])
        #expect(alone.code == 64 && alone.error.contains("two or more"), "\(alone.error)")
        #expect(try await bench.run(scenario: Scenarios.storm, ["--set", "keys.count=10"]).code == 0)
        let other = await bench.run(["merge"] + bundles)
        #expect(other.code == 65 && other.error.contains("another scenario"), "\(other.error)")
    }

    @Test func whatCannotBeJudgedIsSaid() async throws {
        #expect(try await bench.run(scenario: Scenarios.storm).code == 0)
        let unknown = await bench.run(["report", latest, "--gate", "hit.latency.p99 < 50ms in nowhere"])
        #expect(unknown.code == 64 && unknown.error.contains("no phase `nowhere` that is judged"), "\(unknown.error)")
        let unmeasured = await bench.run(["report", latest, "--gate", "memory.leak_bytes_per_op < 0.5B"])
        #expect(unmeasured.code == 75 && unmeasured.out.contains("was not measured"), "\(unmeasured.out)")
        for path in [bench.folder, latest + "/run.json", "/nowhere"] {
            let result = await bench.run(["report", path])
            #expect(result.code == 65 && result.error.contains("cannot read \(path)"), "\(result.error)")
        }
    }
}
