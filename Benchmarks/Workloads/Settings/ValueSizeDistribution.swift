/// How large results are: `1KiB` (all), `uniform:100B..4KiB`, `lognormal:1KiB,sigma:1` (median and spread), or
/// `recorded` (as the trace says; only with keys from a trace).
///
/// The size belongs to the key: all executions of one key give results of one size.
package enum ValueSizeDistribution: ScenarioText {
    case constant(ByteSize)
    case uniform(ByteSize, ByteSize)
    case lognormal(median: ByteSize, sigma: Double)
    case recorded

    /// The largest result; sizes up to here fit 32 bits. Draws are cut here.
    package static let limit = ByteSize(bytes: 1 << 30)

    package static var allowed: String {
        "a size up to 1GiB, `uniform:100B..4KiB`, `lognormal:1KiB,sigma:1`, or `recorded` for the sizes of a trace"
    }
    package static var pattern: String {
        let size = ByteSize.pattern
        return "recorded|\(size)|uniform:\(size)\\.\\.\(size)|lognormal:\(size),sigma:\(DecimalText.pattern)"
    }

    package init(scenarioText: String) throws(ScenarioTextError) {
        var parts = try SettingParts(scenarioText)
        switch (parts.kind, parts.value) {
        case ("recorded", nil):
            self = .recorded
        case (let text, nil):
            self = .constant(try Self.size(text))
        case ("uniform", let value?):
            let bounds = try SettingRange(value)
            self = .uniform(try Self.size(bounds.low), try Self.size(bounds.high))
        case ("lognormal", let value?):
            guard let sigma = parts.take("sigma").flatMap(DecimalText.double), sigma <= 5 else {
                throw .malformed("`lognormal` needs its spread, from 0 to 5: lognormal:1KiB,sigma:1")
            }
            self = .lognormal(median: try Self.size(value), sigma: sigma)
        default:
            throw .malformed("`\(parts.kind)` is not a distribution of sizes")
        }
        try parts.refuseRest(known: [])
        if case .uniform(let low, let high) = self, low.bytes > high.bytes {
            throw .outOfRange("the range is upside down")
        }
    }

    private static func size(_ text: String) throws(ScenarioTextError) -> ByteSize {
        let size = try ByteSize(scenarioText: text)
        guard size.bytes <= limit.bytes else { throw .outOfRange("a result is at most \(limit.scenarioText)") }
        return size
    }

    package var scenarioText: String {
        switch self {
        case .constant(let size): size.scenarioText
        case .uniform(let low, let high): "uniform:\(low.scenarioText)..\(high.scenarioText)"
        case .lognormal(let median, let sigma): "lognormal:\(median.scenarioText),sigma:\(DecimalText.text(sigma))"
        case .recorded: "recorded"
        }
    }
}
