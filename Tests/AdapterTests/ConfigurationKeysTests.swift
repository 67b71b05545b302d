#if Configuration
import Caching
import Configuration
import Dedup
import DedupConfiguration
import Testing

@Suite struct ConfigurationKeysTests {
    private typealias Check = @Sendable (DeduplicatorConfiguration) -> Bool

    /// One row a key: what stands under it, and whether that has come to its field.
    private static let rows: [ConfigurationKey: (value: ConfigValue, check: Check)] = [
        .cacheEntries: (77, { $0.cache.capacity == .entries(77) }),
        .cacheWeight: (78, { $0.cache.capacity == .weight(78) }),
        .cachePolicy: ("s3-fifo", { $0.cache.policy == .s3FIFO }),
        .cacheShards: (3, { $0.cache.shards == 3 }),
        .cacheSeed: (9, { $0.cache.seed == 9 }),
        .namespace: ("shop", { $0.fingerprinter.namespace == "shop" }),
        .secretKey: (secret(32), { digest($0.fingerprinter.secretKey) == digest(symmetric(1)) }),
        .maximumBytes: (1_000, { $0.fingerprinter.limits.maximumBytes == 1_000 }),
        .maximumDepth: (7, { $0.fingerprinter.limits.maximumDepth == 7 }),
        .flightLimit: (11, { $0.flightLimit == 11 }),
        .waiterLimit: (12, { $0.waiterLimit == 12 }),
        .stepLimit: (13, { $0.stepLimit == 13 }),
        .stepNameByteLimit: (14, { $0.stepNameByteLimit == 14 }),
        .recordStoreFailure: ("failClosed", { $0.recordStoreFailure == .failClosed }),
        .recordTimeout: ("1500ms", { $0.recordTimeout == .milliseconds(1_500) }),
        .batchSize: (15, { $0.recordWriter.batchSize == 15 }),
        .pendingLimit: (1_000, { $0.recordWriter.pendingLimit == 1_000 }),
        .interval: ("20ms", { $0.recordWriter.interval == .milliseconds(20) }),
        .finalFlushLimit: ("2m", { $0.recordWriter.finalFlushLimit == .seconds(120) }),
        .sweepInterval: ("0.5s", { $0.sweepInterval == .milliseconds(500) }),
    ]

    private static func secret(_ count: Int) -> ConfigValue {
        ConfigValue(.bytes([UInt8](repeating: 1, count: count)), isSecret: false)
    }

    private static func symmetric(_ byte: UInt8) -> SecretKey {
        do { return try .symmetric([UInt8](repeating: byte, count: 32)) } catch { preconditionFailure("\(error)") }
    }

    /// A fingerprint that depends on the secret key alone.
    private static func digest(_ key: SecretKey) -> Fingerprint? {
        try? Fingerprinter(secretKey: key).fingerprint(step: "login", version: "1", context: ["password": "x"])
    }

    private func read(
        _ values: [AbsoluteConfigKey: ConfigValue], defaults: DeduplicatorConfiguration = DeduplicatorConfiguration()
    ) throws(DedupError) -> DeduplicatorConfiguration {
        let config = ConfigReader(provider: InMemoryProvider(values: values))
        return try DeduplicatorConfiguration(config: config.scoped(to: "app.dedup"), defaults: defaults)
    }

    private static func path(_ key: String) -> AbsoluteConfigKey {
        AbsoluteConfigKey(["app", "dedup"] + key.split(separator: ".").map(String.init))
    }

    // MARK: - What is read

    @Test(arguments: ConfigurationKey.allCases)
    func everyKeyChangesItsField(_ key: ConfigurationKey) throws {
        let row = try #require(Self.rows[key], "\(key.rawValue) has no row in the table")
        #expect(!row.check(DeduplicatorConfiguration()), "the default says nothing")
        let configuration = try read([Self.path(key.rawValue): row.value])
        #expect(row.check(configuration))
        for (other, row) in Self.rows where other != key {
            #expect(!row.check(configuration), "\(key.rawValue) changes \(other.rawValue), too")
        }
    }

