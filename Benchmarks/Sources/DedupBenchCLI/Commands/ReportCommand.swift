internal import ArgumentParser

/// `dedupbench report`
struct ReportCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Judges the evidence of a run again, with other gates and limits if asked, and reports it.",
        discussion: """
            Examples:
              dedupbench report results/latest
              dedupbench report results/latest --gate 'hit.latency.p99 < 1ms'
              dedupbench report results/latest --lag-limit 100ms
              dedupbench report results/latest --format csv > summary.csv
              dedupbench report results/latest --out copy --quiet

            Nothing is run. What a run has measured is in evidence.json of its bundle; everything else in the bundle can be \
            made from it. The exit code is that of the verdict.
            """)

    @Argument(help: "A bundle, or its evidence.json.")
    var bundle: String

    @OptionGroup var judging: JudgingOptions

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        try judging.publish(try JudgingOptions.evidence(of: bundle), context.console)
    }
}
