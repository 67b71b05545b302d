import DedupBenchCLI
import DedupBenchKit
import DedupVerification
import Foundation
import LoadGeneration
import Simulation
import Testing
import Workloads

/// What is driven besides the library: the other subjects, and real programs.
@Suite(.serialized) final class SubjectTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// Both look first and act later. All of a herd look before the first of them acts: there is one worker, and an execution
    /// takes 2 ms.
    @Test(arguments: ["reference", "dictionary"])
    func aSubjectThatChecksThenActsFails(subject: String) async throws {
        let result = try await bench.run(scenario: Scenarios.herd, ["--subject", subject], workers: 1)
        #expect(result.code == 2, "\(result.out)\(result.error)")
        let row = try #require(try bench.rows("summary.csv").first)
        #expect(row["subject"] == subject && row["verdict"] == "fail")
        let violations = try #require(row["violations"].flatMap { Int($0) })
        #expect(violations > 0)
        #expect(try bench.file("events.csv").split(separator: "\n").count > 1)
    }

    /// The library, in the same herds.
    @Test func theLibraryLetsAHerdWaitForOneExecution() async throws {
        let result = try await bench.run(scenario: Scenarios.herd, workers: 1)
        #expect(result.code == 0, "\(result.out)\(result.error)")
        let row = try #require(try bench.rows("summary.csv").first)
        #expect(row["executions"] == "20" && row["violations"] == "0")
    }

    /// With one client at a time there is nothing to join, and both keep what they executed.
    @Test(arguments: ["reference", "dictionary"])
    func aSubjectThatChecksThenActsPassesAlone(subject: String) async throws {
        let result = try await bench.run(scenario: Scenarios.alone, ["--subject", subject])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        let row = try #require(try bench.rows("summary.csv").first)
        #expect(row["executions"] == "20" && row["hit_ratio"] == "0.995" && row["violations"] == "0")
    }

    /// One key is asked for, after 3 ms again, and after 3 ms once more; executions for other keys, of 1 ms each, lie between.
    @Test(arguments: [
        ("forever", 1), ("fixed:5ms", 2), ("fixed:2ms", 3), ("sliding:5ms", 1), ("sliding:5ms,max:6ms", 2),
    ])
    func resultsOfTheDictionaryExpire(lifetime: String, executions: Int) async throws {
        let scenario = try ScenarioLoader.load(
            yaml: Scenarios.alone, named: "test", overrides: [try ScenarioOverride("cache.ttl=\(lifetime)")])
        let requests = [0, 1, 2, 3, 0, 4, 5, 6, 0].map {
            Request(key: $0, latency: $0 == 0 ? 0 : 1_000_000, valueSize: 8)
        }
        let runner = try LoadRunner(
            scenario, streams: [RequestStream(requests, limit: requests.count)], machine: SimulatedMachine())
        let run = try await runner.run(try #require(SubjectCatalog().blueprint(named: "dictionary")))
        #expect(run.history.executions.count { $0.key == 0 } == executions)
        let checker = HistoryChecker(of: run.subject.promises, under: scenario.system)
        #expect(checker.check(run.history, counters: run.counters).violationCount == 0)
    }

    @Test func gitCommandsAreExecutedOnceEach() async throws {
        let result = try await bench.run(
            scenario: Scenarios.git, ["--subject", "dedup", "--subject", "none"], on: RealMachine())
        #expect(result.code == 2, "\(result.out)\(result.error)")
        let rows = try bench.rows("summary.csv")
        #expect(rows.map { $0["executions"] } == ["4", "40"])
        #expect(rows.map { $0["verdict"] } == ["pass", "fail"])
        #expect(result.out.contains("4, saved 36"))
    }
}
