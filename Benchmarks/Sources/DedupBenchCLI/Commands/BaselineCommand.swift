internal import ArgumentParser
internal import Evidence
internal import Judging
internal import Reporting

/// `dedupbench baseline`
struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Keeps runs under a name, which later runs are held against.",
        discussion: """
            Examples:
              dedupbench run --save-baseline main
              dedupbench run --baseline main --fail-on-regression
              dedupbench baseline save main results/latest
              dedupbench baseline list
              dedupbench baseline show main
              dedupbench baseline delete main

            A baseline is a file, baselines/NAME.ndjson in the folder of the results: up to \(Baseline.capacity) runs of one \
            scenario, each with all that it measured. With --save-baseline a run is added; with more, the oldest goes.

            A run is one observation, however many calls it makes: its calls do not tell what the next run will differ by. \
            So a run is held against what the runs of the baseline differ by. A figure is a REGRESSION if chance hardly \
            explains that it is worse by more than 5 %, and NO REGRESSION if chance hardly explains that it is not: by the \
            prediction of one more run from the logarithms of those before, at 2.5 % each, adjusted for the number of \
            figures. From 5 runs on this can be told; more runs tell smaller differences. Violations, duplicate \
            executions and lost calls are no matter of chance: more of them than any run of the baseline has, of which one \
            has none, is a REGRESSION with any number of runs.

            A run that regressed is not added to the baseline that it was held against. One that is INCONCLUSIVE is: what \
            worsens slowly enough moves the yardstick, so save a baseline anew when you mean to, and not with each run.

            A run of another scenario or seed is refused. Of another machine or build, times, rates and bytes are shown \
            and stay INCONCLUSIVE. What changed in the machine since the baseline was made looks like a change of the \
            subject: `dedupbench compare`, whose arms alternate, has no such doubt.

            Exit codes: a regression is shown and changes nothing; with --fail-on-regression it is 2. INCONCLUSIVE never \
            fails a run.
            """,
        subcommands: [
            BaselineSaveCommand.self, BaselineListCommand.self, BaselineShowCommand.self, BaselineDeleteCommand.self,
        ])
}

/// Where baselines are.
struct BaselineFolderOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of the results, with the baselines in it.", valueName: "dir"))
    var out = "results"

    var store: BaselineStore { BaselineStore(in: out) }
}

/// `dedupbench baseline save`
struct BaselineSaveCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Saves bundles as a baseline.",
        discussion: """
            Examples:
              dedupbench baseline save main
              dedupbench baseline save main results/20261128T*-storm-*
              dedupbench baseline save main --add results/latest

            The bundles become the baseline, in place of one that has the name; with --add they join its runs. Each must be a \
            whole run of the same scenario.
            """)

    @Argument(help: "The name of the baseline.")
    var name: String

    @Argument(help: "Bundles, or their evidence.json. Default: `latest` in the folder of the results.")
    var bundles: [String] = []

    @Flag(help: "Keep the runs that the baseline has.")
    var add = false

    @OptionGroup var folder: BaselineFolderOptions

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        try BaselineStore.check(name)
        var runs: [RunEvidence] = []
        for bundle in bundles.isEmpty ? [folder.out + "/latest"] : bundles {
            runs.append(try JudgingOptions.evidence(of: bundle))
        }
        let saved = try Self.saving(name) { try folder.store.save(runs, as: name, keeping: add) }
        let count = saved.runs.count
        context.console.out(
            "baseline \(name): \(count) \(count == 1 ? "run" : "runs"), \(folder.store.path(of: name))\n")
        return 0
    }

    /// Errors of the store as failures: 65 for what bundles hold, 6 for what cannot be written.
    static func saving<Result>(_ name: String, _ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch let error as BundleError {
            throw Failure("the baseline \(name) is as it was: \(error)", .cannotWrite)
        } catch {
            throw Failure("the baseline \(name) is as it was: \(error)", .badScenario)
        }
    }
}

/// `dedupbench baseline delete`
struct BaselineDeleteCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a baseline. The bundles that it was saved from stay.",
        discussion: """
            Examples:
              dedupbench baseline delete main
            """)

    @Argument(help: "The name of the baseline.")
    var name: String

    @OptionGroup var folder: BaselineFolderOptions

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        try BaselineStore.check(name)
        do {
            try folder.store.delete(name)
        } catch let error as BaselineError {
            throw Failure("\(error)", .usage)
        } catch {
            throw Failure("\(error)", .cannotWrite)
        }
        context.console.out("baseline \(name): deleted\n")
        return 0
    }
}
