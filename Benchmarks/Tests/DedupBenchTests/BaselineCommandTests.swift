import DedupBenchCLI
import Foundation
import Testing

/// `run --baseline`, `run --save-baseline`, and `dedupbench baseline`.
@Suite(.serialized) final class BaselineCommandTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private func run(_ arguments: [String], scenario: String = Scenarios.alone) async throws -> Bench.Result {
        try await bench.run(scenario: scenario, arguments)
    }

    private func baseline(_ arguments: [String]) async -> Bench.Result {
        await bench.run(["baseline"] + arguments + ["--out", bench.results])
    }

    @Test func aRunIsHeldAgainstThoseThatWereSaved() async throws {
        for number in 1...5 {
            let saved = try await run(["--save-baseline", "main"])
            #expect(saved.code == 0 && saved.error.contains("saved as run \(number) of the baseline main"))
        }
        let same = try await run(["--baseline", "main", "--fail-on-regression"])
        #expect(same.code == 0 && same.out.contains("held against the baseline main: 5 runs"), "\(same.out)")
        let rows = try bench.rows("baseline.csv").filter { $0["metric"] == "dedup.executions" }
        #expect(rows.map { $0["verdict"] } == ["NO REGRESSION"] && rows[0]["worse_ratio"] == "1")
        // All of it is made again from the evidence.
        let again = bench.folder + "/again"
        let report = await bench.run(["report", bench.results + "/latest", "--out", again])
        #expect(report.code == same.code)
        for file in try FileManager.default.contentsOfDirectory(atPath: bench.results + "/latest") {
            let remade = try String(contentsOfFile: "\(again)/latest/\(file)", encoding: .utf8)
            #expect(try bench.file(file) == remade, "\(file)")
        }
    }

    /// As if half as many executions had been enough before.
    @Test func aRegressionIsShownAndFailsARunThatSaysSo() async throws {
        for _ in 1...5 { #expect(try await run(["--save-baseline", "main"]).code == 0) }
        let path = bench.results + "/baselines/main.ndjson"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let fewer = text.replacing("\"executions\":20,", with: "\"executions\":10,")
        #expect(fewer != text)
        try fewer.write(toFile: path, atomically: true, encoding: .utf8)
        let shown = try await run(["--baseline", "main"])
        #expect(shown.code == 0 && shown.out.contains("REGRESSION against the baseline main"), "\(shown.out)")
        let strict = try await run(["--baseline", "main", "--fail-on-regression", "--save-baseline", "main", "--quiet"])
        #expect(strict.code == 2 && strict.out.hasPrefix("PASS\nREGRESSION against the baseline main"), "\(strict.out)")
        #expect(strict.error.contains("it was not added to the baseline main"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == fewer)
        #expect(try bench.manifest()["exit_code"] as? Int == 2)
        #expect(await bench.run(["report", bench.results + "/latest"]).code == 2)
        // Another baseline takes it: it is what the next run may be held against.
        let other = try await run(["--baseline", "main", "--save-baseline", "other"])
        #expect(other.error.contains("saved as run 1 of the baseline other"), "\(other.error)")
    }

    @Test(
        arguments: [
            (["--baseline", "main"], 64, "there is no baseline `main`"),
            (["--baseline", "../main"], 64, "--baseline: `../main` is no name"),
            (["--save-baseline", ".main"], 64, "--save-baseline: `.main` is no name"),
            (["--fail-on-regression"], 64, "name a --baseline"),
        ] as [([String], Int32, String)])
    func aWrongNameIsRefusedBeforeTheRun(_ options: [String], _ code: Int32, _ problem: String) async throws {
        let result = try await run(options)
        #expect(result.code == code && result.error.contains(problem), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: bench.results))
    }

    @Test(arguments: ["--baseline", "--save-baseline"])
    func anotherScenarioIsRefusedBeforeTheRun(_ option: String) async throws {
        #expect(try await run(["--save-baseline", "main"]).code == 0)
        for (change, difference) in [("keys.count=7", "count: 7"), ("seed=8", "seed: 8")] {
            let other = try await run([option, "main", "--set", change])
            #expect(other.code == 65 && other.error.contains(difference), "\(other.error)")
            #expect(other.error.contains("is of another scenario than the baseline main"))
        }
        // What is asked of the run does not make it another scenario.
        #expect(try await run([option, "main", "--gate", "dedup.executions < 9000 count"]).code == 0)
    }

    @Test func bundlesAreSavedListedShownAndDeleted() async throws {
        let nothing = await baseline(["list"])
        #expect(nothing.code == 0 && nothing.out.contains("there are no baselines"))
        #expect(try await run([]).code == 0)
        let latest = bench.results + "/latest"
        let saved = await baseline(["save", "main"])
        #expect(saved.code == 0 && saved.out.contains("baseline main: 1 run, "), "\(saved.error)")
        let twice = await baseline(["save", "main", latest, "--add"])
        #expect(twice.code == 65 && twice.error.contains("would count twice"), "\(twice.error)")
        #expect(await baseline(["save", "main", latest]).code == 0, "it takes the place of the first")
        let none = await baseline(["save", "main", bench.folder + "/nowhere"])
        #expect(none.code == 65 && none.error.contains("cannot read"))
        let list = await baseline(["list"])
        #expect(list.code == 0 && list.out.contains("main") && list.out.contains("1 pass"), "\(list.out)")
        let shown = await baseline(["show", "main"])
        #expect(shown.code == 0 && shown.out.contains("dedup.executions"), "\(shown.out)")
        for format in ["csv", "json"] {
            for command in [["list"], ["show", "main"]] {
                let result = await baseline(command + ["--format", format])
                #expect(result.code == 0 && result.out.contains("abc1234"), "\(result.out)")
            }
        }
        let unknown = await baseline(["show", "mian"])
        #expect(unknown.code == 64 && unknown.error.contains("did you mean `main`?"), "\(unknown.error)")
        #expect(await baseline(["delete", "mian"]).code == 64)
        #expect(await baseline(["delete", "main"]).code == 0)
        #expect(await baseline(["show", "main"]).code == 64)
    }

    @Test func aBaselineThatCannotBeReadIsNamedAndTheOthersAreListed() async throws {
        #expect(try await run(["--save-baseline", "main"]).code == 0)
        let broken = bench.results + "/baselines/broken.ndjson"
        try "{}\n".write(toFile: broken, atomically: true, encoding: .utf8)
        let list = await baseline(["list"])
        #expect(list.code == 65 && list.out.contains("main") && list.error.contains("\(broken):1: "))
        let held = try await run(["--baseline", "broken"])
        #expect(held.code == 65 && held.error.contains("--baseline: cannot read \(broken):1: "), "\(held.error)")
        #expect(await baseline(["delete", "broken"]).code == 0)
    }

    @Test func aRunThatCannotBeSavedIsNotLost() async throws {
        _ = try await run([])
        try "a file".write(toFile: bench.results + "/baselines", atomically: true, encoding: .utf8)
        let result = try await run(["--save-baseline", "main"])
        #expect(result.code == 6 && result.error.contains("was not added to the baseline main"), "\(result.error)")
        #expect(try bench.manifest()["verdict"] as? String == "pass")
    }
}

