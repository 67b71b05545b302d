import DedupBenchCLI
import Evidence
import Foundation
import LoadGeneration
import Measurement
import Reporting
import Testing

@Suite(.serialized) final class RunTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    @Test func theLibraryPassesAndLeavesABundle() async throws {
        let result = try await bench.run(scenario: Scenarios.storm)
        #expect(result.code == 0, "\(result.out)\(result.error)")
        #expect(result.out.contains("PASS"))
        let manifest = try bench.manifest()
        #expect(manifest["verdict"] as? String == "pass")
        #expect(manifest["partial"] as? Bool == false)
        #expect(manifest["seed"] as? Int == 7)
        for file in ["metrics.csv", "timeseries.csv", "latency_histogram.csv", "memory.csv", "gates.csv", "events.csv"]
        {
            #expect(try bench.file(file).hasPrefix("run_id,"), "\(file)")
        }
        let environment = try bench.file("environment.json")
        let id = try #require(manifest["run_id"] as? String)
        #expect(environment.contains("\"memory_bytes\"") && environment.contains("\"run_id\" : \"\(id)\""))
        #expect(try bench.file("scenario.resolved.yaml").contains("tiny-storm"))
    }

    @Test func theResolvedScenarioIsTheOneThatRan() async throws {
        let options = ["--subject", "none", "--gate", "throughput > 1/s", "--set", "keys.count=10"]
        _ = try await bench.run(scenario: Scenarios.storm, options)
        let resolved = bench.results + "/latest/scenario.resolved.yaml"
        let text = try String(contentsOfFile: resolved, encoding: .utf8)
        #expect(text.contains("none") && text.contains("throughput > 1/s"))
        let again = await bench.run(["run", resolved, "--out", bench.results + "/again", "--no-progress"])
        #expect(again.code == 2, "\(again.error)")
        #expect(again.out.contains("throughput > 1/s") && again.out.contains("none"))
    }

    @Test func theSummaryHasTheColumnsThatReadersRelyOn() async throws {
        _ = try await bench.run(scenario: Scenarios.storm, on: RealMachine())
        let columns = [
            "run_id", "scenario", "subject", "phase", "seed", "duration_s", "operations", "executions",
            "duplicates_offered", "duplicates_prevented", "prevented_ratio", "opportunities", "violations", "hit_ratio",
            "joined_ratio", "latency_p50_ns", "latency_p99_ns", "allocated_end_bytes", "leak_bytes_per_op", "verdict",
        ]
        let header = try bench.file("summary.csv").split(separator: "\n")[0].split(separator: ",").map(String.init)
        #expect(Array(header.prefix(columns.count)) == columns)
        let row = try #require(try bench.rows("summary.csv").first)
        #expect(row["operations"] == "4000" && row["executions"] == "20" && row["violations"] == "0")
        #expect(row["prevented_ratio"] == "1" && row["verdict"] == "pass")
        #expect(row["duplicates_offered"] == "3980" && row["duplicates_prevented"] == "3980")
        let p99 = try #require(row["latency_p99_ns"].flatMap { Int($0) })
        #expect(p99 > 0)
    }

    /// Clients that think for 2 ms a call: the phase takes 2 s, of which the first one is silent.
    @Test func aTerminalSeesHowFarTheGatesAreKept() async throws {
        let printed = Printed()
        var context = printed.context()
        context.subjects = try Bench.withHonest
        context.console = printed.console(columns: 60)
        let code = await DedupBenchCommand.run(
            [
                "run", try bench.write(Scenarios.storm), "--out", bench.results, "--subject", "honest",
                "--set", "phases.storm.think_time=2ms", "--gate", "hit.latency.p99 < 50ms", "--gate",
                "hit_rate.joins > 99.99%",
            ], in: context)
        #expect(code == 2)
        let frames = printed.error.split(separator: "\r").map { $0.drop { $0 == "\u{1B}" } }
        let views = frames.filter { $0.contains("operations") }.map { $0.split(separator: "\n").map(String.init) }
        #expect(views.count >= 3, "\(printed.error)")
        for view in views {
            #expect(
                view.count >= 5 && view.dropFirst().allSatisfy { $0.count < 60 || $0.contains("\u{1B}") }, "\(view)")
            let text = view.joined(separator: "\n")
            #expect(text.contains("  hit 9") && text.contains("executed") && text.contains("hits p50 0 ns"))
            #expect(text.contains("hit.latency.p99 < 50ms holds so far"))
            #expect(text.contains("hit_rate.joins > 99.99% is broken so far") && text.contains("2 gates after the run"))
        }
        #expect(!printed.out.contains("\u{1B}"))
    }

    @Test func anUnreachableGateFails() async throws {
        let result = try await bench.run(
            scenario: Scenarios.storm, ["--gate", "hit.latency.p99 < 1ns"], on: RealMachine())
        #expect(result.code == 2)
        #expect(result.out.contains("hit.latency.p99 < 1ns") && result.out.contains("FAIL"))
    }

    @Test func noDeduplicationFailsWithADrawing() async throws {
        let result = try await bench.run(scenario: Scenarios.storm, ["--subject", "none"])
        #expect(result.code == 2)
        #expect(result.out.contains("overlap") && result.out.contains("[="))
        #expect(try bench.rows("summary.csv").first?["verdict"] == "fail")
        #expect(try bench.file("events.csv").split(separator: "\n").count > 1)
    }

    @Test func severalSubjectsAreJudgedOneByOneAndTheWorstDecides() async throws {
        let result = try await bench.run(scenario: Scenarios.storm, ["--subject", "dedup", "--subject", "none"])
        #expect(result.code == 2)
        #expect(try bench.rows("summary.csv").map { $0["verdict"] } == ["pass", "fail"])
    }

    /// The scenario asks for it in all its phases; a run that leaves out the phase that it is about does not.
    @Test func aGateOfAPhaseThatIsLeftOutIsNotAskedForAndTheReportSaysSo() async throws {
        let result = try await bench.run(scenario: Scenarios.memory, ["--phase", "storm"])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        #expect(result.out.contains("not asked for, as --phase leaves out what it is about: memory.leak_bytes_per_op"))
        #expect(try bench.rows("gates.csv").allSatisfy { $0["metric"] != "memory.leak_bytes_per_op" })
        let again = await bench.run(["report", bench.results + "/latest"])
        #expect(again.code == 0 && again.out.contains("not asked for"), "\(again.out)\(again.error)")
        let demanded = try await bench.run(
            scenario: Scenarios.memory, ["--phase", "storm", "--gate", "memory.leak_bytes_per_op < 8B"])
        #expect(demanded.code == 64, "\(demanded.error)")
    }

    @Test func aChosenPhaseRunsAfterTheWarmUpsBeforeIt() async throws {
        let phases = ["warm", "first", "second", "tepid", "last"].map { name in
            "  - {name: \(name), model: closed, clients: 2, operations: 100, warmup: \(["warm", "tepid"].contains(name))}\n"
        }
        let scenario = Scenarios.storm.replacing("gates:", with: phases.joined() + "gates:")
        _ = try await bench.run(scenario: scenario, ["--phase", "second"])
        #expect(try bench.rows("summary.csv").map { $0["phase"] } == ["warm", "second"])
        _ = try await bench.run(scenario: scenario, ["--phase", "last", "--phase", "first"])
        #expect(try bench.rows("summary.csv").map { $0["phase"] } == ["warm", "first", "tepid", "last"])
    }

    @Test func memoryIsNotCalledCleanWhereNoCallWaited() async throws {
        // One client after the other: no call can join, so the memory of waiters is not looked at.
        let result = try await bench.run(scenario: Scenarios.memory)
        #expect(result.code == 75, "\(result.out)\(result.error)")
        #expect(result.out.contains("no call joined a running execution"))
        let row = try #require(try bench.rows("summary.csv").first { $0["phase"] == "memory" })
        #expect(row["memory_verdict"] == "INCONCLUSIVE" && row["phase_verdict"] == "inconclusive")
        let other = try #require(try bench.rows("summary.csv").first { $0["phase"] == "storm" })
        #expect(other["memory_verdict"] == "" && other["leak_bytes_per_op"] == "")
        #expect(other["allocated_end_bytes"] == "0")
    }

    /// What is compared of the subject `none` is that the same violations are found.
    @Test(arguments: ["dedup", "none"]) func aHistoryThatGoesThroughAFileComesToTheSame(subject: String) async throws {
        var runs: [(code: Int32, summary: [String: String], violations: String?)] = []
        for options in [[], ["--history-limit", "300"]] {
            let result = try await bench.run(scenario: Scenarios.alone, options + ["--subject", subject])
            var row = try #require(try bench.rows("summary.csv").first)
            for column in ["run_id", "started_at"] { row[column] = nil }
            runs.append(
                (
                    result.code, row,
                    result.out.split(separator: "\n").first { $0.contains(" violations: ") }.map(String.init)
                ))
        }
        #expect(runs[0].code == (subject == "dedup" ? 0 : 2) && runs[1].code == runs[0].code)
        for column in [
            "operations", "executions", "violations", "hits", "opportunities", "hit_ratio_ceiling", "ending",
        ] {
            #expect(runs[1].summary[column] == runs[0].summary[column], "\(column)")
        }
        #expect(runs[1].violations == runs[0].violations && (runs[0].violations == nil) == (subject == "dedup"))
        #expect(!FileManager.default.fileExists(atPath: bench.results + "/.history"), "the files have no names")
    }

    @Test func aHistoryThatCannotBeWrittenEndsTheRunBeforeItBegins() async throws {
        let file = bench.folder + "/file"
        try Data().write(to: URL(fileURLWithPath: file))
        let result = await bench.run([
            "run", try bench.write(Scenarios.storm), "--out", file + "/below", "--history-limit", "300",
            "--no-progress",
        ])
        #expect(result.code == 6 && result.error.contains(file + "/below"), "\(result.error)")
    }

    @Test func withoutOpportunitiesThereIsNoPass() async throws {
        let result = try await bench.run(scenario: Scenarios.lonely)
        #expect(result.code == 75)
        #expect(result.out.contains("INCONCLUSIVE"))
    }

    @Test func aRunOfNothingButFailuresDoesNotPass() async throws {
        let result = try await bench.run(scenario: Scenarios.storm, ["--set", "operation.failures=100%"])
        #expect(result.code == 75 || result.code == 2, "\(result.out)")
        #expect(result.out.contains("all 4000 calls failed"))
    }

    @Test func eachRowOfAMatrixOfSeedsHasItsOwnSeed() async throws {
        let result = try await bench.run(scenario: Scenarios.storm, ["--matrix", "seed=1,2"])
        #expect(try bench.rows("summary.csv").map { $0["seed"] } == ["1", "2"], "\(result.error)")
        let replay = try #require(try bench.manifest()["replay"] as? String)
        #expect(replay.hasSuffix("--matrix seed=1,2"), "\(replay)")
    }

    /// A little of the load of each measured phase, but for herds at an event. Combinations that differ in the subject alone share it.
    @Test func theFloorOfTheHarnessStandsBesideEachPhase() async throws {
        let phases = """
            phases:
              - {name: warm, model: closed, clients: 2, operations: 100, warmup: true}
              - {name: few, model: closed, clients: 4, operations: 400}
              - {name: many, model: closed, clients: 4, operations: 30000}
              - {name: paced, model: constant, rate: 300/s, clients: 4, duration: 4s}
              - {name: memory, model: closed, clients: 1, memory: {samples: 30, operations: 10, discarded: 1}}
              - {name: edge, model: closed, clients: 4, operations: 48, edge: {at: publication, sweep: 1ms, steps: 2}}

            """
        let scenario = Scenarios.storm.split(separator: "phases:")[0] + phases
        let honest = try Bench.withHonest
        let matrix = ["--matrix", "cache.policy=lru,fifo", "--matrix", "keys.count=5,6"]
        let result = try await bench.run(
            scenario: String(scenario), ["--subject", "honest"] + matrix, subjects: honest)
        #expect(result.code == 0, "\(result.error)\(result.out)")
        let evidence = try BundleReader.evidence(of: bench.results + "/latest")
        #expect(evidence.subjects.count == 4)
        for subject in evidence.subjects {
            let floors = (subject.floors ?? []).map { "\($0.phase) \($0.hits.count)" }
            // As many as the largest number of samples asks for.
            #expect(floors == ["few 400", "many 20000", "paced 300", "memory 1200"])
        }
        #expect(try bench.rows("summary.csv").map { $0["floor_p50_ns"] } == ["0", "0", "0", "0"])

        let one = try await bench.run(scenario: String(scenario), ["--subject", "honest"], subjects: honest)
        #expect(one.out.contains("  floor  "), "\(one.out)")
        let rows = try bench.rows("summary.csv")
        #expect(rows.map { $0["floor_p50_ns"] } == ["", "0", "0", "0", "0", ""], "calls take no time here")
    }

    /// Its stages are cut, too: what takes ten minutes of an open loop is not waited for.
    @Test func theFloorOfARateThatChangesIsThatOfItsBegin() async throws {
        let phases = """
            phases:
              - {name: ramp, model: constant, clients: 4, stages: [{rate: 100/s..500/s, duration: 4s}]}
              - {name: pause, model: constant, clients: 4, stages: [{rate: 0/s, duration: 2s}, {rate: 9/s, duration: 1s}]}

            """
        let scenario = Scenarios.storm.split(separator: "phases:")[0] + phases
        let honest = try Bench.withHonest
        let result = try await bench.run(scenario: String(scenario), ["--subject", "honest"], subjects: honest)
        #expect(result.code == 0, "\(result.error)\(result.out)")
        let floors = try BundleReader.evidence(of: bench.results + "/latest").subjects[0].floors ?? []
        // The rate is 200 a second by then.
        #expect(floors.map { "\($0.phase) \($0.hits.count)" } == ["ramp 150"], "\(result.out)")
    }

    @Test func aGateThatIsNotAskedStandsInTheTables() async throws {
        let gate = "joined.wakeup.max < 1s if any"
        let result = try await bench.run(scenario: Scenarios.alone, ["--gate", gate])
        #expect(result.code == 0 && result.out.contains("\(gate): not asked"), "\(result.out)")
        let row = try #require(try bench.rows("gates.csv").first { $0["expression"] == gate })
        #expect(row["verdict"] == "not asked" && row["observed"] == "")
        let suite = try bench.file("junit.xml")
        #expect(suite.contains("skipped=\"1\"") && suite.contains("<skipped message=\"not asked"), "\(suite)")
        let subject = (try bench.manifest()["subjects"] as? [[String: Any]])?.first
        let verdicts = (subject?["gates"] as? [[String: Any]])?.compactMap { $0["verdict"] as? String }
        #expect(verdicts?.contains("not asked") == true && subject?["verdict"] as? String == "pass")
    }

    @Test func theFloorIsNotJudged() async throws {
        let result = try await bench.run(scenario: Scenarios.storm, ["--subject", "noop"])
        #expect(result.code == 75)
        #expect(try bench.rows("summary.csv").first?["prevented_ratio"] == "")
    }

    @Test func resultsThatCannotBeWrittenArePrintedAndSix() async throws {
        let blocked = bench.folder + "/file"
        #expect(FileManager.default.createFile(atPath: blocked, contents: nil))
        let result = await bench.run(["run", try bench.write(Scenarios.storm), "--out", blocked + "/results"])
        #expect(result.code == 6)
        #expect(result.error.contains(blocked))
        #expect(result.out.contains("dedup.prevented == 100%"))
    }

    @Test func aMatrixHasOneRowACombination() async throws {
        // How many repeats expired in 40 ms is up to the machine.
        let scenario = Scenarios.storm.replacing("  - hit_rate.repeat > 80%\n", with: "")
        let result = try await bench.run(
            scenario: scenario,
            ["--matrix", "cache.policy=lru,sieve", "--matrix", "cache.ttl=forever,fixed:40ms"], on: RealMachine())
        #expect(result.code == 0, "\(result.out)\(result.error)")
        let rows = try bench.rows("summary.csv")
        let combinations = Set(rows.map { "\($0["strategy_cache_policy"] ?? "") \($0["strategy_cache_ttl"] ?? "")" })
        #expect(rows.count == 4 && combinations.count == 4)
        let executions = rows.compactMap { $0["executions"].flatMap { Int($0) } }
        #expect(executions == executions.sorted())
        // Both policies keep all twenty results where nothing expires: neither is better.
        #expect(rows.filter { $0["best"] == "true" }.isEmpty && executions.prefix(2) == [20, 20])
        #expect(result.out.contains("age p99"))
    }

    @Test func oneSeedAsksForTheSameKeys() async throws {
        var executed: [String?] = []
        for seed in ["1", "1", "2"] {
            _ = try await bench.run(scenario: Scenarios.alone, ["--seed", seed, "--set", "keys.count=5000"])
            executed.append(try bench.rows("summary.csv").first?["executions"])
        }
        #expect(executed[0] == executed[1])
        #expect(executed[0] != executed[2])
    }

    @Test func onlyTheNamedPhasesRun() async throws {
        let scenario = Scenarios.storm.replacing(
            "gates:", with: "  - {name: more, model: closed, clients: 1, operations: 10}\ngates:")
        _ = try await bench.run(scenario: scenario, ["--phase", "storm"])
        #expect(try bench.rows("summary.csv").map { $0["phase"] } == ["storm"])
        _ = try await bench.run(scenario: scenario)
        #expect(try bench.rows("summary.csv").map { $0["phase"] } == ["storm", "more"])
    }

    @Test func machinesGetJSONOrCSV() async throws {
        let json = try await bench.run(scenario: Scenarios.storm, ["--format", "json", "--no-progress"])
        let object = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
        #expect(object?["verdict"] as? String == "pass")
        let csv = try await bench.run(scenario: Scenarios.storm, ["--format", "csv", "--no-progress"])
        #expect(csv.out == (try bench.file("summary.csv")))
    }

    @Test func quietSaysTheVerdictAndNothingElse() async throws {
        let result = try await bench.run(scenario: Scenarios.storm, ["--quiet"])
        #expect(result.code == 0)
        #expect(result.out.hasPrefix("PASS\n"))
        #expect(result.error.isEmpty)
    }
}
