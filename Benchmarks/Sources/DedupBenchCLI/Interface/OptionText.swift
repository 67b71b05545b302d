internal import Workloads

/// Reads options whose texts are settings, written as a scenario writes them.
enum OptionText {
    /// A time.
    ///
    /// - Throws: ``Failure`` that names the option.
    static func time(_ text: String, _ option: String) throws(Failure) -> Duration {
        try setting(text, option, Duration.allowed)
    }

    /// A time; nil where the option is not given.
    ///
    /// - Throws: ``Failure`` that names the option.
    static func time(_ text: String?, _ option: String) throws(Failure) -> Duration? {
        guard let text else { return nil }
        return try time(text, option) as Duration
    }

    /// A setting; `allowed` says in the message which texts are one.
    ///
    /// - Throws: ``Failure`` that names the option.
    static func setting<Setting: ScenarioText>(
        _ text: String, _ option: String, _ allowed: String
    ) throws(Failure) -> Setting {
        do throws(ScenarioTextError) {
            return try Setting(scenarioText: text)
        } catch {
            throw Failure("\(option): `\(text)` cannot be used: \(error.reason); allowed: \(allowed)", .usage)
        }
    }
}
