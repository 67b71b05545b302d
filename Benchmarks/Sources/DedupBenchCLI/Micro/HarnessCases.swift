internal import DedupVerification
internal import Evidence
internal import LoadGeneration
internal import Measurement
internal import Statistics
internal import Workloads

/// What the harness itself costs: the subject `noop`, driven as any other.
enum HarnessCases {
    static let all = [MicroCase(name: "harness, noop", isCounted: false) { try await noop($0) }]

    private static let scenario = """
        schema_version: 1
        name: noop
        workload:
          keys: {distribution: uniform, count: 10000}
          operation: {latency: 0s}
        phases:
          - {name: warm-up, model: closed, clients: 2, operations: 500000, warmup: true}
          - {name: noop, model: closed, clients: 2, operations: 3000000}
        """

    private static func noop(_ engine: MicroEngine) async throws -> [MicroResult] {
        let runner = try LoadRunner(try ScenarioLoader.load(yaml: scenario, named: "micro"))
        var (rates, latencies): ([Double], LatencyHistogram) = ([], LatencyHistogram())
        for _ in 0..<6 {
            let run = try await runner.run(NoopSubject.blueprint)
            guard let phase = run.phases.last else { continue }
            rates.append(Double(phase.duration) * Double(phase.load.workers) / Double(phase.counts.operations))
            latencies.merge(phase.latencies.all(.service))
        }
        let perOperation = Estimate.median(of: rates) ?? .unknown
        let clock = MonotonicClock.calibratedCost()
        let own = Double(latencies.percentile(50) ?? 0)
        let interval = latencies.percentileInterval(50)
        return [
            MicroResult(
                name: "harness, noop, closed loop, a thread", value: perOperation, control: "reading the clock",
                controlValue: clock, target: "10 M/s a thread", isMet: perOperation.value <= 100),
            MicroResult(
                name: "harness, of its own in a latency, p50",
                value: Estimate(
                    own, low: interval?.lower.map { Double($0) } ?? own,
                    high: interval?.upper.map { Double($0) } ?? own),
                unit: .nanoseconds, control: "reading the clock", controlValue: clock, target: "60 ns",
                isMet: own <= 60),
        ]
    }
}
