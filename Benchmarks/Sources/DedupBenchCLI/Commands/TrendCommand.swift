internal import ArgumentParser
internal import Evidence
internal import Judging
internal import Reporting
internal import Wording

/// `dedupbench trend`
struct TrendCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "trend",
        abstract: "Shows how figures developed from run to run.",
        discussion: """
            Examples:
              dedupbench trend
              dedupbench trend throughput --subject dedup --phase storm
              dedupbench trend hit.latency.p99 --last 50 --format csv > p99.csv

            Each run that comes to its end adds a line to history.ndjson in the folder of its results. Runs of one scenario, \
            seed, machine and build compare; others have rows of their own. A run whose measurement is invalid is left out. \
            The curve goes from the least to the most. The change is that of the last run against those before it. It is \
            called better or worse where chance hardly explains it, which takes 5 runs before it: by the prediction of \
            one more run, at 5 %, adjusted for the number of rows. Hit rates and other shares change by what they lack, so 98 % \
            after 99 % is twice the misses; executions are held against those of runs that made as many calls.
            """)

    @Argument(
        help: ArgumentHelp(
            "What is shown. Default: hit.latency.p50, hit.latency.p99 and throughput.", valueName: "metric"))
    var metrics: [String] = []

    @Option(help: ArgumentHelp("Only runs of this scenario.", valueName: "name"))
    var scenario: String?

    @Option(help: ArgumentHelp("Only this subject, with its combination if it has one.", valueName: "name"))
    var subject: String?

    @Option(help: ArgumentHelp("Only this phase; `all` is the subject as a whole.", valueName: "name"))
    var phase: String?

    @Option(help: ArgumentHelp("How many runs are looked at, the newest ones.", valueName: "count"))
    var last = 20

    @Option(help: ArgumentHelp("The folder of the results, with the history in it.", valueName: "dir"))
    var out = "results"

    @Option(help: "What is printed: a table, JSON or CSV.")
    var format = OutputFormat.text

    func validate() throws {
        guard last > 1 else { throw ValidationError("--last: must be at least 2") }
    }

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let metrics = try askedMetrics()
        let runs = try read(context.console).filter { scenario == nil || $0.scenario == scenario }
        let subjects = runs.flatMap(\.subjects)
        try demand(subject, "--subject", subjects.map(\.name))
        try demand(phase, "--phase", subjects.flatMap(\.phases).map(\.name))
        let trends = Trend.all(of: runs, metrics, last: last) { subject, phase in
            (self.subject ?? subject) == subject && (self.phase ?? phase) == phase
        }
        guard !trends.isEmpty else {
            let names = metrics.map(\.name).joined(separator: ", ")
            throw Failure("no run of the history has measured \(names) there", .badScenario)
        }
        let report = TrendReport(trends)
        switch format {
        case .json: context.console.out(report.json)
        case .csv: context.console.out(report.table.text)
        case .text: context.console.out(report.text(context.console.terminal))
        }
        return 0
    }

    private func askedMetrics() throws(Failure) -> [Metric] {
        let kept = Metric.recorded
        var asked: [Metric] = []
        for name in metrics {
            guard let metric = Metric(name: name) else {
                throw Failure("unknown metric \(name); \(Metric.remedy(for: name))", .usage)
            }
            guard kept.contains(metric) else {
                let names = kept.map(\.name).joined(separator: ", ")
                throw Failure("the history does not keep \(name); it keeps: \(names)", .usage)
            }
            if !asked.contains(metric) { asked.append(metric) }
        }
        return asked.isEmpty ? Metric.defaultComparison : asked
    }

    /// The runs, without subjects whose figures cannot be trusted. What is left out is said.
    private func read(_ console: Console) throws(Failure) -> [RunRecord] {
        var history: (runs: [RunRecord], problems: [String])
        do throws(HistoryError) {
            history = try RunHistory(in: out).read()
        } catch {
            throw Failure("\(error)", .badScenario)
        }
        for problem in history.problems { console.error("\(DedupBenchCommand.program): \(problem)\n") }
        try demand(scenario, "--scenario", history.runs.map(\.scenario))
        let untrusted = [RunVerdict.invalid, .interrupted, .hung].map(\.rawValue)
        var left = 0
        for index in history.runs.indices {
            let count = history.runs[index].subjects.count
            history.runs[index].subjects.removeAll { untrusted.contains($0.verdict) }
            left += count - history.runs[index].subjects.count
        }
        if left > 0 { console.error("left out, as the measurement is invalid or not whole: \(left)\n") }
        return history.runs
    }

    private func demand(_ name: String?, _ option: String, _ names: [String]) throws(Failure) {
        guard let name, !names.contains(name) else { return }
        let known = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let nearest = NearestName.question(name, among: known).map { $0 + " " } ?? ""
        throw Failure(
            "\(option): the history has no `\(name)`; \(nearest)it has: \(known.joined(separator: ", "))", .usage)
    }
}
