/// One stage of a phase whose rate changes: a rate, or a straight ramp, and how long.
package struct RateStage: Hashable, Sendable {
    /// The rate, or from which to which it goes.
    package var rate = StageRate(from: 0, to: 0)
    /// How long the stage takes.
    package var duration = Duration.zero

    package init() {}

    /// A stage.
    package init(_ rate: StageRate, for duration: Duration) {
        self.rate = rate
        self.duration = duration
    }
}

extension [RateStage] {
    /// The stages up to a time after the first one has begun; a ramp that reaches beyond it ends there at the rate that it has then.
    package func first(_ time: Duration) -> [RateStage] {
        var (first, left) = ([RateStage](), time)
        for var stage in self where left > .zero {
            if stage.duration > left {
                stage.rate.to = stage.rate.from + (stage.rate.to - stage.rate.from) * (left / stage.duration)
                stage.duration = left
            }
            left -= stage.duration
            first.append(stage)
        }
        return first
    }
}

/// The rate of a stage, written `5000/s`, or `100/s..5000/s` where it goes evenly from the one to the other; `0/s` is a pause.
package struct StageRate: ScenarioText {
    /// At the begin of the stage, in requests a second.
    package var from: Double
    /// At its end, in requests a second.
    package var to: Double

    package init(from: Double, to: Double) { (self.from, self.to) = (from, to) }

    package static var allowed: String { "a rate such as 5000/s, a ramp such as 100/s..5000/s, or 0/s for a pause" }
    package static var pattern: String { "\(ArrivalRate.pattern)(\\.\\.\(ArrivalRate.pattern))?" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        guard let dots = scenarioText.firstRange(of: "..") else {
            from = try Self.end(scenarioText)
            to = from
            return
        }
        from = try Self.end(String(scenarioText[..<dots.lowerBound]))
        to = try Self.end(String(scenarioText[dots.upperBound...]))
    }

    private static func end(_ text: String) throws(ScenarioTextError) -> Double {
        if text == pause { return 0 }
        return try ArrivalRate(scenarioText: text).perSecond
    }

    private static let pause = "0/s"

    package var scenarioText: String {
        let ends = (from == to ? [from] : [from, to]).map {
            $0 == 0 ? Self.pause : ArrivalRate(perSecond: $0).scenarioText
        }
        return ends.joined(separator: "..")
    }
}