    @Test func keysAreReadTogether() throws {
        let keys = ConfigurationKey.allCases.filter { $0 != .cacheEntries }
        let values = keys.compactMap { key in Self.rows[key].map { (Self.path(key.rawValue), $0.value) } }
        let configuration = try read(Dictionary(uniqueKeysWithValues: values))
        for key in keys { #expect(Self.rows[key]?.check(configuration) == true, "\(key.rawValue)") }
    }

    /// A field that comes to the configuration, or to a part of it, comes to the keys.
    @Test func everyFieldHasAKey() {
        let keys = ConfigurationKey.allCases.map { key in
            // The capacity is one field with two keys.
            key.rawValue.hasPrefix("cache.capacity.") ? "cache.capacity" : key.rawValue
        }
        #expect(Set(fields(of: DeduplicatorConfiguration())) == Set(keys))
    }

    private func fields(of value: Any, at path: String = "") -> [String] {
        let isPart =
            value is DeduplicatorConfiguration || value is CacheConfiguration || value is RecordWriterConfiguration
            || value is Fingerprinter || value is FingerprintLimits
        guard isPart else { return [path] }
        return Mirror(reflecting: value).children.flatMap { child in
            fields(of: child.value, at: path.isEmpty ? child.label ?? "" : "\(path).\(child.label ?? "")")
        }
    }

    @Test func whatHasNoValueKeepsItsDefault() throws {
        let defaults = DeduplicatorConfiguration(
            cache: CacheConfiguration(capacity: .weight(5_000), policy: .lru),
            fingerprinter: Fingerprinter(namespace: "mine", secretKey: Self.symmetric(1)), flightLimit: 5)
        #expect(try read([:]).flightLimit == 100_000)
        let configuration = try read([Self.path("fingerprinter.limits.maximumDepth"): 9], defaults: defaults)
        #expect(configuration.flightLimit == 5 && configuration.cache == defaults.cache)
        #expect(configuration.fingerprinter.namespace == "mine" && configuration.fingerprinter.limits.maximumDepth == 9)
        let digest = try #require(Self.digest(configuration.fingerprinter.secretKey))
        #expect(digest == Self.digest(Self.symmetric(1)) && digest != Self.digest(Self.symmetric(2)))
    }

    @Test func variablesOfTheEnvironmentAreText() throws {
        let provider = EnvironmentVariablesProvider(environmentVariables: [
            "DEDUP_CACHE_CAPACITY_ENTRIES": "300", "DEDUP_RECORD_TIMEOUT": "3s", "DEDUP_CACHE_POLICY": "fifo",
            "DEDUP_FINGERPRINTER_SECRET_KEY": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "FLIGHT_LIMIT": "1",
        ])
        let configuration = try DeduplicatorConfiguration(config: ConfigReader(provider: provider).scoped(to: "dedup"))
        #expect(configuration.cache.capacity == .entries(300) && configuration.cache.policy == .fifo)
        #expect(configuration.recordTimeout == .seconds(3) && configuration.flightLimit == 100_000)
        #expect(Self.digest(configuration.fingerprinter.secretKey) == Self.digest(Self.symmetric(1)))
    }

    // MARK: - What is refused

    @Test(
        arguments: [
            (
                "flightLimit", "many",
                "'many' is not a whole number of at most 9223372036854775807. Write digits alone, and no more of them, such as 1000."
            ),
            (
                "flightLimit", 1.5,
                "'1.5' is not a whole number of at most 9223372036854775807. Write digits alone, and no more of them, such as 1000."
            ),
            (
                "flightLimit", true,
                "'true' is not a whole number of at most 9223372036854775807. Write digits alone, and no more of them, such as 1000."
            ),
            (
                "flightLimit", ConfigValue(.intArray([1, 2]), isSecret: false),
                "'[1, 2]' is not a whole number of at most 9223372036854775807. Write digits alone, and no more of them, such as 1000."
            ),
            ("flightLimit", 0, "0 lets nothing through; use 1 or more."),
            ("waiterLimit", -1, "-1 lets nothing through; use 1 or more."),
            ("stepLimit", 0, "0 lets nothing through; use 1 or more."),
            ("stepNameByteLimit", 0, "0 lets nothing through; use 1 or more."),
            (
                "cache.policy", "mru",
                "'mru' is none of its names. Use one of fifo, lru, clock, lfu, slru, 2q, arc, lirs, sieve, s3-fifo, random."
            ),
            ("cache.policy", 3, "'3' is not text. Write it in quotes."),
            ("cache.capacity.entries", 0, "0 is refused; it must be at least 1."),
            ("cache.capacity.weight", -4, "-4 is refused; it must be at least 1."),
            ("cache.shards", 5_000, "5000 is refused; it must be from 1 to 4096."),
            ("recordStoreFailure", "open", "'open' is none of its names. Use one of failOpen, failClosed."),
            (
                "recordTimeout", "10",
                "'10' is not a duration of whole nanoseconds. Write a number with its unit (ns, us, ms, s, m, h), such as 300s or 20ms."
            ),
            (
                "recordTimeout", 10,
                "'10' is not a duration. Write a number with its unit (ns, us, ms, s, m, h), such as 300s or 20ms."
            ),
            ("recordTimeout", "0s", "0.0 seconds leaves no time to write; use a positive duration."),
            ("sweepInterval", "0ms", "0.0 seconds is not a pause; use a positive duration."),
            ("recordWriter.batchSize", 0, "the value is 0; a batch holds at least 1 record."),
            (
                "recordWriter.pendingLimit", 5,
                "the value is 5, less than the batchSize of 512; it must hold at least one batch."
            ),
            ("recordWriter.interval", "0s", "the value is 0.0 seconds; it must be longer than zero."),
            (
                "fingerprinter.limits.maximumBytes", 0,
                "'0' is outside its range. maximumBytes must be 1 to 1,073,741,824."
            ),
            (
                "fingerprinter.limits.maximumDepth", 2_000,
                "'2000' is outside its range. maximumDepth must be 1 to 1,024."
            ),
        ] as [(String, ConfigValue, String)])
    func aValueThatCannotBeIsRefusedWithItsKeyAndTheRemedy(_ key: String, _ value: ConfigValue, _ problem: String) {
        let error = #expect(throws: DedupError.self) { try read([Self.path(key): value]) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message == "\(key): \(problem)")
    }

    @Test(
        arguments: [
            (
                "cache.seed", "hunter2",
                "the value is not a whole number from 0 to 18446744073709551615. Write digits alone, such as 1000."
            ),
            (
                "cache.seed", -12_345,
                "the value is not a whole number from 0 to 18446744073709551615. Write digits alone, such as 1000."
            ),
            (
                "fingerprinter.secretKey", "hunter2",
                "the value is not bytes. Give at least 32 random bytes, as the provider decodes them, mostly base64."
            ),
            (
                "fingerprinter.secretKey", secret(31),
                "the value is too short with its 31 bytes. Give at least 32 random bytes, as the provider decodes them, mostly base64."
            ),
        ] as [(String, ConfigValue, String)])
    func aSecretIsNotShown(_ key: String, _ value: ConfigValue, _ problem: String) {
        let error = #expect(throws: DedupError.self) { try read([Self.path(key): value]) }
        #expect(error?.message == "\(key): \(problem)")
    }

    @Test func aCapacityIsOfOneKind() {
        let values: [AbsoluteConfigKey: ConfigValue] = [
            Self.path("cache.capacity.entries"): 5, Self.path("cache.capacity.weight"): 6,
        ]
        let error = #expect(throws: DedupError.self) { try read(values) }
        #expect(
            error?.message
                == "cache.capacity.entries: 5 is a second capacity beside cache.capacity.weight; leave one of them out."
        )
    }

