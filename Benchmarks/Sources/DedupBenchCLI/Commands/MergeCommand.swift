internal import ArgumentParser
internal import Evidence

/// `dedupbench merge`
struct MergeCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Adds up runs of one scenario by several processes or machines at the same time.",
        discussion: """
            Examples:
              dedupbench merge one/latest two/latest
              dedupbench merge hosts/*/evidence.json --out results
              dedupbench merge one/latest two/latest --gate 'hit.latency.p99 < 1ms'

            Counts and histograms are added, so a percentile is that of all calls and never an average; a phase takes as \
            long as in the slowest process, so rates add up. Memory is judged for each process, and the worst counts. The \
            history of each process was checked on its own: an execution in one that duplicates one in another is not \
            seen.
            """)

    @Argument(help: "Bundles, or their evidence.json: two or more.")
    var bundles: [String]

    @OptionGroup var judging: JudgingOptions

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        guard bundles.count > 1 else { throw Failure("give two or more bundles: there is nothing to add up", .usage) }
        var runs: [(name: String, evidence: RunEvidence)] = []
        for bundle in bundles { runs.append((bundle, try JudgingOptions.evidence(of: bundle))) }
        let merged = try Self.merge(runs, RunStamp.commandLine(arguments), arguments)
        return try judging.publish(merged, context.console)
    }

    private static func merge(
        _ runs: [(name: String, evidence: RunEvidence)], _ replay: String, _ arguments: [String]
    ) throws(Failure) -> RunEvidence {
        do throws(MergeError) {
            return try RunMerge.merge(runs, arguments: arguments, replay: replay)
        } catch {
            throw Failure("\(error)", .badScenario)
        }
    }
}
