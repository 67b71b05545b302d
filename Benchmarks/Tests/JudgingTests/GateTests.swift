import DedupVerification
import Judging
import Testing

@Suite struct GateTests {
    @Test(arguments: [
        ("dedup.prevented == 100%", MetricValue(1), Verdict.pass),
        ("dedup.prevented == 100%", MetricValue(0.999_999), .fail),
        ("dedup.prevented == 100%", MetricValue(.nan), .inconclusive),
        ("dedup.prevented == 100%", MetricValue(1, count: 0), .inconclusive),
        ("dedup.violations != 0count", MetricValue(0), .fail),
        ("hit_rate.repeat > 80%", MetricValue(0.8), .fail),
        ("hit_rate.repeat >= 80%", MetricValue(0.8), .pass),
        ("memory.leak_bytes_per_op < 0.5B", MetricValue(0.1, low: -0.2, high: 0.3, count: 40), .pass),
        ("memory.leak_bytes_per_op < 0.5B", MetricValue(0.1, low: -0.2, high: 0.6, count: 40), .inconclusive),
        ("memory.leak_bytes_per_op < 0.5B", MetricValue(0.9, low: 0.6, high: 1.2, count: 40), .fail),
        (
            "memory.leak_bytes_per_op < 0.5B", MetricValue(.nan, low: -.infinity, high: .infinity, count: 4),
            .inconclusive
        ),
        ("hit.latency.p99 < 50ms", MetricValue(900, low: 800, high: .infinity, count: 100), .inconclusive),
        ("hit.latency.p99 < 1ns", MetricValue(900, low: 800, high: 1_000, count: 10_000), .fail),
        ("hit.latency.p99 <= 1us", MetricValue(900, low: 800, high: 1_000, count: 10_000), .pass),
        ("hit.latency.p99 == 1us", MetricValue(900, low: 800, high: 1_000, count: 10_000), .inconclusive),
        ("hit.latency.p99 == 2us", MetricValue(900, low: 800, high: 1_000, count: 10_000), .fail),
        ("hit.latency.p99 != 2us", MetricValue(900, low: 800, high: 1_000, count: 10_000), .pass),
        ("hit.latency.p99 < 2us", MetricValue(900, low: 1_000, high: 800, count: 10_000), .invalid),
    ])
    func judges(text: String, observed: MetricValue, verdict: Verdict) throws {
        let gate = try Gate(parsing: text)
        var metrics = MetricSet()
        metrics[gate.expression.metric] = observed
        #expect(gate.evaluate(metrics).verdict == verdict)
    }

    @Test func aMetricThatWasNotMeasuredNeverPasses() throws {
        let result = try Gate(parsing: "dedup.prevented == 100%").evaluate([.load(.throughput): MetricValue(1)])
        #expect(result.verdict == .invalid)
        #expect(result.observed == nil)
        #expect(result.reason == "dedup.prevented was not measured in this run")
    }

    @Test(
        arguments: [
            (800, .infinity, "the interval from 0.8us upwards"), (-.infinity, 2_000, "the interval up to 2us"),
            (-.infinity, .infinity, "an interval without ends"), (800, 2_000, "the interval from 0.8us to 2us"),
        ] as [(Double, Double, String)])
    func anEndThatIsNotKnownHasNoNumber(low: Double, high: Double, interval: String) throws {
        let observed = MetricValue(900, low: low, high: high, count: 100)
        let result = try Gate(parsing: "hit.latency.p99 < 1us").evaluate([.time(.waited(.hit), .p99): observed])
        #expect(result.verdict == .inconclusive)
        #expect(result.reason == "the limit lies within \(interval): more samples are needed")
    }

    @Test func theReasonIsWrittenInTheUnitOfTheGate() throws {
        let result = try Gate(parsing: "hit.latency.p99 < 50ms").evaluate([
            .time(.waited(.hit), .p99): MetricValue(61_200_000)
        ])
        #expect(result.reason == "61.2ms is not < 50ms")
    }
}
