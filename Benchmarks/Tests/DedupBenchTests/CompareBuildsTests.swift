import Foundation
import Testing

/// Builds that are compared: each is an executable of its own, run in a process of its own.
@Suite(.serialized, .timeLimit(.minutes(5))) final class CompareBuildsTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// The executable, with options that this "build" adds to each of its runs.
    private func program(_ name: String, adding options: String = "") throws -> String {
        let path = "\(bench.folder)/\(name)"
        try script(path, "exec '\(try Child.executable.path)' \"$@\" \(options)")
        return path
    }

    private func script(_ path: String, _ body: String) throws {
        try "#!/bin/sh\n\(body)\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private func compare(_ programs: [String], _ options: [String] = []) async throws -> Bench.Result {
        await bench.run(
            ["compare", try bench.write(Scenarios.brief), "--subject", "dedup", "--out", bench.results]
                + ["--metric", "dedup.executions", "--rounds", "6"] + programs.flatMap { ["--program", $0] } + options)
    }

    @Test func whatABuildDoesMoreOfIsFound() async throws {
        let old = try program("old")
        let result = try await compare([old, try program("new", adding: "--set workload.keys.count=40")])
        #expect(result.code == 2, "\(result.out)\(result.error)")
        let rows = try bench.rows("comparison.csv")
        #expect(rows.map { $0["verdict"] } == ["REGRESSION"] && rows.map { $0["reference"] } == [old])
        #expect(result.error.contains("in turn") && !result.out.contains("take turns"), "\(result.out)\(result.error)")
    }

    /// A program that has so many turns, one after the other, notes its process at both ends of each, and runs then.
    private func turner(_ name: String, turns: Int, noting notes: String) throws -> String {
        let path = "\(bench.folder)/\(name)"
        try script(
            path,
            """
            pipes=$DEDUPBENCH_TURNS
            ask() { printf $1 > "$pipes/requests" && head -c 1 "$pipes/grants" > "\(bench.folder)/$$"; }
            ask b
            turn=1
            while [ $turn -le \(turns) ]; do
                echo $$ >> '\(notes)'
                echo $$ >> '\(notes)'
                [ $turn -eq \(turns) ] || ask p
                turn=$((turn + 1))
            done
            ask e
            unset DEDUPBENCH_TURNS
            exec '\(try Child.executable.path)' "$@"
            """)
        return path
    }

    @Test func oneBuildAtATimeHasATurn() async throws {
        let notes = bench.folder + "/notes"
        let programs = try ["old", "new"].map { try turner($0, turns: 8, noting: notes) }
        let result = try await compare(programs)
        #expect(result.code == 0 && !result.out.contains("take turns"), "\(result.out)\(result.error)")
        let lines = try String(contentsOfFile: notes, encoding: .utf8).split(separator: "\n")
        let turnCount = 6 * 3 * 8  // Six rounds of three runs.
        try #require(lines.count == 2 * turnCount)
        let turns = stride(from: 0, to: lines.count, by: 2).map {
            lines[$0] == lines[$0 + 1] ? lines[$0] : "two at a time"
        }
        for rotation in stride(from: 0, to: turns.count, by: 3) {
            #expect(Set(turns[rotation..<rotation + 3]).count == 3, "turns from \(rotation): \(turns)")
        }
    }

    @Test func aBuildThatDoesNotKnowOfTurnsRunsAsAWhole() async throws {
        let path = bench.folder + "/old"
        try script(path, "unset DEDUPBENCH_TURNS; exec '\(try Child.executable.path)' \"$@\"")
        let result = try await compare([path, try program("new")])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        #expect(result.out.contains("\(path) does not know how to take turns"), "\(result.out)")
        #expect(!result.out.contains("new does not know"), "\(result.out)")
        let after = try await compare([path, try program("new")], ["--no-in-turn"])
        #expect(after.code == 0 && !after.out.contains("take turns"), "\(after.out)")
    }

    @Test(arguments: ["kill -9 $$", "exit 9"]) func aBuildThatDiesInItsTurnHoldsNoOtherUp(end: String) async throws {
        let broken = bench.folder + "/broken"
        try script(
            broken,
            """
            pipes=$DEDUPBENCH_TURNS
            printf b > "$pipes/requests" && head -c 1 "$pipes/grants" > /dev/null
            printf p > "$pipes/requests"
            \(end)
            """)
        let result = try await compare([try program("new"), broken])
        #expect(result.code == 65 && result.error.contains("\(broken) has left no results"), "\(result.error)")
    }

    @Test(arguments: ["/nowhere", "/tmp", ""]) func turnsWithoutAComparisonAreRefused(_ turns: String) throws {
        let child = try Child(
            ["run", try bench.write(Scenarios.brief), "--out", bench.results], in: bench,
            environment: ["DEDUPBENCH_TURNS": turns])
        let result = try child.finish()
        #expect(result.code == 64 && result.error.contains("DEDUPBENCH_TURNS: "), "\(result.error)")
    }

    /// Ctrl-C, and an end without notice: the runs that wait for their turn end, too.
    @Test(arguments: [SIGINT, SIGKILL]) func noBuildOutlivesTheComparison(signal: Int32) throws {
        let open = bench.folder + "/open"
        #expect(mkfifo(open, 0o600) == 0)
        let path = bench.folder + "/same"
        try script(path, "exec 9> '\(open)'; echo began >&9; exec '\(try Child.executable.path)' \"$@\"")
        let child = try Child(
            [
                "compare", try bench.write(Scenarios.brief), "--subject", "noop", "--program", path, "--program", path,
                "--set", "phases.storm.operations=400000000", "--set", "phases.storm.clients=4",
            ],
            in: bench)
        let runs = try FileHandle(forReadingFrom: URL(fileURLWithPath: open))
        // All three have begun, so two of them wait at any time.
        var began = Data()
        while began.count < 3 * 6, let more = try runs.read(upToCount: 1), !more.isEmpty { began += more }
        #expect(began.count == 3 * 6)
        child.send(signal)
        #expect(try child.finish().code == 128 + signal)
        // It ends when the last of them has.
        #expect(try runs.readToEnd() ?? Data() == Data())
    }

    @Test func aBuildIsHeldAgainstItself() async throws {
        let program = try program("same")
        let result = try await compare([program, program])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        #expect(try bench.rows("comparison.csv").map { $0["arm"] } == [program + "; 2"])
    }

    @Test func aBuildThatLeavesNoResultsIsNamedWithItsLastWords() async throws {
        let broken = bench.folder + "/broken"
        try script(broken, "echo 'out of order' >&2; exit 9")
        let result = try await compare([broken, try program("new")])
        #expect(result.code == 65 && result.error.contains("\(broken) has left no results"), "\(result.error)")
        #expect(result.error.contains("out of order") && result.error.contains("9"))
    }

    @Test func anInterruptionEndsTheBuildThatRuns() throws {
        let (endless, noted, began) = (bench.folder + "/endless", bench.folder + "/noted", bench.folder + "/began")
        // A reader of it waits until it has been opened for writing.
        #expect(mkfifo(began, 0o600) == 0)
        try script(endless, "trap 'echo asked > \(noted); exit 0' INT; : > \(began); while :; do sleep 0.1; done")
        let child = try Child(
            [
                "compare", try bench.write(Scenarios.brief), "--subject", "dedup", "--program", endless, "--program",
                endless,
            ],
            in: bench)
        #expect(child.waits(for: "round 1/10"))
        _ = try FileHandle(forReadingFrom: URL(fileURLWithPath: began)).readToEnd()
        child.send(SIGINT)
        #expect(try child.finish().code == 130)
        #expect(FileManager.default.fileExists(atPath: noted))
    }

    /// A repository with a package whose executable hands over to that of these tests; the second commit adds an option.
    private func repository() throws {
        let git = "git -c user.name=a -c user.email=a@example.invalid -c commit.gpgsign=false"
        try script(
            bench.folder + "/make",
            """
            set -e
            git init -q -b main repository && cd repository && mkdir -p Bench/Sources/copy
            cat > Bench/Package.swift <<'END'
            // swift-tools-version: 6.2
            import PackageDescription
            let package = Package(name: "copy", targets: [.executableTarget(name: "copy")])
            END
            cat > Bench/Sources/copy/main.swift <<'END'
            import Foundation
            let added: [String] = []
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "\(try Child.executable.path)")
            process.arguments = Array(CommandLine.arguments.dropFirst()) + added
            try process.run()
            process.waitUntilExit()
            exit(process.terminationStatus)
            END
            git add . && \(git) commit -q -m one
            sed -i 's/= \\[\\]/= ["--set", "workload.keys.count=40"]/' Bench/Sources/copy/main.swift
            \(git) commit -q -a -m two
            """)
        let result = try Child(shell: "./make", in: bench).finish()
        #expect(result.code == 0, "\(result.error)")
    }

    @Test func commitsAreBuiltAndCompared() throws {
        try repository()
        let scenario = try bench.write(Scenarios.brief)
        let compare =
            "cd repository && dedupbench compare \(scenario) --subject dedup --metric dedup.executions --rounds 6 "
            + "--package Bench --product copy --out ../results --no-progress "
        let result = try Child(shell: compare + "--rev HEAD~1 --rev main", in: bench).finish()
        #expect(result.code == 2, "\(result.out)\(result.error)")
        let rows = try bench.rows("comparison.csv")
        #expect(rows.map { $0["verdict"] } == ["REGRESSION"])
        #expect(rows[0]["reference"]?.hasPrefix("HEAD~1 (") == true && rows[0]["arm"]?.hasPrefix("main (") == true)
        let status = try Child(shell: "cd repository && git status --porcelain && git worktree list", in: bench)
            .finish()
        #expect(status.out.split(separator: "\n").count == 2, "The builds alone are new: \(status.out)")

        let unknown = try Child(shell: compare + "--rev main --rev nowhere", in: bench).finish()
        #expect(unknown.code == 64 && unknown.error.contains("no commit `nowhere`"), "\(unknown.error)")
        let outside = try Child(
            shell: compare.replacing("cd repository && ", with: "") + "--rev main --rev main", in: bench
        ).finish()
        #expect(outside.code == 64 && outside.error.contains("no git repository"), "\(outside.error)")
        // Instructions are held against those of a commit, too.
        let counting =
            "cd repository && dedupbench instructions --filter 'JSON context' --instructions 1000000 --limit 5 "
        let counted = try Child(shell: counting + "--package Bench --product copy --rev HEAD~1", in: bench).finish()
        let valgrind = InstructionsTests.hasValgrind
        #expect(counted.code == (valgrind ? 0 : 69), "\(counted.out)\(counted.error)")
        if valgrind { #expect(counted.out.contains("NO REGRESSION"), "\(counted.out)") }
        let wrong = try Child(shell: counting + "--package Bench --product copy --rev main", in: bench).finish()
        #expect(
            wrong.code == 65 && wrong.error.contains("does not count"),
            "the second commit adds what it does not know: \(wrong.error)")

        let product = try Child(shell: compare + "--rev main --rev main --product other", in: bench).finish()
        #expect(product.code == 65 && product.error.contains("no product named"), "\(product.error)")
        let folder = try Child(shell: compare + "--rev main --rev main --package Bank", in: bench).finish()
        #expect(folder.code == 64 && folder.error.contains("main has no Bank/Package.swift"), "\(folder.error)")
    }
}
