internal import ArgumentParser
internal import DedupVerification
internal import Evidence
internal import Foundation
internal import Judging
internal import LoadGeneration
internal import Measurement
internal import Reporting
internal import Workloads

/// `dedupbench compare`
struct CompareCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compares subjects, settings, builds or stored runs, round by round.",
        discussion: """
            Examples:
              dedupbench compare --subject dictionary --subject dedup
              dedupbench compare --subject dedup --matrix cache.policy=lru,sieve
              dedupbench compare --phase storm --rounds 20 --metric hit.latency.p99
              dedupbench compare --rev origin/main --rev HEAD --subject dedup
              dedupbench compare --bundles before --bundles after

            The first arm is the reference. Each round runs every arm on the same requests, the reference twice. Arms \
            take turns, as the speed of a machine that others use, too, changes from one second to the next: \
            each makes some milliseconds of its requests while the others rest, in an order that is drawn anew for every \
            rotation. Warm-ups, think times, open loops, edge phases and those that sample memory are made in one turn. Results \
            that expire, and subjects of one program whose memory is sampled, are run one after the other, which takes many \
            more rounds to tell as little. A build that is too old to take turns runs as a whole while the others rest. An arm \
            is a REGRESSION if it is surely worse by more than --effect, or than the reference \
            differs from itself, whichever is more, and NO REGRESSION if it is surely worse by less than --effect; with \
            metrics of several phases the certainty is that of all of them. Hit rates and other shares of what is good compare \
            by what they lack: 98 % is twice as many misses as 99 %. The best arm is named where it is surely better than every \
            other one, by more than the reference differs from itself; of bundles it is not asked.

            --rev builds a commit of the repository of this folder, in the folder .build/revisions of its package, where it \
            is kept; --program takes an executable that was built already. Both run the scenario as it is here. The runs of \
            --bundles were made before, so nothing is run: the first of one folder is held against the first of another, \
            and so on, and what a reference differs from itself by is seen from one of its runs to the next. Times tell \
            something only where the runs of both were made in turn.

            Exit codes: 0 no regression; 2 a regression, or an arm that breaks promises or does not keep up with the rate; 75 \
            inconclusive: more rounds may tell, or a machine that is left alone.
            """)

    @OptionGroup(title: "What is run") var plan: PlanOptions

    @OptionGroup(title: "What is run") var audits: AuditOptions

    @OptionGroup(title: "What is compared in place of subjects and settings") var others: ComparedOptions

    @Option(help: "How often every arm runs. Default: 10.")
    var rounds: Int?

    @Option(help: ArgumentHelp("The least effect that matters, in per cent.", valueName: "percent"))
    var effect = 5.0

    @Option(
        name: .customLong("metric"),
        help: ArgumentHelp(
            "Compare this; repeatable. Default: hit.latency.p50, hit.latency.p99 and throughput.", valueName: "name"))
    var metrics: [String] = []

    @Option(help: ArgumentHelp("The folder for result bundles; created if need be.", valueName: "dir"))
    var out = "results"

    @Flag(
        inversion: .prefixedNo,
        help: "Run the arms of a round in turn, or one after the other. Default: in turn, where results do not expire.")
    var inTurn: Bool?

    @Flag(help: "Show no progress.")
    var noProgress = false

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        guard plan.gates.isEmpty else {
            throw Failure("--gate: a comparison holds nothing against gates; `dedupbench run` does", .usage)
        }
        guard effect > 0, effect < 1_000 else { throw Failure("--effect: must be more than 0 per cent", .usage) }
        let metrics = try askedMetrics()
        try others.check(plan, rounds: rounds)
        let stamp = RunStamp(commit: await context.commit())
        if !others.bundles.isEmpty {
            guard inTurn == nil else {
                throw Failure("--bundles: nothing is run, so --in-turn has no meaning", .usage)
            }
            guard audits.lagLimit == nil else {
                throw Failure("--lag-limit: each bundle is judged by the limit that it was made with", .usage)
            }
            return publish(try stored(metrics, stamp, arguments), context.console)
        }
        context.interruption.listen(reports: false)
        return publish(try await driven(metrics, stamp, arguments, context), context.console)
    }

    // MARK: - Rounds that are run

    private func driven(
        _ metrics: [Metric], _ stamp: RunStamp, _ arguments: [String], _ context: CommandContext
    ) async throws -> ComparisonReport {
        var runPlan = try RunPlan(plan, in: context, historyFolder: out)
        let limits = try audits.limits()
        let programs = others.revisions.count + others.programs.count
        let rounds = rounds ?? 10
        let count = programs > 0 ? programs : runPlan.combinations.count * runPlan.subjects.count
        try check(runPlan, arms: count, rounds, metrics)
        let turns = try TurnTaking(inTurn, of: runPlan, metrics, isOfBuilds: programs > 0)
        // All arms are there at the same time, and the reference twice. Builds have memory of their own, and the same load as alone.
        if turns.isInTurn, programs == 0 { runPlan.shareHistory(among: count + 1) }
        let runner = RunDriver(
            plan: runPlan, context: context, progress: ProgressDisplay(isOff: noProgress, in: context))
        defer { runner.progress.clear() }
        let arms = programs > 0 ? try await others.arms(of: plan, runner) : try runner.arms()
        let driver = ComparisonDriver(
            arms: arms, rounds: rounds, isInTurn: turns.isInTurn, seed: runPlan.scenario.seed, audits: limits,
            interruption: context.interruption,
            progress: runner.progress)
        let outcome = try await driver.run()
        let compared = outcome.compared(metrics)
        return ComparisonReport(
            stamp.identity(of: runPlan, arguments: arguments),
            environment: MachineEnvironment.current(commit: stamp.commit, jemalloc: try? Jemalloc()),
            scenario: try runPlan.resolvedScenario, reference: arms[0].title,
            results: Comparison(effect: effect / 100).results(compared),
            best: Comparison.best(
                compared, reference: arms[0].title, without: outcome.broken, doubting: outcome.untrusted),
            doubts: [turns.note].compactMap(\.self) + outcome.doubts,
            arms: outcome.verdict)
    }

    private func check(_ plan: RunPlan, arms: Int, _ rounds: Int, _ metrics: [Metric]) throws(Failure) {
        guard arms > 1 else {
            throw Failure(
                "there is nothing to compare: name a second --subject, a --matrix, or two of --rev, --program or --bundles",
                .usage)
        }
        for metric in metrics {
            guard let problem = GateBook.missingSource(of: metric, in: plan.scenario) else { continue }
            throw Failure("--metric: \(metric.name) \(problem)", .usage)
        }
        let phases = plan.scenario.phases.count { !$0.warmup }
        let fewest = Comparison.fewestRounds(metrics: (arms - 1) * metrics.count * phases)
        guard rounds >= fewest else {
            throw Failure(
                "--rounds: \(arms - 1) arms, \(metrics.count) metrics and \(phases) phases need \(fewest) rounds or more; fewer "
                    + "could find nothing. Compare fewer with --metric and --phase, or run more rounds", .usage)
        }
    }

    // MARK: - Rounds that were run before

    private func stored(
        _ metrics: [Metric], _ stamp: RunStamp, _ arguments: [String]
    ) throws(Failure) -> ComparisonReport {
        var arms: [StoredRuns] = []
        for path in others.bundles { arms.append(try StoredRuns(at: path)) }
        let comparison = try StoredComparison(arms)
        let rounds = try comparison.rounds(of: plan.subjects)
        let compared = rounds.flatMap { $0.compared(metrics) }
            .filter { plan.phases.isEmpty || plan.phases.contains($0.phase) }
        guard !compared.isEmpty else {
            throw Failure(
                "none of \(metrics.map(\.name).joined(separator: ", ")) was measured in the phases that are compared; "
                    + "\(arms[0].name) has \(arms[0].phases.joined(separator: ", "))", .usage)
        }
        let elsewhere = comparison.elsewhere
        let results = Comparison(effect: effect / 100).results(compared).map { $0.doubting(elsewhere) }
        let notes = [elsewhere, comparison.shortage(metrics: compared.count)].compactMap(\.self)
        let first = arms[0].runs[0]
        return ComparisonReport(
            stamp.identity(
                first.identity.scenario, seed: first.identity.seed, arguments: arguments,
                replay: RunStamp.commandLine(arguments)),
            environment: first.environment, scenario: first.resolvedScenario, reference: rounds[0].arms[0],
            results: results,
            doubts: comparison.notes + notes + rounds.flatMap(\.doubts),
            arms: RunVerdict.combined(rounds.map(\.verdict)))
    }

    private func askedMetrics() throws(Failure) -> [Metric] {
        var asked: [Metric] = []
        for name in metrics {
            guard let metric = Metric(name: name) else {
                throw Failure("--metric: unknown metric \(name); \(Metric.remedy(for: name))", .usage)
            }
            if !asked.contains(metric) { asked.append(metric) }
        }
        return asked.isEmpty ? Metric.defaultComparison : asked
    }

    private func publish(_ report: ComparisonReport, _ console: Console) -> Int32 {
        console.out(report.text(console.terminal))
        JobSummary(console)?.add(ComparisonMarkdown(report).text, WorkflowAnnotations(report))
        do throws(BundleError) {
            let bundle = try ResultBundle(reserving: report.identity.id + "-compare", in: out)
            try report.write(to: bundle)
            console.out("results: \(bundle.path)\n")
        } catch {
            console.error("\(DedupBenchCommand.program): the results were not saved: \(error)\n")
            return Failure.Code.ofUnwritten(report.exitCode)
        }
        return report.exitCode
    }
}
