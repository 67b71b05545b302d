internal import ArgumentParser
internal import Evidence
internal import Judging
internal import Measurement
internal import Reporting

/// `dedupbench run`
struct RunCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Drives subjects through a scenario, verifies every outcome, and judges the gates.",
        discussion: """
            Examples:
              dedupbench run
              dedupbench run --subject dedup --subject reference --seed 7
              dedupbench run git-steps --gate 'hit.latency.p99 < 5ms'
              dedupbench run --set phases.storm.clients=256 --phase storm
              dedupbench run my/scenario.yaml --set keys.count=500 --out my/results
              dedupbench run strategies --matrix cache.policy=lru,sieve,s3-fifo
              dedupbench run --format csv --no-progress > summary.csv
              dedupbench run --phase memory --heap-profile
              dedupbench run --save-baseline main
              dedupbench run --baseline main --fail-on-regression

            The verdict is that of the worst subject. A gate whose metric was not measured makes the run invalid, one \
            without observations inconclusive, unless it ends with `if any`: neither passes. What the harness itself takes is \
            measured before, for a second of each phase at most, and stands beside the latencies as their floor. Ctrl-C ends the \
            run early and leaves a bundle that is marked partial; once more quits at once.
            """)

    @OptionGroup(title: "What is run") var plan: PlanOptions
    @Flag(help: "Name the functions whose memory is not freed in memory phases, which makes them slow. Takes jeprof.")
    var heapProfile = false

    @OptionGroup(title: "What it is held against") var baselines: BaselineOptions
    @OptionGroup(title: "What it is held against") var audits: AuditOptions
    @OptionGroup(title: "What is shown") var output: OutputOptions

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        try await Self.run(plan, baselines, audits, output, arguments, heapProfile: heapProfile, in: context)
    }

    /// Drives what the options say, judges it, and reports it.
    ///
    /// - Returns: The exit code.
    static func run(
        _ plan: PlanOptions, _ baselines: BaselineOptions, _ audits: AuditOptions, _ output: OutputOptions,
        _ arguments: [String],
        heapProfile: Bool = false, in context: CommandContext
    ) async throws -> Int32 {
        var runPlan = try RunPlan(plan, in: context, historyFolder: output.out)
        let lagLimit = try audits.lagNanoseconds()
        let profiles = try await heapProfile ? runPlan.profileHeap(in: context) : nil
        defer { profiles?.remove() }
        let turns = try LinkedTurns(of: runPlan, in: context)
        let resolvedScenario = try runPlan.resolvedScenario
        let baselines = try RunBaselines(baselines, in: output.out, resolvedScenario: resolvedScenario)
        let stamp = RunStamp(commit: await context.commit())
        var identity = stamp.identity(of: runPlan, arguments: arguments)
        context.interruption.listen()
        var runOutput = RunOutput(output.format, isQuiet: output.quiet, console: context.console)
        runOutput.reserve(identity.id, in: output.out)
        identity.id = runOutput.bundle?.name ?? identity.id
        var evidence = RunEvidence(
            identity: identity, gates: runPlan.gates.map(\.expression.description),
            resolvedScenario: resolvedScenario,
            environment: MachineEnvironment.current(commit: identity.commit, jemalloc: try? Jemalloc()))
        evidence.baseline = baselines.held
        if let lagLimit { evidence.lagLimit = lagLimit }
        var driver = RunDriver(
            plan: runPlan, context: context,
            progress: ProgressDisplay(
                isOff: output.noProgress || output.quiet, gates: runPlan.gates, in: context), turns: turns,
            measuresFloor: true)
        do {
            try await driver.run(&evidence)
        } catch {
            runOutput.abandon()
            throw error
        }
        let report = RunReport(evidence, gates: runPlan.gates)
        var code = runOutput.publish(report)
        if !output.noHistory { code = runOutput.remember(report, exitCode: code) }
        return baselines.save(report, exitCode: code, context.console)
    }
}
