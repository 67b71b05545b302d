internal import Foundation
internal import Testing
internal import Workloads

@Suite struct SettingTextTests {
    /// Reads the text, writes it, and reads it again; and asks the pattern of the schema what it thinks.
    private func rewritten<Setting: ScenarioText>(_ text: String, as _: Setting.Type) throws -> String {
        let setting = try Setting(scenarioText: text)
        #expect(try Setting(scenarioText: setting.scenarioText) == setting)
        #expect(try matches(text, Setting.self))
        #expect(try matches(setting.scenarioText, Setting.self))
        return setting.scenarioText
    }

    private func matches<Setting: ScenarioText>(_ text: String, _: Setting.Type) throws -> Bool {
        let pattern = try NSRegularExpression(pattern: "^(\(Setting.pattern))$")
        return pattern.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }

    static let right: [(any ScenarioText.Type, String, String)] = [
        (Duration.self, "10s", "10s"), (Duration.self, "250ms", "250ms"), (Duration.self, "1us", "1us"),
        (Duration.self, "5m", "5m"), (Duration.self, "1.5s", "1500ms"), (Duration.self, "60s", "1m"),
        (Duration.self, "0s", "0s"), (Duration.self, "0.000000001s", "1ns"), (Duration.self, "2562047h", "2562047h"),
        (ByteSize.self, "64KiB", "64KiB"), (ByteSize.self, "1024B", "1KiB"), (ByteSize.self, "1.5KB", "1500B"),
        (ByteSize.self, "0B", "0B"), (ByteSize.self, "2MB", "2MB"), (ByteSize.self, "3GiB", "3GiB"),
        (Share.self, "80%", "80%"), (Share.self, "0.5%", "0.5%"), (Share.self, "0%", "0%"), (Share.self, "7%", "7%"),
        (Share.self, "0.00001%", "0.00001%"),
        (ArrivalRate.self, "5000/s", "5000/s"), (ArrivalRate.self, "0.5/s", "0.5/s"),
        (StageRate.self, "5000/s", "5000/s"), (StageRate.self, "0/s..0.5/s", "0/s..0.5/s"),
        (StageRate.self, "7/s..7/s", "7/s"), (StageRate.self, "0/s", "0/s"),
        (ReplaySpeed.self, "max", "max"), (ReplaySpeed.self, "10x", "10x"), (ReplaySpeed.self, "0.5x", "0.5x"),
        (CacheCapacity.self, "10000", "10000"), (CacheCapacity.self, "10_000", "10000"),
        (CacheCapacity.self, "64MiB", "64MiB"),
        (TimeToLiveSetting.self, "forever", "forever"), (TimeToLiveSetting.self, "fixed:1s", "fixed:1s"),
        (TimeToLiveSetting.self, "sliding:1s", "sliding:1s"),
        (TimeToLiveSetting.self, "sliding:1s,max:10s", "sliding:1s,max:10s"),
        (TimeToLiveSetting.self, "sliding:1s,jitter:10%,max:10s", "sliding:1s,max:10s,jitter:10%"),
        (TimeToLiveSetting.self, "fixed:1s,jitter:10%", "fixed:1s,jitter:10%"),
        (Distribution<Duration>.self, "2ms", "2ms"), (Distribution<Duration>.self, "0s", "0s"),
        (Distribution<Duration>.self, "uniform:1ms..5ms", "uniform:1ms..5ms"),
        (Distribution<Duration>.self, "exponential:2ms", "exponential:2ms"),
        (Distribution<Duration>.self, "lognormal:2ms,sigma:0.5", "lognormal:2ms,sigma:0.5"),
        (ValueSizes.self, "1KiB", "1KiB"), (ValueSizes.self, "recorded", "recorded"),
        (ValueSizes.self, "uniform:100B..4KiB", "uniform:100B..4KiB"),
        (ValueSizes.self, "lognormal:1KiB,sigma:1", "lognormal:1KiB,sigma:1"),
        (ValueSizes.self, "exponential:1KiB", "exponential:1KiB"), (ByteSize.self, "0KiB", "0B"),
    ]

