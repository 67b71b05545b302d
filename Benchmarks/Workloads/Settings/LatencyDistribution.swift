/// How long a simulated execution takes: `2ms` (always), `uniform:1ms..5ms`, `exponential:2ms` (mean) or
/// `lognormal:2ms,sigma:0.5` (median, and the standard deviation of the logarithm).
///
/// A draw is at most `limit`: longer ones are cut there.
package enum LatencyDistribution: ScenarioText {
    case constant(Duration)
    case uniform(Duration, Duration)
    case exponential(mean: Duration)
    case lognormal(median: Duration, sigma: Double)

    /// The longest execution; a nanosecond count up to here fits 32 bits.
    package static let limit = Duration.seconds(4)

    package static var allowed: String {
        "a duration up to 4s, `uniform:1ms..5ms`, `exponential:2ms` or `lognormal:2ms,sigma:0.5`"
    }
    package static var pattern: String {
        let time = Duration.pattern
        return "\(time)|uniform:\(time)\\.\\.\(time)|exponential:\(time)|lognormal:\(time),sigma:\(DecimalText.pattern)"
    }

    package init(scenarioText: String) throws(ScenarioTextError) {
        var parts = try SettingParts(scenarioText)
        switch (parts.kind, parts.value) {
        case (let text, nil):
            self = .constant(try Self.time(text))
        case ("uniform", let value?):
            let bounds = try SettingRange(value)
            self = .uniform(try Self.time(bounds.low), try Self.time(bounds.high))
        case ("exponential", let value?):
            self = .exponential(mean: try Self.time(value))
        case ("lognormal", let value?):
            guard let sigma = parts.take("sigma").flatMap(DecimalText.double), sigma <= 5 else {
                throw .malformed("`lognormal` needs its spread, from 0 to 5: lognormal:2ms,sigma:0.5")
            }
            self = .lognormal(median: try Self.time(value), sigma: sigma)
        default:
            throw .malformed("`\(parts.kind)` is not a latency distribution")
        }
        try parts.refuseRest(known: [])
        if case .uniform(let low, let high) = self, low > high { throw .outOfRange("the range is upside down") }
    }

    private static func time(_ text: String) throws(ScenarioTextError) -> Duration {
        let time = try Duration(scenarioText: text)
        guard time <= limit else { throw .outOfRange("an execution takes at most \(limit.scenarioText)") }
        return time
    }

    package var scenarioText: String {
        switch self {
        case .constant(let time): time.scenarioText
        case .uniform(let low, let high): "uniform:\(low.scenarioText)..\(high.scenarioText)"
        case .exponential(let mean): "exponential:\(mean.scenarioText)"
        case .lognormal(let median, let sigma): "lognormal:\(median.scenarioText),sigma:\(DecimalText.text(sigma))"
        }
    }
}

/// `low..high`, as the uniform distributions write it.
struct SettingRange {
    let low: String
    let high: String

    init(_ text: String) throws(ScenarioTextError) {
        guard let dots = text.firstRange(of: "..") else {
            throw .malformed("`\(text)` should be a range such as low..high")
        }
        low = String(text[..<dots.lowerBound])
        high = String(text[dots.upperBound...])
    }
}
