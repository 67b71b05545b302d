import DedupVerification
import Judging
import Testing

@Suite struct GateExpressionTests {
    @Test(arguments: [
        ("hit.latency.p99 < 50ms", "hit.latency.p99", GateOperator.less, 50_000_000.0, "hit.latency.p99 < 50ms"),
        ("dedup.prevented == 100%", "dedup.prevented", .equal, 1, "dedup.prevented == 100%"),
        ("hit_rate.repeat > 80%", "hit_rate.repeat", .greater, 0.8, "hit_rate.repeat > 80%"),
        ("memory.leak_bytes_per_op<0.5B", "memory.leak_bytes_per_op", .less, 0.5, "memory.leak_bytes_per_op < 0.5B"),
        ("generator.lag.p99 <= 1.5 us", "generator.lag.p99", .lessOrEqual, 1_500, "generator.lag.p99 <= 1.5us"),
        ("throughput >= 1000/s", "throughput", .greaterOrEqual, 1_000, "throughput >= 1000/s"),
        ("dedup.violations != 3count", "dedup.violations", .notEqual, 3, "dedup.violations != 3 count"),
        (
            "  memory.live_end_bytes  <  2 MiB ", "memory.live_end_bytes", .less, 2_097_152,
            "memory.live_end_bytes < 2MiB"
        ),
        ("hit_rate.repeat > 99.9%", "hit_rate.repeat", .greater, 0.999, "hit_rate.repeat > 99.9%"),
        ("hit.latency.p99 < 50ms  in storm ", "hit.latency.p99", .less, 5e7, "hit.latency.p99 < 50ms in storm"),
        ("dedup.lost == 0 count in a-b", "dedup.lost", .equal, 0, "dedup.lost == 0 count in a-b"),
        ("response.latency.p999 < 2s", "response.latency.p999", .less, 2e9, "response.latency.p999 < 2s"),
        ("hit.latency.max < 3 µs", "hit.latency.max", .less, 3_000, "hit.latency.max < 3µs"),
        ("generator.wait.p99 < 2m", "generator.wait.p99", .less, 120e9, "generator.wait.p99 < 2m"),
        ("memory.live_end_bytes < 2MB", "memory.live_end_bytes", .less, 2e6, "memory.live_end_bytes < 2MB"),
        ("joined.wakeup.max < 2s  if any", "joined.wakeup.max", .less, 2e9, "joined.wakeup.max < 2s if any"),
        ("dedup.lost == 0 count in if if any ", "dedup.lost", .equal, 0, "dedup.lost == 0 count in if if any"),
    ])
    func reads(
        text: String, metric: String, comparison: GateOperator, limit: Double, normal: String
    ) throws {
        let gate = try GateExpression(parsing: text)
        #expect(gate.metric.name == metric)
        #expect(gate.comparison == comparison)
        #expect(gate.limit == limit)
        #expect(gate.description == normal)
        #expect(try GateExpression(parsing: gate.description) == gate)
    }

    @Test(arguments: [
        ("", 1, "no metric"), ("hit.latency.p99", 16, "no operator"), ("hit.latency.p99 =< 5ms", 17, "operator =<"),
        ("hit.latency.p99 < ms", 19, "no number"), ("hit.latency.p99 < 5..5ms", 19, "5..5 is not a number"),
        ("hit.latency.p99 < 50", 21, "no unit"), ("hit.latency.p99 < 50MB", 21, "MB is not a unit"),
        ("hit.latency.p99 < 50d", 21, "d is not a unit"),
        ("hit.latency.p99 < 50%", 21, "% is not a unit"), ("dedup.executions < 5", 21, "no unit"),
        ("hit.latency.p99 < 5ms and more", 23, "more text"), ("hit.latncy.p99 < 5ms", 1, "unknown metric"),
        ("hit.latency.p99 < 5ms in", 25, "no phase"), ("hit.latency.p99 < 5ms in a b", 28, "more text"),
        ("hit.latency.p99 < 5ms if all", 26, "no condition"),
        ("hit.latency.p99 < 5ms if any in a", 30, "in after if any"),
        ("hit.latency.p99 < 5ms in a in b", 28, "more text"),
        ("< 5ms", 1, "no metric"), ("hit.latency.p99 < 1e999ms", 20, "e999ms is not a unit"),
    ])
    func refusesWithAColumn(text: String, column: Int, problem: String) {
        let error = #expect(throws: GateSyntaxError.self) { try GateExpression(parsing: text) }
        #expect(error?.column == column)
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "nothing")")
    }

    @Test(arguments: [
        ("hit_rate.hits > 100%", true), ("hit_rate.hits >= 100%", false), ("hit_rate.attained >= 101%", true),
        ("dedup.prevented == 100%", false), ("dedup.prevented == 120%", true), ("failures.ratio < 0%", true),
        ("failures.ratio <= 0%", false), ("failures.ratio != 200%", false), ("memory.leak_bytes_per_op < 0B", false),
    ])
    func whatNothingCanKeepIsSaidToBeThat(text: String, isImpossible: Bool) throws {
        #expect((try GateExpression(parsing: text).impossibility != nil) == isImpossible)
    }

    /// In the unit of the gate, unless that leaves no digit.
    @Test(arguments: [
        ("hit.latency.p99 < 0.1m", 23, "23 ns"), ("hit.latency.p99 < 0.1m", 6_000_000_000, "0.1m"),
        ("hit.latency.p99 < 5ms", 1_234_567, "1.2346ms"), ("hit.latency.p99 < 5ms", 0, "0ms"),
        ("dedup.prevented == 100%", 0.5, "50%"),
    ])
    func aValueIsWrittenInTheUnitOfItsGate(gate: String, value: Double, text: String) throws {
        #expect(try GateExpression(parsing: gate).written(value) == text)
    }

    @Test func aMissingUnitNamesTheUnitsThatWouldDo() {
        let error = #expect(throws: GateSyntaxError.self) { try GateExpression(parsing: "hit.latency.p99 < 50") }
        #expect(error?.remedy == "write one of ns us µs ms s m h")
        #expect(
            error?.description == """
                gate, column 21: no unit after the number; write one of ns us µs ms s m h
                    hit.latency.p99 < 50
                                        ^
                """)
    }

    @Test(arguments: [
        ("hit.latncy.p99", "hit.latency.p99"), ("dedup.prevent", "dedup.prevented"),
        ("memory.leak_byte_per_op", "memory.leak_bytes_per_op"), ("hitrate.repeat", "hit_rate.repeat"),
    ])
    func anUnknownMetricIsAnsweredWithTheNearestOne(name: String, nearest: String) {
        #expect(Metric.suggestion(for: name) == nearest)
        let error = #expect(throws: GateSyntaxError.self) { try GateExpression(parsing: "\(name) < 5ms") }
        #expect(error?.remedy.contains("did you mean `\(nearest)`?") == true)
        #expect(error?.remedy.contains("list gates") == true)
    }

    @Test func nothingIsSuggestedForAnUnlikeName() {
        #expect(Metric.suggestion(for: "qqqqqqqq") == nil)
    }

    @Test func metricNamesAreUniqueAndExplained() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        #expect(Metric.all.allSatisfy { !$0.definition.explanation.isEmpty && Metric(name: $0.name) == $0 })
    }
}