    @Test func writtenSettingsReadBack() throws {
        for (type, text, expected) in Self.right {
            #expect(try rewritten(text, as: type) == expected, "\(type) \(text)")
        }
    }

    static let wrong: [(any ScenarioText.Type, String)] = [
        (Duration.self, ""), (Duration.self, "10"), (Duration.self, "s"), (Duration.self, "10 s"),
        (Duration.self, "-1s"), (Duration.self, "1e3s"), (Duration.self, "1.s"), (Duration.self, ".5s"),
        (Duration.self, "1S"), (Duration.self, "1.2.3s"), (Duration.self, "١s"),
        (ByteSize.self, "64"), (ByteSize.self, "64kb"), (Share.self, "80"), (Share.self, "-1%"), (Share.self, "%"),
        (ArrivalRate.self, "5000"), (ArrivalRate.self, "5000/m"),
        (StageRate.self, "5000"), (StageRate.self, "1/s.."), (StageRate.self, "1/s..2/s..3/s"),
        (StageRate.self, "0/s...5/s"), (ReplaySpeed.self, "fast"), (ReplaySpeed.self, "x"),
        (CacheCapacity.self, "-5"), (CacheCapacity.self, "5_"), (CacheCapacity.self, "lots"),
        (TimeToLiveSetting.self, "1s"), (TimeToLiveSetting.self, "fixed"), (TimeToLiveSetting.self, "forever:1s"),
        (TimeToLiveSetting.self, "forever,jitter:1%"), (TimeToLiveSetting.self, "fixed:1s,max:2s"),
        (TimeToLiveSetting.self, "fixed:1s,"), (TimeToLiveSetting.self, "fixed:1s,jitter:1%,jitter:2%"),
        (TimeToLiveSetting.self, "slidng:1s"), (Distribution<Duration>.self, "normal:1ms"),
        (Distribution<Duration>.self, "uniform:1ms"), (Distribution<Duration>.self, "lognormal:1ms"),
        (Distribution<Duration>.self, "2ms,sigma:1"), (Distribution<Duration>.self, "exponential:1ms,sigma:1"),
        (ValueSizes.self, "recorded:1B"), (ValueSizes.self, "big"),
    ]

    @Test func aWrongFormIsRefusedByLoaderAndSchemaAlike() throws {
        for (type, text) in Self.wrong {
            let error = #expect(throws: ScenarioTextError.self, "\(type) \(text)") {
                _ = try type.init(scenarioText: text)
            }
            guard case .malformed? = error else {
                Issue.record("\(type) \(text) is not a question of size: \(String(describing: error))")
                continue
            }
            #expect(try !matches(text, type), "\(type) \(text)")
        }
    }

    static let outOfRange: [(any ScenarioText.Type, String)] = [
        (Duration.self, "0.5ns"), (Duration.self, "2562048h"), (ByteSize.self, "0.5B"), (ByteSize.self, "1025GiB"),
        (Share.self, "100.1%"), (ArrivalRate.self, "0/s"), (ArrivalRate.self, "10000001/s"), (ReplaySpeed.self, "0x"),
        (CacheCapacity.self, "0"), (CacheCapacity.self, "0KiB"), (TimeToLiveSetting.self, "fixed:0s"),
        (TimeToLiveSetting.self, "sliding:2s,max:1s"), (TimeToLiveSetting.self, "fixed:1s,jitter:100%"),
        (Distribution<Duration>.self, "4001ms"), (Distribution<Duration>.self, "uniform:2ms..1ms"),
        (ValueSizes.self, "2GiB"), (ValueSizes.self, "uniform:2KiB..1KiB"),
    ]

    @Test func valuesOutOfRangeAreRefused() {
        for (type, text) in Self.outOfRange {
            let error = #expect(throws: ScenarioTextError.self, "\(type) \(text)") {
                _ = try type.init(scenarioText: text)
            }
            guard case .outOfRange? = error else {
                Issue.record("\(type) \(text): \(String(describing: error))")
                continue
            }
        }
    }
}
