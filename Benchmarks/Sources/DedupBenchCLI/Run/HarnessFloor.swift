internal import DedupBenchKit
internal import Evidence
internal import LoadGeneration
internal import Measurement
internal import Workloads

/// Measures what the harness itself comes to under the load of a scenario: a subject that answers at once is driven through a
/// little of each measured phase. No figure of another subject can be less than that, so it stands beside theirs.
///
/// An edge is left out, as a subject that keeps no results has no events for its herds to meet.
struct HarnessFloor {
    /// Of each phase so many requests are made at most.
    static let operations = 20_000
    /// And for so long at most; of an open loop, that is how it begins.
    static let duration = Duration.seconds(1)
    /// The most calls that its phases may need room for: those of a scenario with 50 phases.
    private static let historyLimit = 50 * operations

    private let plan: RunPlan
    private let context: CommandContext
    private let traces: TraceLibrary
    /// What was measured before: combinations that differ in the subject alone share it.
    private var known: [Scenario: [PhaseFloor]] = [:]

    init(_ plan: RunPlan, traces: TraceLibrary, in context: CommandContext) {
        self.plan = plan
        self.traces = traces
        self.context = context
    }

    /// The floor of each phase that has one. Empty where the plan drives the harness itself anyway, and where it was interrupted.
    ///
    /// - Throws: What draws requests throws.
    mutating func measure(_ scenario: Scenario) async throws -> [PhaseFloor] {
        guard plan.subjects.allSatisfy(\.isJudged) else { return [] }
        let short = Self.shortened(scenario)
        if let floors = known[short] { return floors }
        guard !short.phases.isEmpty else { return [] }
        var load = LoadConfiguration(workers: plan.load.workers)
        load.historyLimit = max(load.historyLimit, Self.historyLimit)
        let runner = try LoadRunner(
            short, configuration: load, traces: traces, machine: context.machine, stop: context.interruption.stop)
        let run = try await runner.run(NoopSubject.blueprint)
        guard !context.interruption.stop.isSet else { return [] }
        let floors = run.phases.compactMap { phase in
            phase.latencies.waits(.hit).map { PhaseFloor(phase: phase.name, hits: $0) }
        }
        known[short] = floors
        return floors
    }

    /// The same load, and less of it, on a subject that knows neither a cache nor its rules.
    static func shortened(_ scenario: Scenario) -> Scenario {
        var short = scenario
        (short.system, short.gates, short.subjects) = (SystemSettings(), [], [])
        short.workload.verbs = VerbSettings()
        short.phases = scenario.phases.filter { !$0.warmup && $0.edge == nil }.map { phase in
            var phase = phase
            phase.operations = min(phase.operationLimit ?? operations, operations)
            phase.duration = min(phase.duration ?? duration, duration)
            (phase.memory, phase.verbs, phase.until) = (nil, nil, nil)
            return phase
        }
        return short
    }
}
