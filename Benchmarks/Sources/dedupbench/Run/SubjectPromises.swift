internal import DedupVerification
internal import LoadGeneration
internal import Workloads

extension HistoryChecker {
    /// A checker for what a subject promises when it is set up as the scenario says.
    init(of information: SubjectInformation, under system: SystemSettings) {
        self.init(
            freshness: FreshnessRule(of: system.cache), capacityBounded: information.isCapacityBounded,
            duplicateMode: information.duplicates == .either ? system.duplicates.mode : information.duplicates)
        allowsUnexplainedFailures = information.failsWithoutExecution
        staleAllowance = information.staleAllowance.map(\.nanoseconds)
        removalLag = information.removalLag.nanoseconds
    }
}

extension SystemSettings.Duplicates {
    /// The mode in the words of the checker.
    fileprivate var mode: DuplicateMode {
        switch self {
        case .join: .join
        case .reject: .reject
        }
    }
}

extension FreshnessRule {
    /// How long results live under the scenario's cache settings.
    init(of cache: CacheSettings) {
        let lifetime: Lifetime =
            switch cache.timeToLive.rule {
            case .forever: .unbounded
            case .fixed(let life): .fixed(life.nanoseconds)
            case .sliding(let life, let age): .sliding(life.nanoseconds, maximumAge: age.map(\.nanoseconds))
            }
        self.init(
            lifetime, jitter: cache.timeToLive.jitter.fraction, failureLifetime: cache.failures?.nanoseconds ?? 0)
    }
}