    @Test(arguments: [("18446744073709551615", UInt64.max), (12_345, 12_345), ("0", 0)] as [(ConfigValue, UInt64)])
    func everySeedCanBeGiven(_ value: ConfigValue, _ seed: UInt64) throws {
        #expect(try read([Self.path("cache.seed"): value]).cache.seed == seed)
    }

    // MARK: - Durations

    @Test(
        arguments: [
            ("300s", .seconds(300)), ("20ms", .milliseconds(20)), ("1.5s", .milliseconds(1_500)), ("0s", .zero),
            ("7us", .microseconds(7)), ("7µs", .microseconds(7)), ("12ns", .nanoseconds(12)), ("2m", .seconds(120)),
            ("1h", .seconds(3_600)), ("0.000000001s", .nanoseconds(1)), ("1.50ms", .microseconds(1_500)),
            ("0.5m", .seconds(30)), ("0.1h", .seconds(360)), ("0.000000000005h", .nanoseconds(18)),
            ("1.0000000000000000000000s", .seconds(1)), ("007s", .seconds(7)),
            ("9223372036854775807ns", .nanoseconds(Int64.max)),
        ] as [(String, Duration)])
    func aDurationIsReadExactly(_ text: String, _ duration: Duration) {
        #expect(Duration(written: text) == duration)
    }

    @Test(arguments: [
        "", "s", "10", "-1s", "+1s", "1 s", " 1s", "1s ", "1S", "1d", "1e3s", ".5s", "1.s", "1..5s", "1.2.3s", "١s",
        "1.5\u{301}s", "5\u{301}s",
        "0x1s",
        "0.5ns", "1.05ns", "0.0000000001s", "0.0000000000000000001s", "9223372036854775808ns", "9223372036854775807us",
        "9223372036.9s", "1s1s",
    ])
    func otherTextIsNoDuration(_ text: String) {
        #expect(Duration(written: text) == nil)
    }
}
#endif