/// `history.ndjson`, and `dedupbench trend`.
@Suite(.serialized) final class TrendCommandTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private func trend(_ arguments: [String]) async -> Bench.Result {
        await bench.run(["trend"] + arguments + ["--out", bench.results])
    }

    @Test func runsAddLinesAndTrendShowsThem() async throws {
        for _ in 1...6 { #expect(try await bench.run(scenario: Scenarios.alone).code == 0) }
        #expect(try await bench.run(scenario: Scenarios.alone, ["--no-history", "--quiet"]).code == 0)
        let text = try String(contentsOfFile: bench.results + "/history.ndjson", encoding: .utf8)
        #expect(text.split(separator: "\n").count == 6)
        let shown = await trend([])
        #expect(shown.code == 0 && shown.out.contains("hit.latency.p50"), "\(shown.out)\(shown.error)")
        let executions = await trend(["dedup.executions", "--phase", "storm", "--last", "3", "--format", "csv"])
        #expect(executions.out.split(separator: "\n").count == 4, "\(executions.out)")
        let json = await trend([
            "dedup.executions", "--subject", "dedup", "--scenario", "tiny-storm", "--format", "json",
        ])
        #expect(json.code == 0 && json.out.contains("\"change\" : \"no change\""), "\(json.out)")
    }

    @Test func aRunThatWasInterruptedIsNotInTheHistory() async throws {
        let interruption = Interruption()
        interruption.interrupt(SIGINT)
        _ = try await bench.run(scenario: Scenarios.storm, interruption: interruption)
        #expect(!FileManager.default.fileExists(atPath: bench.results + "/history.ndjson"))
        let result = await trend([])
        #expect(result.code == 65 && result.error.contains("history.ndjson: No such file"), "\(result.error)")
    }

    @Test(arguments: [
        (["hit.latncy.p50"], "did you mean `hit.latency.p50`?"), (["hit.latency.p90"], "does not keep hit.latency.p90"),
        (["--subject", "dedpu"], "did you mean `dedup`?"), (["--phase", "x"], "it has: storm, all"),
        (["--scenario", "tiny-strom"], "did you mean `tiny-storm`?"), (["--last", "1"], "at least 2"),
    ])
    func aWrongNameIsNamed(_ arguments: [String], _ problem: String) async throws {
        #expect(try await bench.run(scenario: Scenarios.alone).code == 0)
        let result = await trend(arguments)
        #expect(result.code == 64 && result.error.contains(problem), "\(result.error)")
    }

    @Test func aBrokenLineIsLeftOutAndNamed() async throws {
        #expect(try await bench.run(scenario: Scenarios.alone).code == 0)
        let path = bench.results + "/history.ndjson"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try (text + "{\"version\":1,\"id\":\"cut").write(toFile: path, atomically: true, encoding: .utf8)
        let result = await trend([])
        #expect(result.code == 0 && result.error.contains("history.ndjson:2: left out"), "\(result.error)")
        #expect(!result.out.isEmpty)
    }

    @Test func aHistoryThatCannotBeWrittenIsSix() async throws {
        let path = bench.results + "/history.ndjson"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result = try await bench.run(scenario: Scenarios.alone)
        #expect(result.code == 6 && result.error.contains("the run is not in the history"), "\(result.error)")
        #expect(try await bench.run(scenario: Scenarios.alone, ["--no-history"]).code == 0)
    }
}
