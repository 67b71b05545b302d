/// Durations as `10s`, `5m`, `250ms`, `1us`: whole nanoseconds.
extension Duration: ScenarioText {
    private static let table = UnitTable(
        name: "duration",
        units: [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000),
            ("ns", 1),
        ],
        limit: UInt64(Int64.max), range: "a duration is a whole number of nanoseconds, and below 292 years",
        zeroUnit: "s")

    package static var allowed: String { "a duration with its unit (ns, us, ms, s, m, h), such as 250ms or 10s" }
    package static var pattern: String { DecimalText.pattern + "(ns|us|ms|s|m|h)" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        self = .nanoseconds(Int64(try Self.table.count(scenarioText)))
    }

    package var scenarioText: String { Self.table.text(nanoseconds) }

    /// The duration in whole nanoseconds; 0 for a negative one, the largest number for one that does not fit.
    package var nanoseconds: UInt64 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let (large, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = large.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return overflow || carry ? .max : sum
    }
}
