/// How long a cached result lives: `fixed:1s`, `sliding:1s`, `sliding:1s,max:10s`, `forever`; each timed one may end in
/// `,jitter:10%`, which shortens each life by a random part of at most that share.
package struct TimeToLiveSetting: ScenarioText {
    package enum Rule: Hashable, Sendable {
        /// Never expires.
        case forever
        /// Ends this long after the result was stored.
        case fixed(Duration)
        /// Ends this long after the last hit, and at the latest `maximumAge` after the result was stored.
        case sliding(Duration, maximumAge: Duration?)
    }

    package var rule: Rule
    /// The largest share by which a life is shortened; zero means that all live equally long.
    package var jitter: Share

    package init(_ rule: Rule, jitter: Share = Share(percent: 0)) {
        self.rule = rule
        self.jitter = jitter
    }

    package static var allowed: String {
        "`forever`, `fixed:1s`, `sliding:1s` or `sliding:1s,max:10s`, and with any time `,jitter:10%`"
    }
    package static var pattern: String {
        let jitter = "(,jitter:\(Share.pattern))?"
        let maximum = "(,max:\(Duration.pattern))?"
        return
            "forever|fixed:\(Duration.pattern)\(jitter)|sliding:\(Duration.pattern)(\(maximum)\(jitter)|\(jitter)\(maximum))"
    }

    package init(scenarioText: String) throws(ScenarioTextError) {
        var parts = try SettingParts(scenarioText)
        switch (parts.kind, parts.value) {
        case ("forever", nil):
            self.init(.forever)
        case ("fixed", let value?):
            self.init(.fixed(try Self.life(value)), jitter: try Self.jitter(&parts))
        case ("sliding", let value?):
            let rule = try Self.sliding(life: value, maximum: parts.take("max"))
            self.init(rule, jitter: try Self.jitter(&parts))
        default:
            throw .malformed("this is not a time to live")
        }
        try parts.refuseRest(known: ["fixed": ["jitter"], "sliding": ["max", "jitter"]][parts.kind] ?? [])
    }

    private static func jitter(_ parts: inout SettingParts) throws(ScenarioTextError) -> Share {
        guard let text = parts.take("jitter") else { return Share(percent: 0) }
        let jitter = try Share(scenarioText: text)
        guard jitter.percent < 100 else { throw .outOfRange("a jitter of 100% would leave no life at all") }
        return jitter
    }

    private static func sliding(life: String, maximum: String?) throws(ScenarioTextError) -> Rule {
        let life = try Self.life(life)
        guard let maximum else { return .sliding(life, maximumAge: nil) }
        let age = try Self.life(maximum)
        guard age >= life else { throw .outOfRange("the maximum age is shorter than the life itself") }
        return .sliding(life, maximumAge: age)
    }

    private static func life(_ text: String) throws(ScenarioTextError) -> Duration {
        let life = try Duration(scenarioText: text)
        guard life > .zero else { throw .outOfRange("a life must be longer than nothing") }
        return life
    }

    package var scenarioText: String {
        let tail = jitter.percent > 0 ? ",jitter:\(jitter.scenarioText)" : ""
        return switch rule {
        case .forever: "forever"
        case .fixed(let life): "fixed:\(life.scenarioText)\(tail)"
        case .sliding(let life, nil): "sliding:\(life.scenarioText)\(tail)"
        case .sliding(let life, let age?): "sliding:\(life.scenarioText),max:\(age.scenarioText)\(tail)"
        }
    }
}
