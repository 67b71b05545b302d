internal import DedupBenchKit
internal import Evidence
internal import LoadGeneration
internal import Measurement
internal import Workloads

/// Measures about what the harness itself takes under the load of a scenario: a subject that answers at once is driven through a
/// little of each measured phase, as the real one will be. It stands beside the figures of that.
///
/// An edge is left out, as a subject that keeps no results has no events for its herds to meet.
struct HarnessFloor {
    /// Of each phase so many requests are made at most.
    static let operations = 20_000
    /// And for so long at most; of an open loop, that is how it begins.
    static let duration = Duration.seconds(1)
    /// Of fewer calls nothing is said.
    private static let fewest = 10
    /// So many requests of the first phase come before, and are left out: the first calls of a process take longer.
    private static let warmUp = (operations: 2_000, duration: Duration.milliseconds(200))

    /// What decides what is measured.
    private struct Load: Hashable {
        var scenario: Scenario
        var blocks: Bool
    }

    private let plan: RunPlan
    private let context: CommandContext
    private let traces: TraceLibrary
    /// What was measured before: combinations that differ in the subject alone, or in the seed, share it.
    private var known: [Load: [PhaseFloor]] = [:]

    init(_ plan: RunPlan, traces: TraceLibrary, in context: CommandContext) {
        self.plan = plan
        self.traces = traces
        self.context = context
    }

    /// The floor of each phase that has one. Empty where the plan drives the harness itself anyway, and where it was interrupted.
    ///
    /// - Parameter blocks: Whether the subject has a thread for each client.
    /// - Throws: What drawing requests throws.
    mutating func measure(_ scenario: Scenario, blocks: Bool) async throws -> [PhaseFloor] {
        guard plan.subjects.allSatisfy(\.isJudged) else { return [] }
        let load = Load(scenario: Self.shortened(scenario), blocks: blocks)
        if let floors = known[load] { return floors }
        guard !load.scenario.phases.isEmpty else { return [] }
        let runner = try LoadRunner(
            load.scenario, configuration: LoadConfiguration(workers: plan.load.workers), traces: traces,
            machine: context.machine, stop: context.interruption.stop)
        var subject = NoopSubject.blueprint
        subject.blocks = blocks
        let run = try await runner.run(subject)
        guard !context.interruption.stop.isSet else { return [] }
        let floors = run.phases.filter { !$0.isWarmup }.compactMap { phase in
            phase.latencies.waits(.hit).map { PhaseFloor(phase: phase.name, hits: $0) }
        }.filter { $0.hits.count >= Self.fewest }
        known[load] = floors
        return floors
    }

    /// The same load, and less of it, on a subject that knows neither a cache nor its rules.
    static func shortened(_ scenario: Scenario) -> Scenario {
        var short = scenario
        (short.system, short.gates, short.subjects, short.seed) = (SystemSettings(), [], [], 1)
        short.workload.verbs = VerbSettings()
        short.phases = scenario.phases.filter { !$0.warmup && $0.edge == nil }.map { phase in
            var phase = phase
            phase.operations = min(phase.operationLimit ?? operations, operations)
            phase.duration = min(phase.duration ?? duration, duration)
            phase.stages = phase.stages?.first(duration)
            (phase.memory, phase.verbs, phase.until) = (nil, nil, nil)
            return phase
        }
        guard var first = short.phases.first else { return short }
        (first.name, first.warmup) = ("before " + first.name, true)
        first.operations = min(first.operations ?? warmUp.operations, warmUp.operations)
        (first.duration, first.stages) = (warmUp.duration, first.stages?.first(warmUp.duration))
        short.phases.insert(first, at: 0)
        return short
    }
}
