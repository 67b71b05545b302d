internal import ArgumentParser
internal import LoadGeneration
internal import Measurement
internal import Reporting

/// `dedupbench scale`
struct ScaleCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Measures what the same operation costs among more and more entries, flights, waiters and threads.",
        discussion: """
            Examples:
              dedupbench scale
              dedupbench scale --curve entries --csv scale.csv
              dedupbench scale --curve flights --curve waiters --max-flights 10000
              dedupbench scale --max-entries 1000000 --max-flights 100000
              dedupbench scale --filter 'hit, beside pointer chase' --rounds 31
              dedupbench scale --list

            Each row is one step of a curve: nanoseconds an operation (the median of the rounds and its interval), how many times \
            those of the step before, live bytes of each item, and a control of the same rounds. The control of a hit is a pointer \
            chase among as many cache lines as the table has bytes: loads each of which waits for the one before, so what memory \
            costs there. A hit may grow as the chase does; everything else is to be flat, so a factor that stands out is a bend.

            Flights and waiters are started, joined and taken back on one thread; executions end on the pool. Threads beyond the \
            processors take turns, and their rows say so. What does not fit into the available memory is a row that says what it \
            takes. Numbers of a debug build say nothing: build with `swift build -c release`.

            Exit codes: 0, whatever was measured; 6 the CSV cannot be written; 130 interrupted (143 by SIGTERM, 129 by SIGHUP): \
            what was measured by then is printed and written.
            """)

    @Option(help: "Measure this curve: \(ScaleCurve.names); repeatable. Default: all of them.")
    var curve: [ScaleCurve] = []

    @Option(help: "Measure only what has this text in its name.")
    var filter: String?

    @Option(help: ArgumentHelp("Write the rows to this file as CSV, too.", valueName: "path"))
    var csv: String?

    @Option(help: ArgumentHelp("The most entries; 1000 or more.", valueName: "number"))
    var maxEntries = 10_000_000

    @Option(help: ArgumentHelp("The most flights; 1 or more.", valueName: "number"))
    var maxFlights = 1_000_000

    @Option(help: ArgumentHelp("The most waiters; 1 or more.", valueName: "number"))
    var maxWaiters = 100_000

    @Option(help: ArgumentHelp("The most threads; 1 or more.", valueName: "number"))
    var maxThreads = 8

    @Option(help: "How many rounds; 6 or more. 100,000 flights or waiters take 6, and 1,000,000 take 3.")
    var rounds = 15

    @Flag(help: "Print the names of what can be measured.")
    var list = false

    func validate() throws {
        guard rounds >= ScaleEngine.fewestRounds else {
            throw ValidationError("--rounds must be \(ScaleEngine.fewestRounds) or more: fewer give no interval")
        }
        for curve in ScaleCurve.allCases {
            let first = curve.steps[0]
            guard limit(of: curve) >= first else {
                throw ValidationError(
                    "\(curve.limitOption) must be \(first) or more: the curve begins with \(first)")
            }
        }
        guard !chosen.isEmpty else {
            throw ValidationError("nothing has `\(filter ?? "")` in its name; --list prints the names")
        }
    }

    private var chosen: [ScaleCase] {
        ScaleCase.all.filter { (curve.isEmpty || curve.contains($0.curve)) && $0.name.isAsked(by: filter) }
    }

    private func limit(of curve: ScaleCurve) -> Int {
        switch curve {
        case .entries: maxEntries
        case .flights: maxFlights
        case .waiters: maxWaiters
        case .threads: maxThreads
        }
    }

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let console = context.console
        if list {
            console.out(chosen.map { $0.name + "\n" }.joined())
            return 0
        }
        try BundleFile.checkOptions(csv)
        context.interruption.listen()
        let engine = try ScaleEngine(rounds: rounds, stop: context.interruption.stop)
        if !MachineEnvironment.current().isOptimized {
            console.error("this is a debug build: its numbers say nothing\n")
        }
        let run = ScaleRun(
            cases: chosen.map { ($0, $0.curve.steps(upTo: limit(of: $0.curve))) }, context: context)
        let (rows, problem) = await run.rows(engine)
        let table = ScaleTable(rows: rows, processors: engine.processors)
        console.out(table.lines(console.terminal).map { $0 + "\n" }.joined())
        if let reason = context.interruption.reason { console.error("\(reason): there are no more rows\n") }
        if let problem { console.report(problem) }
        let code = problem?.exitCode ?? (engine.stop.isSet ? context.interruption.exitCode : 0)
        return BundleFile.write(table.csv.text, toOption: csv, after: code, reportingTo: console)
    }
}

extension ScaleCurve: ExpressibleByArgument {
    /// The names of all of them, for the help.
    fileprivate static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
