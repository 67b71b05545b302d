import Foundation
import Testing

@Suite(.serialized) final class UsageTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// A debug build is never fit, and is told so.
    @Test func theDoctorSaysWhatIsWrong() async throws {
        let result = await bench.run(["doctor", "--seconds", "1"])
        #expect(
            result.out.contains("build") && result.out.contains("processors") && result.out.contains("for measuring"))
        #expect((result.code == 75) == result.out.contains("unfit for measuring"))
        #expect(await bench.run(["doctor", "--seconds", "0"]).code == 64)
    }

    @Test(arguments: [
        ["run", "--no-such-flag"], ["no-such-command"], ["list", "nonsense"], ["run", "--format", "xml"],
        ["run", "--seed", "minus"],
    ])
    func wrongUsageIsSixtyFour(_ arguments: [String]) async throws {
        let result = await bench.run(arguments)
        #expect(result.code == 64)
        #expect(!result.error.isEmpty)
    }

    @Test(arguments: [
        (["--subject", "dedupp"], "dedupp"), (["--gate", "hit.latency.p99 < 50"], "unit"),
        (["--gate", "hit_rate.hits > 100%"], "can never be kept"),
        (["--gate", "hit.latncy.p99 < 50ms"], "hit.latency.p99"), (["--set", "nonsense"], "nonsense"),
        (["--set", "cache.polici=lru"], "policy"), (["--phase", "strom"], "storm"),
        (["--matrix", "cache.policy"], "cache.policy"), (["--set", "cache.policy=lur"], "--set cache.policy=lur: "),
        (["--matrix", "cache.policy=lru,seive"], "did you mean `sieve`"),
        (["--set", "subjects=[dedupp]"], "--set subjects"),
        (["--seed", "8", "--set", "seed=7"], "--seed 8: seed: it would undo `--set seed=7`"),
        (["--matrix", "cache.policy=lru,sieve", "--set", "cache.policy=fifo"], "would undo `--set cache.policy=fifo`"),
        (["--matrix", "seed=1,2", "--seed", "3"], "would undo `--seed 3`"),
    ])
    func aWrongOptionIsNamed(_ options: [String], _ hint: String) async throws {
        let result = try await bench.run(scenario: Scenarios.storm, options)
        #expect(result.code == 64, "\(result.error)")
        #expect(result.error.contains(hint), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: bench.results))
    }

    @Test func aWrongKeyInAScenarioNamesLineAndKey() async throws {
        let scenario = Scenarios.storm.replacing("policy: lru", with: "polizy: lru")
        let result = try await bench.run(scenario: scenario)
        #expect(result.code == 65)
        #expect(result.error.contains("scenario.yaml:5:") && result.error.contains("polizy"))
    }

    @Test(arguments: [
        ("hit_rate.repeat > 80%", "hit_rate.repeat > 80", 13, "unit"),
        ("hit_rate.repeat > 80%", "hit_rate.repeat > 80% in strom", 13, "it has: storm"),
        ("policy: lru", "policy: lur", 5, "did you mean `lru`"),
    ])
    func anUnknownFieldOfAScenarioIsNamedWithItsLine(_ old: String, _ new: String, _ line: Int, _ hint: String)
        async throws
    {
        let result = try await bench.run(scenario: Scenarios.storm.replacing(old, with: new))
        #expect(result.code == 65)
        #expect(result.error.contains("scenario.yaml:\(line):") && result.error.contains(hint), "\(result.error)")
    }

    @Test func aWarmUpAloneMeasuresNothing() async throws {
        let warm = Scenarios.storm.replacing("operations: 4000", with: "operations: 4000, warmup: true")
        let more = warm.replacing("gates:", with: "  - {name: more, model: closed, clients: 1, operations: 10}\ngates:")
        for (scenario, options) in [(warm, []), (more, ["--phase", "storm"])] {
            let result = try await bench.run(scenario: scenario, options)
            #expect(result.code == 65 && result.error.contains("storm only warms up"), "\(result.error)")
        }
    }

    @Test(arguments: [
        ("memory.leak_bytes_per_op < 0.5B", "`memory`"), ("response.latency.p99 < 1s", "the model constant"),
        ("generator.lag.p99 < 1s in storm", "the model constant"),
        ("herds.released > 1count", "the distribution burst"),
    ])
    func aGateThatCanNeverBeMeasuredIsRefusedBeforeTheRun(_ gate: String, _ remedy: String) async throws {
        let option = try await bench.run(scenario: Scenarios.storm, ["--gate", gate])
        #expect(option.code == 64 && option.error.contains(remedy), "\(option.error)")
        let file = try await bench.run(scenario: Scenarios.storm.replacing("hit_rate.repeat > 80%", with: gate))
        #expect(file.code == 65 && file.error.contains(remedy), "\(file.error)")
        #expect(!FileManager.default.fileExists(atPath: bench.results))
    }

    @Test func aGateOnAnUnknownPhaseNamesThoseThatThereAre() async throws {
        let option = try await bench.run(scenario: Scenarios.storm, ["--gate", "hit.latency.p99 < 50ms in strom"])
        #expect(option.code == 64 && option.error.contains("it has: storm"))
        let scenario = Scenarios.storm.replacing("> 80%", with: "> 80% in strom")
        let file = try await bench.run(scenario: scenario)
        #expect(file.code == 65 && file.error.contains("it has: storm"))
    }

    @Test(arguments: ["subjects: [unknown]", "seed: -1", "phases: []"])
    func aWrongScenarioIsSixtyFive(_ line: String) async throws {
        let field = String(line.prefix { $0 != ":" })
        let kept = Scenarios.lonely.split(separator: "\n").filter { !$0.hasPrefix(field) && !$0.contains("name: one") }
        let phases = field == "phases" ? "" : "phases: [{name: one, model: closed, clients: 1, operations: 1}]\n"
        let lines = kept.filter { !$0.hasPrefix("phases") }.joined(separator: "\n")
        let result = try await bench.run(scenario: "\(lines)\n\(phases)\(line)\n")
        #expect(result.code == 65, "\(result.error)")
        #expect(result.error.contains(field))
    }

    @Test func aBrokenTraceIsNamedWithItsLineWhateverIsDriven() async throws {
        try "key,time_us\na,1\nb,late\n".write(toFile: bench.folder + "/t.csv", atomically: true, encoding: .utf8)
        let scenario = Scenarios.storm.replacing(
            "distribution: zipf, count: 20, skew: 0.9", with: "distribution: trace, file: t.csv"
        )
        .replacing("closed, clients: 4, operations: 4000", with: "trace, clients: 4")
        let result = try await bench.run(scenario: scenario)
        #expect(result.code == 65)
        let message = try #require(result.error.split(separator: "\n").last)
        #expect(message.hasPrefix("dedupbench: \(bench.folder)/t.csv:3:time_us: `late`"), "\(result.error)")
    }

    @Test func aMissingScenarioIsSixtyFiveAndSaysWhereItLooked() async throws {
        let named = await bench.run(["run", "no-such-scenario"])
        #expect(named.code == 65 && named.error.contains("no-such-scenario"))
        let file = await bench.run(["run", "missing.yaml"])
        #expect(file.code == 65 && file.error.contains("missing.yaml"))
    }

    @Test(
        arguments: [[]]
            + [
                "run", "capacity", "http", "check", "compare", "report", "replay", "merge", "list", "micro",
                "instructions", "scale", "simulate",
                "doctor", "selftest",
                "schema", "baseline", "trend",
            ].map { [$0] } + ["save", "list", "show", "delete"].map { ["baseline", $0] })
    func everyHelpHasExamples(_ command: [String]) async throws {
        let result = await bench.run(command + ["--help"])
        #expect(result.code == 0)
        let lines = result.out.split(separator: "\n", omittingEmptySubsequences: false)
        let examples = lines.drop { $0 != "Examples:" }.dropFirst().prefix { !$0.isEmpty }
        // A line that is too long would be wrapped, and an example on two lines is none.
        #expect(
            !examples.isEmpty && examples.allSatisfy { $0.hasPrefix("  dedupbench") || $0.hasPrefix("      --") },
            "\(examples)")
        // Only a long example goes on in the next line; anywhere else it is a slip of the text in the source.
        let continued = zip(lines, lines.dropFirst()).filter { $0.0.contains("\\") && !$0.1.hasPrefix("      --") }
        #expect(continued.isEmpty, "\(continued)")
    }

    @Test func listsNameEveryEntry() async throws {
        let subjects = await bench.run(["list", "subjects"])
        #expect(subjects.code == 0)
        for name in ["dedup", "reference", "none", "dictionary", "noop"] { #expect(subjects.out.contains(name)) }
        let policies = await bench.run(["list", "policies"])
        #expect(policies.out.contains("s3-fifo") && policies.out.contains("sieve"))
        let gates = await bench.run(["list", "gates"])
        #expect(gates.out.contains("hit.latency.p99") && gates.out.contains("memory.leak_bytes_per_op"))
        #expect(await bench.run(["list"]).code == 0)
    }

    @Test func theSchemaIsJSON() async throws {
        let result = await bench.run(["schema"])
        let schema = try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
        #expect(result.code == 0 && schema?["type"] as? String == "object")
    }
}
