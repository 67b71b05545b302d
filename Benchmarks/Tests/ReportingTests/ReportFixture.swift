import DedupVerification
import Gates
import Measurement
import Reporting

/// A report as a run would make it, from a history that is checked for real.
enum ReportFixture {
    static func identity(scenario: String = "storm") -> RunIdentity {
        RunIdentity(
            id: "20260101T000000Z-storm-abc1234", scenario: scenario, seed: 42, commit: "abc1234",
            startedAt: "2026-01-01T00:00:00Z", arguments: ["run"], replay: "dedupbench run --seed 42")
    }

    static func report(_ subjects: [SubjectReport], scenario: String = "storm") -> RunReport {
        var report = RunReport(
            identity: identity(scenario: scenario), resolvedScenario: "name: storm\n", environment: "{}\n")
        report.subjects = subjects
        return report
    }

    /// Two executions of one key that overlap, and hits of `latency` each.
    static func subject(
        _ name: String = "dedup", broken: Bool = false, executions: Int = 1, hits: Int = 500, latency: UInt64 = 1_000,
        strategy: [StrategySetting] = [], gates: [String] = ["dedup.prevented == 100%", "hit.latency.p99 < 50ms"]
    ) throws -> SubjectReport {
        var report = SubjectReport(subject: name, strategy: strategy)
        let history = history(broken: broken, executions: executions, hits: hits, latency: latency)
        let checker = HistoryChecker(
            freshness: FreshnessRule(.unbounded), capacityBounded: false, duplicateMode: .join)
        report.verification = checker.check(history)
        var phase = PhaseReport(name: "storm", isWarmup: false)
        phase.duration = 2_000_000_000
        phase.counts = try requireValue(report.verification?.phases[0])
        var histogram = LatencyHistogram()
        for _ in 0..<hits { histogram.record(latency) }
        phase.latencies[.service, .hit] = histogram
        phase.series = [TimeSeriesPoint(offset: 100_000_000, metric: "throughput", value: 12.5, unit: "per_s")]
        var warmup = PhaseReport(name: "warm", isWarmup: true)
        warmup.duration = 1
        phase.memory = memory
        report.phases = [warmup, phase]
        report.total = PhaseReport.sum([phase])
        report.judge(try gates.map { try Gate(parsing: $0) })
        return report
    }

    static let memory = MemoryReport(
        samples: [
            MemoryReport.Sample(phase: "memory", operations: 0, offset: 0, reading: .zero, isDiscarded: true),
            MemoryReport.Sample(
                phase: "memory", operations: 10, offset: 5_000_000, reading: .zero, isDiscarded: false, liveEntries: 3),
        ], verdict: "CLEAN", slope: -0.01, low: -0.02, high: 0.01, explanation: "nothing grows")

    private static func history(broken: Bool, executions: Int, hits: Int, latency: UInt64) -> History {
        var history = History()
        for number in 0..<UInt32(executions) {
            let id = UInt64(number) + 1
            history.executions.append(Execution(id: id, key: number, begin: 1_000, end: 2_000))
            history.calls.append(
                Call(request: number, key: number, start: 900, end: 2_100, outcome: .executed, execution: id, value: id)
            )
        }
        if broken {
            let id = UInt64(executions) + 1
            history.executions.append(Execution(id: id, key: 0, begin: 1_500, end: 2_500))
            history.calls.append(
                Call(request: 9_000, key: 0, start: 1_400, end: 2_600, outcome: .executed, execution: id, value: id))
        }
        for number in 0..<hits {
            let start = 10_000 + UInt64(number) * 2_000_000_000
            history.calls.append(
                Call(
                    request: UInt32(10_000 + number), key: 0, start: start, end: start + latency, outcome: .hit,
                    execution: broken ? UInt64(executions) + 1 : 1, value: broken ? UInt64(executions) + 1 : 1))
        }
        return history
    }

    private static func requireValue<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }

    private struct Missing: Error {}
}
