internal import Evidence
internal import Foundation
internal import Subprocess
internal import Workloads

/// When and from what code a run is made, and the command that repeats it.
struct RunStamp {
    /// `20261123T163142Z`: sorts by time, and is a file name everywhere.
    let compact: String
    /// `2026-11-23T16:31:42.317Z`: fine enough to tell which of two runs was made first.
    let readable: String
    /// Seven digits of the commit, with `-dirty` behind them if what is checked out differs from it; or `nogit`.
    let commit: String

    /// Now, at this commit.
    init(commit: String) {
        let now = Date()
        readable = now.formatted(RunIdentity.timeFormat)
        compact = now.ISO8601Format().filter { $0 != "-" && $0 != ":" }
        self.commit = commit
    }

    /// The identity of a run.
    func identity(of plan: RunPlan, arguments: [String]) -> RunIdentity {
        identity(
            plan.scenario.name, seed: plan.scenario.seed, arguments: arguments, replay: Self.replay(arguments, plan))
    }

    /// The identity of what is made now about a scenario, with the command that makes it again.
    func identity(_ scenario: String, seed: UInt64, arguments: [String], replay: String) -> RunIdentity {
        RunIdentity(
            id: "\(compact)-\(scenario)-\(commit)", scenario: scenario, seed: seed, commit: commit, startedAt: readable,
            arguments: arguments, replay: replay)
    }

    /// The arguments with everything spelt out that would be filled in.
    private static func replay(_ arguments: [String], _ plan: RunPlan) -> String {
        commandLine(arguments + (plan.seedIsGiven ? [] : ["--seed", "\(plan.scenario.seed)"]))
    }

    /// A command line of this program, to be pasted into a shell.
    static func commandLine(_ arguments: [String]) -> String {
        ([DedupBenchCommand.program] + arguments).map(quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-_=./:,%+@".unicodeScalars.contains(scalar))
        }
        if plain, !word.isEmpty { return word }
        return "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }

    /// What is checked out where this program was built, wherever it is called from: what is measured is compiled into it.
    @Sendable
    static func commitOfThisProgram() async -> String {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return "nogit"
        }
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent().path
        let result = try? await Subprocess.run(
            .name("git"),
            arguments: ["-C", folder, "describe", "--always", "--exclude=*", "--abbrev=7", "--dirty"],
            environment: .inherit.updating(GitProcess.ownRepository),
            output: .string(limit: 256),
            error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return "nogit" }
        let commit = result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        return commit.isEmpty ? "nogit" : commit
    }
}
