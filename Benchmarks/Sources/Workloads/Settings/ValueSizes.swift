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
