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
        abstract: "Compares subjects, or combinations of settings, in rounds that alternate.",
        discussion: """
            Examples:
              dedupbench compare --subject dictionary --subject dedup
              dedupbench compare --subject dedup --matrix cache.policy=lru,sieve
              dedupbench compare --phase storm --rounds 20 --metric hit.latency.p99

            The first arm is the reference. Each round runs every arm on the same requests, the reference twice, in an \
            order of its own. An arm is a REGRESSION if it is surely worse by more than --effect, or than the reference \
            differs from itself, whichever is more; with metrics of several phases the certainty is that of all of them.

            Exit codes: 0 no regression; 2 a regression, or an arm that breaks promises; 75 inconclusive: more rounds may \
            tell.
            """)

    @OptionGroup(title: "What is run") var plan: PlanOptions

    @Option(help: ArgumentHelp("How often every arm runs.", valueName: "count"))
    var rounds = 10

    @Option(help: ArgumentHelp("The least effect that matters, in per cent.", valueName: "percent"))
    var effect = 5.0

    @Option(
        name: .customLong("metric"),
        help: ArgumentHelp(
            "Compare this; repeatable. Default: hit.latency.p50, hit.latency.p99 and throughput.", valueName: "name"))
    var metrics: [String] = []

    @Option(help: ArgumentHelp("The folder for result bundles; created if need be.", valueName: "dir"))
    var out = "results"

    @Flag(help: "Show no progress.")
    var noProgress = false

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let runPlan = try RunPlan(plan, in: context, historyFolder: out)
        let arms = runPlan.combinations.flatMap { combination in
            runPlan.subjects.map { ComparisonDriver.Arm(combination: combination, subject: $0) }
        }
        let metrics = try askedMetrics()
        try check(runPlan, arms: arms.count, metrics)
        context.interruption.listen()
        let driver = ComparisonDriver(
            driver: RunDriver(
                plan: runPlan, context: context, progress: ProgressDisplay(isOff: noProgress, in: context)),
            arms: arms, rounds: rounds, metrics: metrics)
        let stamp = RunStamp(commit: await context.commit())
        let identity = stamp.identity(of: runPlan, arguments: arguments)
        let outcome = try await driver.run()
        let results = Comparison(effect: effect / 100).results(driver.compared(outcome))
        let report = ComparisonReport(
            identity, environment: MachineEnvironment.current(commit: identity.commit, jemalloc: try? Jemalloc()),
            scenario: try runPlan.resolvedScenario, reference: arms[0].title, results: results,
            doubts: outcome.doubts, arms: RunVerdict.combined(outcome.verdicts))
        return publish(report, context.console)
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

    private func check(_ plan: RunPlan, arms: Int, _ metrics: [Metric]) throws(Failure) {
        guard arms > 1 else {
            throw Failure("there is nothing to compare: name a second --subject, or a --matrix", .usage)
        }
        guard self.plan.gates.isEmpty else {
            throw Failure("--gate: a comparison holds nothing against gates; `dedupbench run` does", .usage)
        }
        guard effect > 0, effect < 1_000 else { throw Failure("--effect: must be more than 0 per cent", .usage) }
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

    private func publish(_ report: ComparisonReport, _ console: Console) -> Int32 {
        console.out(report.text(console.terminal))
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
