internal import ArgumentParser

/// Where the report goes, and how much is said meanwhile.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder for result bundles; created if need be.", valueName: "dir"))
    var out = "results"

    @Flag(help: "Show no progress.")
    var noProgress = false

    @Flag(help: "Print the verdict alone; the bundle holds the rest.")
    var quiet = false

    @Flag(help: "Add no line to history.ndjson, which `trend` reads.")
    var noHistory = false

    @Option(help: "What is printed: a table, run.json or summary.csv.")
    var format = OutputFormat.text
}

/// What is printed at the end of a run.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, csv
}

/// What is run: the scenario and everything that changes it.
struct PlanOptions: ParsableArguments {
    /// The default of `--history-limit`.
    static let historyLimit = 4_000_000

    @Argument(help: "A scenario file, or the name of one in Fixtures/scenarios. Default: duplicate-storm.")
    var scenario: String?

    @Option(
        name: .customLong("subject"),
        help: ArgumentHelp("Drive this subject; repeatable. Default: those of the scenario.", valueName: "name"))
    var subjects: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change a field of the scenario; repeatable.", valueName: "field=value"))
    var settings: [String] = []

    @Option(
        name: .customLong("matrix"),
        help: ArgumentHelp("Run every combination of these values; repeatable.", valueName: "field=value,value"))
    var matrix: [String] = []

    @Option(help: "Fixes every key, latency, failure and arrival. Default: that of the scenario.")
    var seed: UInt64?

    @Option(
        name: .customLong("gate"),
        help: ArgumentHelp(
            "Demand this too, of each phase or, with `in PHASE` behind it, of one; with `if any` at its end it is not asked where "
                + "nothing is observed of it. Repeatable. See `list gates`.",
            valueName: "expression"))
    var gates: [String] = []

    @Option(
        help: ArgumentHelp(
            "How many calls of a subject are kept in memory for the checker, at 160 bytes each; more go through a file in the "
                + "folder of --out, and the load rests while they are moved.", valueName: "calls"))
    var historyLimit = Self.historyLimit

    @Option(
        name: .customLong("phase"),
        help: ArgumentHelp(
            "Run only this phase, after the warm-ups before it; repeatable. Default: all.", valueName: "name"))
    var phases: [String] = []
}
