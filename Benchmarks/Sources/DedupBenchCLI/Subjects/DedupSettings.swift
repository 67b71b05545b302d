internal import Caching
internal import Dedup
internal import DedupBenchKit
internal import DedupVerification
internal import LoadGeneration
internal import Workloads

// How the scenario's words become the library's, and the checker's.

extension CacheConfiguration {
    /// The cache that a scenario asks for.
    ///
    /// - Throws: ``LoadError`` for a policy that does not exist; ``CacheConfigurationError`` for anything else.
    init(_ settings: SubjectSettings) throws {
        let cache = settings.system.cache
        guard let policy = EvictionPolicyKind(rawValue: cache.policy) else {
            let known = EvictionPolicyKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw LoadError("system.cache.policy is \(cache.policy), which does not exist; use one of \(known)")
        }
        let capacity: Capacity =
            switch cache.capacity {
            case .entries(let count): .entries(count)
            case .bytes(let count): .weight(count)
            }
        self.init(capacity: capacity, policy: policy, shards: cache.shards, seed: settings.seed)
        try validate()
    }
}

extension ExecutionPolicy {
    /// The policy that a scenario asks for.
    init(_ system: SystemSettings) {
        self.init(
            timeToLive: TimeToLive(system.cache.timeToLive),
            failureTimeToLive: system.cache.failures.map { .fixed($0) },
            duplicates: system.duplicates == .join ? .join : .reject)
    }
}

extension TimeToLive {
    /// The time to live that a scenario asks for.
    init(_ setting: TimeToLiveSetting) {
        let life: TimeToLive =
            switch setting.rule {
            case .forever: .forever
            case .fixed(let life): .fixed(life)
            case .sliding(let life, let maximumAge): .sliding(life, maximumAge: maximumAge)
            }
        self = setting.jitter.percent > 0 ? life.jittered(by: setting.jitter.fraction) : life
    }
}
