#if Configuration
internal import Caching
public import Configuration
public import Dedup

extension DeduplicatorConfiguration {
    /// Makes a configuration of what a reader of swift-configuration has: environment variables, command line arguments, files.
    ///
    ///     let config = ConfigReader(provider: EnvironmentVariablesProvider())
    ///     let dedup = try Deduplicator(configuration: DeduplicatorConfiguration(config: config.scoped(to: "dedup")))
    ///
    /// Every key is optional. With the scope above, `cache.capacity.entries` is the variable `DEDUP_CACHE_CAPACITY_ENTRIES`.
    ///
    /// | key | value | default |
    /// |---|---|---|
    /// | `cache.capacity.entries` | whole number, from 1; not beside a weight | 10000 |
    /// | `cache.capacity.weight` | whole number, from 1; not beside entries | none: the capacity is in entries |
    /// | `cache.policy` | a name of ``EvictionPolicyKind`` | `sieve` |
    /// | `cache.shards` | whole number, 1 to 4096 | by the capacity |
    /// | `cache.seed` | whole number, from 0; secret; for tests | random |
    /// | `fingerprinter.namespace` | text | empty |
    /// | `fingerprinter.secretKey` | bytes, at least 32, as the provider decodes them, mostly base64; secret | drawn for the process |
    /// | `fingerprinter.limits.maximumBytes` | whole number, 1 to 1073741824 | 1048576 |
    /// | `fingerprinter.limits.maximumDepth` | whole number, 1 to 1024 | 512 |
    /// | `flightLimit` | whole number, from 1 | 100000 |
    /// | `waiterLimit` | whole number, from 1 | 100000 |
    /// | `stepLimit` | whole number, from 1 | 10000 |
    /// | `stepNameByteLimit` | whole number, from 1 | 256 |
    /// | `recordStoreFailure` | `failOpen`, `failClosed` | `failOpen` |
    /// | `recordTimeout` | duration, above zero | `10s` |
    /// | `recordWriter.batchSize` | whole number, from 1 | 512 |
    /// | `recordWriter.pendingLimit` | whole number, from the batch size | 65536 |
    /// | `recordWriter.interval` | duration, above zero | `1s` |
    /// | `recordWriter.finalFlushLimit` | duration, above zero | `10s` |
    /// | `sweepInterval` | duration, above zero | `1s` |
    ///
    /// A duration is a number with its unit, `ns`, `us`, `µs`, `ms`, `s`, `m` or `h`: `300s`, `20ms`, `1.5s`. It is a whole
    /// number of nanoseconds. Keys that are not in the table are not read.
    ///
    /// - Parameters:
    ///   - config: The reader, scoped to where the keys are.
    ///   - defaults: What holds for keys that the reader has no value for. Default: the defaults of the library.
    /// - Throws: `DedupError` with code `invalidConfiguration` that names the key, its value, unless that is secret, and the
    ///   remedy: for a value that cannot be read, or that `validate()` refuses.
    public init(
        config: ConfigReader, defaults: DeduplicatorConfiguration = DeduplicatorConfiguration()
    ) throws(DedupError) {
        self = defaults
        let values = KeyedValues(config)
        for key in ConfigurationKey.allCases { try read(key, values) }
        if let entries = try values.count(.cacheEntries), try values.count(.cacheWeight) != nil {
            throw .invalidConfiguration(
                ConfigurationKey.cacheEntries.rawValue,
                "\(entries) is a second capacity beside \(ConfigurationKey.cacheWeight.rawValue); leave one of them out."
            )
        }
        try validateKeys()
    }

    private mutating func read(_ key: ConfigurationKey, _ values: KeyedValues) throws(DedupError) {
        switch key {
        case .cacheEntries: if let limit = try values.count(key) { cache.capacity = .entries(limit) }
        case .cacheWeight: if let limit = try values.count(key) { cache.capacity = .weight(limit) }
        case .cachePolicy: cache.policy = try values.name(key) ?? cache.policy
        case .cacheShards: cache.shards = try values.count(key) ?? cache.shards
        case .cacheSeed: cache.seed = try values.seed(key) ?? cache.seed
        case .namespace: if let namespace = try values.text(key) { replaceFingerprinter(namespace: namespace) }
        case .secretKey: if let secretKey = try values.secretKey(key) { replaceFingerprinter(secretKey: secretKey) }
        case .maximumBytes, .maximumDepth:
            if let limits = try values.limits(key, fingerprinter.limits) { replaceFingerprinter(limits: limits) }
        case .flightLimit: flightLimit = try values.count(key) ?? flightLimit
        case .waiterLimit: waiterLimit = try values.count(key) ?? waiterLimit
        case .stepLimit: stepLimit = try values.count(key) ?? stepLimit
        case .stepNameByteLimit: stepNameByteLimit = try values.count(key) ?? stepNameByteLimit
        case .recordStoreFailure: recordStoreFailure = try values.name(key) ?? recordStoreFailure
        case .recordTimeout: recordTimeout = try values.duration(key) ?? recordTimeout
        case .batchSize: recordWriter.batchSize = try values.count(key) ?? recordWriter.batchSize
        case .pendingLimit: recordWriter.pendingLimit = try values.count(key) ?? recordWriter.pendingLimit
        case .interval: recordWriter.interval = try values.duration(key) ?? recordWriter.interval
        case .finalFlushLimit: recordWriter.finalFlushLimit = try values.duration(key) ?? recordWriter.finalFlushLimit
        case .sweepInterval: sweepInterval = try values.duration(key) ?? sweepInterval
        }
    }

    private mutating func replaceFingerprinter(
        namespace: String? = nil, secretKey: SecretKey? = nil, limits: FingerprintLimits? = nil
    ) {
        fingerprinter = Fingerprinter(
            namespace: namespace ?? fingerprinter.namespace, secretKey: secretKey ?? fingerprinter.secretKey,
            limits: limits ?? fingerprinter.limits)
    }

    /// Checks every field, and names those of the parts by their keys.
    private func validateKeys() throws(DedupError) {
        do {
            try cache.validate()
        } catch {
            throw .invalidConfiguration(
                "cache.\(error.field)", "\(error.value) is refused; it must \(error.requirement).")
        }
        do {
            try recordWriter.validate()
        } catch {
            throw .invalidConfiguration("recordWriter.\(error.field ?? "")", "the value \(error.message)")
        }
        try validate()
    }
}
#endif
