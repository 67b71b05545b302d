#if Configuration
internal import Configuration

/// The keys under which a `DeduplicatorConfiguration` is read: each is the path of its field.
package enum ConfigurationKey: String, CaseIterable, Sendable {
    case cacheEntries = "cache.capacity.entries"
    case cacheWeight = "cache.capacity.weight"
    case cachePolicy = "cache.policy"
    case cacheShards = "cache.shards"
    case cacheSeed = "cache.seed"
    case namespace = "fingerprinter.namespace"
    case secretKey = "fingerprinter.secretKey"
    case maximumBytes = "fingerprinter.limits.maximumBytes"
    case maximumDepth = "fingerprinter.limits.maximumDepth"
    case flightLimit, waiterLimit, stepLimit, stepNameByteLimit, recordStoreFailure, recordTimeout
    case batchSize = "recordWriter.batchSize"
    case pendingLimit = "recordWriter.pendingLimit"
    case interval = "recordWriter.interval"
    case finalFlushLimit = "recordWriter.finalFlushLimit"
    case sweepInterval

    /// Whether its value must not be shown: in neither a message nor a report of accesses.
    package var isSecret: Bool { self == .secretKey || self == .cacheSeed }

    /// The key for a reader.
    var path: ConfigKey { ConfigKey(rawValue) }
}
#endif
