/// What is drawn at random: `2ms` (always), `uniform:1ms..5ms`, `exponential:2ms` (mean) or `lognormal:2ms,sigma:0.5`
/// (median, and the standard deviation of the logarithm).
///
/// A draw is at most the quantity's ``DrawnQuantity/drawLimit``: larger ones are cut there.
package enum Distribution<Quantity: DrawnQuantity>: ScenarioText {
    case constant(Quantity)
    case uniform(Quantity, Quantity)
    case exponential(mean: Quantity)
    case lognormal(median: Quantity, sigma: Double)

    package static var allowed: String { "\(Quantity.allowedDraws), or \(Quantity.drawExamples)" }
    package static var pattern: String {
        let one = Quantity.pattern
        return "\(one)|uniform:\(one)\\.\\.\(one)|exponential:\(one)|lognormal:\(one),sigma:\(DecimalText.pattern)"
    }

    package init(scenarioText: String) throws(ScenarioTextError) {
        var parts = try SettingParts(scenarioText)
        switch (parts.kind, parts.value) {
        case (let text, nil):
            self = .constant(try Self.quantity(text))
        case ("uniform", let value?):
            self = try Self.uniform(value)
        case ("exponential", let value?):
            self = .exponential(mean: try Self.quantity(value))
        case ("lognormal", let value?):
            guard let sigma = parts.take("sigma").flatMap(DecimalText.double), sigma <= 5 else {
                throw .malformed("`lognormal` needs its spread, from 0 to 5: lognormal:\(value),sigma:0.5")
            }
            self = .lognormal(median: try Self.quantity(value), sigma: sigma)
        default:
            throw .malformed("`\(parts.kind)` is not a distribution")
        }
        try parts.refuseRest(known: [])
    }

    private static func uniform(_ range: String) throws(ScenarioTextError) -> Self {
        guard let dots = range.firstRange(of: "..") else {
            throw .malformed("`\(range)` should be a range such as low..high")
        }
        let low = try quantity(String(range[..<dots.lowerBound]))
        let high = try quantity(String(range[dots.upperBound...]))
        guard low.drawCount <= high.drawCount else { throw .outOfRange("the range is upside down") }
        return .uniform(low, high)
    }

    private static func quantity(_ text: String) throws(ScenarioTextError) -> Quantity {
        let quantity = try Quantity(scenarioText: text)
        guard quantity.drawCount <= Quantity.drawLimit.drawCount else {
            throw .outOfRange("more than \(Quantity.drawLimit.scenarioText)")
        }
        return quantity
    }

    package var scenarioText: String {
        switch self {
        case .constant(let quantity): quantity.scenarioText
        case .uniform(let low, let high): "uniform:\(low.scenarioText)..\(high.scenarioText)"
        case .exponential(let mean): "exponential:\(mean.scenarioText)"
        case .lognormal(let median, let sigma):
            "lognormal:\(median.scenarioText),sigma:\(DecimalText.text(sigma))"
        }
    }
}

/// A quantity that can be drawn at random.
package protocol DrawnQuantity: ScenarioText {
    /// The largest that is drawn. Its count fits 32 bits.
    static var drawLimit: Self { get }
    /// What one is: `a duration up to 4s`.
    static var allowedDraws: String { get }
    /// Distributions, as examples.
    static var drawExamples: String { get }
    /// The quantity in its smallest unit.
    var drawCount: UInt64 { get }
}

extension Duration: DrawnQuantity {
    package static var drawLimit: Duration { .seconds(4) }
    package static var allowedDraws: String { "a duration up to \(drawLimit.scenarioText)" }
    package static var drawExamples: String { "`uniform:1ms..5ms`, `exponential:2ms`, `lognormal:2ms,sigma:0.5`" }
    package var drawCount: UInt64 { nanoseconds }
}

extension ByteSize: DrawnQuantity {
    package static var drawLimit: ByteSize { ByteSize(bytes: 1 << 30) }
    package static var allowedDraws: String { "a size up to \(drawLimit.scenarioText)" }
    package static var drawExamples: String { "`uniform:100B..4KiB`, `exponential:1KiB`, `lognormal:1KiB,sigma:1`" }
    package var drawCount: UInt64 { UInt64(max(0, bytes)) }
}

/// How large results are: drawn, or `recorded` (as the trace says; only with keys from a trace).
///
/// The size belongs to the key: all executions of one key give results of one size.
package enum ValueSizes: ScenarioText {
    case drawn(Distribution<ByteSize>)
    case recorded

    private static let recordedText = "recorded"

    package static var allowed: String { "\(Distribution<ByteSize>.allowed), or `recorded` for the sizes of a trace" }
    package static var pattern: String { "\(recordedText)|\(Distribution<ByteSize>.pattern)" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        if scenarioText == Self.recordedText {
            self = .recorded
        } else {
            self = .drawn(try Distribution(scenarioText: scenarioText))
        }
    }

    package var scenarioText: String {
        switch self {
        case .drawn(let distribution): distribution.scenarioText
        case .recorded: Self.recordedText
        }
    }
}
