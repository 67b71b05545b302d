import Foundation
import Testing

/// What only a process can show: signals, exit codes, and what becomes of its output.
@Suite(.serialized, .timeLimit(.minutes(10))) final class ProcessTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
    func aSignalLeavesAPartialMarkedBundle(_ signal: Int32, _ code: Int32) throws {
        let path = try bench.write(Scenarios.endless)
        let child = try Child(
            ["run", path, "--out", bench.results, "--subject", "dedup", "--subject", "none"], in: bench)
        // The first progress line says that the phase is under way; its end is a day away.
        #expect(child.waits(for: "long 1/1"))
        child.send(signal)
        let result = try child.finish()
        #expect(result.code == code)
        #expect(result.out.contains("PARTIAL") && result.out.contains("not run: none"))
        let manifest = try bench.manifest()
        #expect(manifest["partial"] as? Bool == true)
        #expect((manifest["partial_reason"] as? String)?.isEmpty == false)
        #expect(manifest["verdict"] as? String == "interrupted")
        #expect(manifest["exit_code"] as? Int == Int(code))
        let rows = try bench.rows("summary.csv")
        #expect(!rows.isEmpty && rows.allSatisfy { $0["verdict"] == "interrupted" && $0["partial"] == "true" })
    }

    /// `nohup` has the signal ignored, and what it starts must not change that: the second signal ends the run.
    @Test func aRunUnderNohupOutlivesItsTerminal() throws {
        let path = try bench.write(Scenarios.endless)
        let child = try Child(shell: "trap '' HUP; exec dedupbench run \(path) --out \(bench.results)", in: bench)
        #expect(child.waits(for: "long 1/1"))
        child.send(SIGHUP)
        child.send(SIGTERM)
        #expect(try child.finish().code == 143)
    }

    @Test func aSignalWhileRepositoriesAreMadeLeavesAMarkedBundleAndNoRepositories() throws {
        let temporary = bench.folder + "/temporary"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        let arguments = ["run", try bench.write(Scenarios.manyRepositories), "--out", bench.results]
        let child = try Child(arguments, in: bench, environment: ["TMPDIR": temporary])
        #expect(child.waits(for: "drawing the requests"))
        child.send(SIGINT)
        let result = try child.finish()
        #expect(result.code == 130, "\(result.error)")
        #expect(result.out.contains("PARTIAL") && result.out.contains("not run: dedup"))
        #expect(try bench.manifest()["partial"] as? Bool == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.results).count == 2)
    }

    @Test func theReplayCommandRepeatsTheRunAndColourNeverReachesAPipe() throws {
        let scenario = Scenarios.alone.replacing("count: 20,", with: "count: 5000,")
        let options = ["--out", bench.results, "--gate", "throughput > 1/s", "--gate", "hit_rate.repeat > 80%"]
        let first = try Child(["run", try bench.write(scenario)] + options, in: bench).finish()
        #expect(first.code == 0, "\(first.out)\(first.error)")
        let replay = try #require(try bench.manifest()["replay"] as? String)
        #expect(replay.hasSuffix("--gate 'throughput > 1/s' --gate 'hit_rate.repeat > 80%' --seed 7"))
        #expect(first.out.contains(replay))
        let id = try bench.manifest()["run_id"] as? String
        let executions = try bench.rows("summary.csv")[0]["executions"]
        // The seed of the command counts, whatever has become of the file.
        _ = try bench.write(scenario.replacing("seed: 7", with: "seed: 8"))
        let second = try Child(shell: replay, in: bench).finish()
        #expect(second.code == first.code, "\(second.out)\(second.error)")
        #expect(try bench.manifest()["run_id"] as? String != id)
        #expect(try bench.rows("summary.csv")[0]["executions"] == executions)
        for result in [first, second] { #expect(!result.out.contains("\u{1B}") && !result.error.contains("\u{1B}")) }
    }

    /// The code that is measured is in the program: what else is checked out where it is called from is not asked for.
    @Test func theCommitIsThatOfTheRepositoryInWhichTheProgramIs() throws {
        let path = try bench.write(Scenarios.brief)
        let git = "git -c user.name=a -c user.email=b"
        let prepare = """
            for name in own other; do
              mkdir $name && git init -q $name && echo $name > $name/file && git -C $name add file
              \(git) -C $name commit -q -m one
            done
            git -C own rev-parse --short=7 HEAD
            """
        let commit = try Child(shell: prepare, in: bench).finish().out.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(commit.count == 7)
        let program = bench.folder + "/own/program"
        try FileManager.default.copyItem(atPath: try Child.executable.path, toPath: program)
        let run = { (folder: String, environment: String) in
            let command =
                "cd \(folder) && \(environment) \(program) run \(path) --out \(self.bench.results) --subject dedup"
            let result = try Child(shell: command, in: self.bench).finish()
            #expect(result.code == 0, "\(result.out)\(result.error)")
            return try self.bench.manifest()["commit"] as? String
        }
        #expect(try run("other", "") == commit)
        #expect(try run("other", "GIT_DIR=\(bench.folder)/other/.git") == commit)
        _ = try Child(shell: "echo more > own/file", in: bench).finish()
        #expect(try run(".", "") == commit + "-dirty")
        _ = try Child(shell: "rm -rf own/.git", in: bench).finish()
        #expect(try run("other", "") == "nogit")
    }

    @Test(arguments: [
        "list", "--help", "run scenario.yaml --format csv", "run scenario.yaml --format json", "run scenario.yaml",
    ])
    func resultsThatCannotBePrintedAreSix(_ command: String) throws {
        _ = try bench.write(Scenarios.storm)
        let result = try Child(shell: "dedupbench \(command) > /dev/full", in: bench).finish()
        #expect(result.code == 6)
        #expect(result.error.contains("standard output cannot be written: No space left on device"), "\(result.error)")
    }

    @Test func aViolationStaysOneEvenIfItCannotBePrinted() throws {
        _ = try bench.write(Scenarios.storm)
        let command = "dedupbench run scenario.yaml --subject none > /dev/full"
        #expect(try Child(shell: command, in: bench).finish().code == 2)
    }

    @Test func aProgramThatIsNotThereIsNamed() throws {
        let path = try bench.write(Scenarios.git)
        let result = try Child(["run", path, "--out", bench.results], in: bench, environment: ["PATH": "/nowhere"])
            .finish()
        #expect(result.code == 69)
        #expect(result.error.contains("git was not found in PATH"), "\(result.error)")
    }

    @Test func aReaderThatWentAwayIsNoFailure() throws {
        #expect(try Child(["list"], in: bench, isHeard: false).finish().code == 0)
        let path = try bench.write(Scenarios.storm)
        let run = try Child(["run", path, "--out", bench.results], in: bench, isHeard: false).finish()
        #expect(run.code == 0)
        #expect(try bench.manifest()["verdict"] as? String == "pass")
    }

    @Test(
        arguments: [
            (["run", "--no-such-flag"], 64), (["run", "missing.yaml"], 65), (["--help"], 0), (["--version"], 0),
            ([], 0),
        ] as [([String], Int32)])
    func theExitCodeIsThatOfTheCommand(_ arguments: [String], _ code: Int32) throws {
        let result = try Child(arguments, in: bench).finish()
        #expect(result.code == code)
        #expect(result.out.isEmpty == (code != 0) && result.error.isEmpty == (code == 0))
    }
}
