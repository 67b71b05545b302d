import DedupBenchCLI
import Foundation
import Testing

@Suite(.serialized) final class CompareTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private func compare(_ arguments: [String]) async throws -> Bench.Result {
        await bench.run(["compare", try bench.write(Scenarios.storm), "--out", bench.results] + arguments)
    }

    @Test func aSubjectThatNeverHitsExecutesMore() async throws {
        let result = try await compare([
            "--subject", "dedup", "--subject", "none", "--metric", "dedup.executions", "--rounds", "6",
        ])
        #expect(result.code == 2 && result.out.contains("REGRESSION"), "\(result.out)\(result.error)")
        #expect(result.out.contains("held against dedup") && result.out.contains("none: FAIL"))
        let rows = try bench.rows("comparison.csv")
        #expect(rows.map { $0["arm"] } == ["none"] && rows.map { $0["verdict"] } == ["REGRESSION"])
        #expect(
            rows.map { $0["best_arm"] } == ["dedup"] && result.out.contains("best in dedup.executions in storm: dedup"))
        #expect(try bench.file("report.html").contains("best arm") && bench.file("report.md").contains("storm: dedup"))
        #expect(try bench.rows("rounds.csv").count == 6)
    }

    @Test func armsAreRunInTurnOrOneAfterTheOther() async throws {
        let options = ["--subject", "dictionary", "--subject", "none", "--metric", "dedup.executions", "--rounds", "6"]
        let inTurn = try await compare(options)
        #expect(inTurn.error.contains("round 6/6: dictionary, none, in turn"), "\(inTurn.error)")
        let rounds = try bench.rows("rounds.csv").map { $0["arm_value"] }
        let after = try await compare(options + ["--no-in-turn"])
        #expect(after.error.contains("round 6/6: none\n") && !after.error.contains("in turn"), "\(after.error)")
        #expect(try bench.rows("rounds.csv").map { $0["arm_value"] } == rounds)
        // Memory is that of the process: one arm at a time.
        let memory = await bench.run([
            "compare", try bench.write(Scenarios.memory), "--out", bench.results, "--subject", "noop", "--subject",
            "none",
            "--metric", "dedup.executions", "--phase", "storm", "--rounds", "6",
        ])
        #expect(memory.error.contains("in turn"), "\(memory.error)")
        let whole = await bench.run([
            "compare", try bench.write(Scenarios.memory), "--out", bench.results, "--subject", "noop", "--subject",
            "none",
            "--metric", "dedup.executions", "--rounds", "7",
        ])
        #expect(!whole.error.contains("in turn"), "\(whole.error)")
    }

    @Test func resultsThatExpireAreNotLeftAloneUnasked() async throws {
        let options = [
            "--subject", "dictionary", "--subject", "none", "--metric", "dedup.executions", "--rounds", "6", "--set",
            "cache.ttl=fixed:10m",
        ]
        let after = try await compare(options)
        #expect(!after.error.contains("in turn") && after.out.contains("as results expire; --in-turn"), "\(after.out)")
        let inTurn = try await compare(options + ["--in-turn"])
        #expect(inTurn.error.contains("in turn") && inTurn.out.contains("results expire while other arms"))
    }

    /// The bundle has a report in Markdown, which the summary of the job gets, too.
    @Test func aJobOfActionsIsToldToo() async throws {
        let summary = bench.folder + "/summary.md"
        let printed = Printed()
        var context = printed.context()
        context.console = printed.console(environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary])
        let code = await DedupBenchCommand.run(
            [
                "compare", try bench.write(Scenarios.brief), "--out", bench.results, "--subject", "dedup", "--subject",
                "none", "--metric", "dedup.executions", "--rounds", "6",
            ], in: context)
        let text = try bench.file("report.md")
        #expect(
            code == 2
                && text.hasPrefix(
                    "<!-- dedupbench compare tiny-storm -->\n### tiny-storm: ❌ REGRESSION, and an arm comes to FAIL\n")
        )
        #expect(
            text.contains("| none | storm | dedup.executions | 20 | 400 | +1900 % |") && text.contains("- none: FAIL"),
            "\(text)")
        #expect(try String(contentsOfFile: summary, encoding: .utf8) == text + "\n")
        #expect(
            printed.error.contains(
                "::error title=dedupbench%2C dedup.executions%3A REGRESSION::none, storm: 400, and 20 of dedup\n"),
            "\(printed.error)")
        #expect(printed.error.contains("::error title=dedupbench%2C compare%3A fail::none: FAIL"), "\(printed.error)")
    }

    @Test func combinationsOfOneSubjectAreCompared() async throws {
        let result = try await compare([
            "--subject", "dedup", "--matrix", "cache.policy=lru,sieve,s3-fifo", "--metric", "dedup.executions",
            "--rounds",
            "7",
        ])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        let rows = try bench.rows("comparison.csv")
        #expect(rows.map { $0["arm"] } == ["dedup cache.policy=sieve", "dedup cache.policy=s3-fifo"])
        #expect(rows.allSatisfy { $0["verdict"] == "NO REGRESSION" && $0["reference"] == "dedup cache.policy=lru" })
    }

    @Test func anArmThatBreaksPromisesIsNoWinner() async throws {
        let arms = ["--metric", "dedup.lost", "--rounds", "6", "--subject"]
        let broken = try await compare(arms + ["dedup", "--subject", "none"])
        #expect(broken.code == 2 && broken.out.contains("none: FAIL"), "\(broken.out)")
        // What the reference does wrong is why it is compared with.
        let mended = try await compare(arms + ["none", "--subject", "dedup"])
        #expect(mended.code == 0 && mended.out.contains("none: FAIL"), "\(mended.out)")
    }

    // MARK: - Runs that were made before

    /// Runs a scenario so often, a seed each, and keeps the bundles in a folder of that name.
    private func keep(_ count: Int, in name: String, _ options: [String] = []) async throws -> String {
        try await keep(1...count, in: name, options)
    }

    private func keep(_ seeds: ClosedRange<Int>, in name: String, _ options: [String]) async throws -> String {
        let folder = "\(bench.folder)/\(name)"
        for seed in seeds {
            let result = await bench.run(
                ["run", try bench.write(Scenarios.brief), "--subject", "dedup", "--seed", "\(seed)", "--out", folder]
                    + options)
            #expect(result.code == 0, "\(result.error)")
        }
        return folder
    }

    private func bundles(_ folders: [String], _ options: [String] = []) async -> Bench.Result {
        await bench.run(["compare", "--out", bench.results] + folders.flatMap { ["--bundles", $0] } + options)
    }

    @Test func foldersOfBundlesAreHeldAgainstEachOther() async throws {
        let before = try await keep(7, in: "before")
        let (same, more) = (
            try await keep(7, in: "same"), try await keep(6, in: "more", ["--set", "workload.keys.count=40"])
        )
        let counted = ["--metric", "dedup.executions"]
        let equal = await bundles([before, same], counted)
        #expect(equal.code == 0 && equal.out.contains("NO REGRESSION"), "\(equal.out)\(equal.error)")
        #expect(try bench.rows("rounds.csv").count == 7)
        let worse = await bundles([before, more], counted)
        #expect(worse.code == 2, "\(worse.out)\(worse.error)")
        #expect(worse.out.contains("is of another scenario than \(before): it has `    count: 40`"), "\(worse.out)")
        #expect(worse.out.contains("has 7 runs, of which the first 6 are compared"))
        #expect(try bench.rows("comparison.csv").map { $0["verdict"] } == ["REGRESSION"])
        // Of several metrics six rounds are too few, and one run each always is.
        let few = await bundles([before, more])
        #expect(few.code == 75 && few.out.contains("can be told for sure from fewer than 7"), "\(few.out)")
        let one = await bundles([before + "/latest", more + "/latest"], counted)
        #expect(one.code == 75 && one.out.contains("each has 1 run"), "\(one.out)")
    }

    @Test func timesAreComparedOfRunsThatWereMadeInTurn() async throws {
        let slow = ["--set", "workload.operation.latency=2ms"]
        let slower = ["--set", "workload.operation.latency=3ms"]
        for seed in 1...7 {
            _ = try await keep(seed...seed, in: "a", slow)
            _ = try await keep(seed...seed, in: "b", slower)
        }
        let folders = ["a", "b"].map { "\(bench.folder)/\($0)" }
        let turns = await bundles(folders, ["--metric", "throughput"])
        #expect(turns.code == 2 && turns.out.contains("REGRESSION"), "\(turns.out)")

        let (before, after) = (try await keep(7, in: "before", slow), try await keep(7, in: "after", slower))
        let blocks = await bundles([before, after], ["--metric", "throughput"])
        #expect(blocks.code == 75 && blocks.out.contains("were not made in turn"), "\(blocks.out)")

        // Which of the runs of one second was made first is not known.
        for folder in folders {
            try change(/"startedAt" ?: ?"[^"]*"/, to: #""startedAt":"2026-01-01T00:00:00Z""#, in: folder)
        }
        let unknown = await bundles(folders, ["--metric", "throughput"])
        #expect(unknown.code == 75 && unknown.out.contains("were not made in turn"), "\(unknown.out)")
    }

    /// Changes what the evidence of each bundle in a folder says.
    private func change(_ pattern: Regex<Substring>, to text: String, in folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.contains("tiny-storm") {
            let path = "\(folder)/\(name)/evidence.json"
            let evidence = try String(contentsOfFile: path, encoding: .utf8)
            let changed = evidence.replacing(pattern, with: text)
            #expect(changed != evidence)
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    @Test func timesOfOtherMachinesSayNothing() async throws {
        let slow = ["--set", "workload.operation.latency=2ms"]
        let (here, there) = (try await keep(7, in: "here", slow), try await keep(7, in: "there", slow))
        try change(/"processor" ?: ?"[^"]*"/, to: #""processor":"abacus""#, in: there)
        let result = await bundles([here, there], ["--metric", "dedup.executions", "--metric", "throughput"])
        #expect(result.code == 75 && result.out.contains("different machines: processor abacus"), "\(result.out)")
        let verdicts = try bench.rows("comparison.csv").map { $0["verdict"] }
        #expect(verdicts == ["NO REGRESSION", "INCONCLUSIVE"])
    }

    @Test func bundlesThatCannotBeComparedAreRefused() async throws {
        let runs = try await keep(1, in: "runs")
        let none = await bundles([runs, bench.folder + "/nothing"])
        #expect(none.code == 65 && none.error.contains("nothing"), "\(none.error)")
        let twice = await bundles([runs, runs + "/latest"])
        #expect(twice.code == 65 && twice.error.contains("held against itself"), "\(twice.error)")
        for (options, problem) in [
            (["--seed", "1"], "--seed has no meaning"), (["--rounds", "9"], "--rounds has no meaning"),
            (["--program", "/bin/sh"], "not compared with new ones"),
        ] {
            let result = await bundles([runs, runs], options)
            #expect(result.code == 64 && result.error.contains(problem), "\(result.error)")
        }
        #expect(await bundles([runs]).code == 64)
        let phase = await bundles([runs, try await keep(1, in: "others")], ["--phase", "stor"])
        #expect(phase.code == 64 && phase.error.contains("has storm"), "\(phase.error)")
        // Runs of two scenarios are no rounds of one arm.
        _ = try await keep(1, in: "runs", ["--set", "workload.keys.count=40"])
        let mixed = await bundles([runs, runs])
        #expect(mixed.code == 65 && mixed.error.contains("runs of one scenario are the rounds"), "\(mixed.error)")
    }

    @Test(arguments: [
        (["--subject", "dedup"], "nothing to compare"),
        (["--subject", "dedup", "--subject", "none", "--rounds", "3"], "need 7 rounds"),
        (["--subject", "dedup", "--subject", "none", "--metric", "hit.latncy.p50"], "did you mean `hit.latency.p50`?"),
        (["--subject", "dedup", "--subject", "none", "--effect", "0"], "--effect"),
        (["--subject", "dedup", "--subject", "none", "--gate", "throughput > 1/s"], "holds nothing against gates"),
        (["--subject", "dedup", "--subject", "none", "--metric", "generator.lag.p50"], "is never measured"),
        (["--program", "/nowhere"], "no executable file"),
        (["--program", "/bin/sh", "--subject", "dedup"], "nothing to compare"),
        (["--program", "/bin/sh", "--program", "/bin/sh", "--subject", "dedup", "--subject", "none"], "choose one"),
        (["--program", "/bin/sh", "--program", "/bin/sh", "--matrix", "seed=1,2"], "not of both"),
        (
            ["--subject", "dedup", "--subject", "none", "--metric", "hiccup.max", "--in-turn"],
            "hiccup.max is that of the machine"
        ),
    ])
    func whatCannotBeComparedIsRefused(arguments: [String], problem: String) async throws {
        let result = try await compare(arguments)
        #expect(result.code == 64 && result.error.contains(problem), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: bench.results))
    }
}
