/// Durations as `10s`, `5m`, `250ms`, `1us`: whole nanoseconds.
extension Duration: ScenarioText {
    private static let units: [(name: String, nanoseconds: UInt64)] = [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000),
        ("ns", 1),
    ]

    package static var allowed: String { "a duration with its unit (ns, us, ms, s, m, h), such as 250ms or 10s" }
    package static var pattern: String { DecimalText.pattern + "(ns|us|ms|s|m|h)" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        let (number, unit) = DecimalText.split(scenarioText)
        guard DecimalText.isNumber(number), let scale = Self.units.first(where: { $0.name == unit }) else {
            throw .malformed(unit.isEmpty ? "the unit is missing" : "this is not a duration")
        }
        guard let count = DecimalText.scaled(number, by: scale.nanoseconds), count <= Int64.max else {
            throw .outOfRange("a duration is a whole number of nanoseconds, and below 292 years")
        }
        self = .nanoseconds(Int64(count))
    }

    package var scenarioText: String {
        let count = nanosecondCount
        guard let unit = Self.units.first(where: { count.isMultiple(of: $0.nanoseconds) }), count > 0 else {
            return "0s"
        }
        return "\(count / unit.nanoseconds)\(unit.name)"
    }

    /// The duration in whole nanoseconds; 0 for a negative one, the largest number for one that does not fit.
    package var nanosecondCount: UInt64 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let (large, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = large.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return overflow || carry ? .max : sum
    }
}
