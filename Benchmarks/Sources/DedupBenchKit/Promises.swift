public import DedupVerification
package import Workloads

/// What a subject promises, and what it reports: the yardstick that its history is held against.
///
/// A promise that is too weak hides violations, one that is too strong accuses. The defaults are those of a subject that
/// joins duplicates, keeps results for as long as the scenario says, gives none up, and shares the harness's clock.
public struct Promises: Hashable, Sendable {
    /// Whether results are given up for lack of room.
    public enum Eviction: Hashable, Sendable {
        /// Every result stays until its time to live has passed.
        case never
        /// The scenario's `cache.capacity` bounds it, and each result that is given up is reported as an excuse.
        case reported
        /// The scenario's `cache.capacity` bounds it, and it does not say what it gives up. Until as many keys have been
        /// executed as there is room for, each result must be there; from then on an execution is excused by lack of room.
        case unreported
    }

    /// What it does with a call whose key is being executed: `.join`, `.reject`, `.none` (it executes too, which is then
    /// found), or `.either`: as the scenario's `system.duplicates` says. Default: `.join`.
    public var duplicates: DuplicateMode
    /// How long a result is served; nil, the default: as the scenario's `system.cache` says.
    public var freshness: FreshnessRule?
    /// Whether results are given up for lack of room. Default: never.
    public var eviction: Eviction
    /// How coarse or foreign the clock is by which its results expire: 0, the default, for one that is as exact as the
    /// harness's. A result may live shorter or longer by this much, and so may an excuse be off.
    public var clockTolerance: Duration
    /// For how long past its lifetime it may answer with a result, whether it calls that stale or a hit; nil, the default:
    /// not at all.
    public var staleAllowance: Duration?
    /// Whether it may run the work of a key whose result is still fresh, in order to renew it before it expires. Two at a time
    /// for one key are a violation all the same, and so is one that a call waited for: such a call must be answered as
    /// `.executed`, because the harness cannot tell by itself. Default: no.
    public var refreshesEarly: Bool
    /// Whether it may answer with errors of its own, such as those of a deadline or a limit, that come from no execution.
    /// Default: no.
    public var failsWithoutExecution: Bool
    /// Whether it names executions by a number of its own, which ``Work/run(epoch:)`` was told. Rejections and excuses then
    /// carry that number, and the harness translates it. Default: no.
    public var namesExecutionsByEpoch: Bool
    /// How long after it removed a result it reports the excuse, at most. Default: 50 ms.
    public var removalLag: Duration

    /// Promises; see the properties for the defaults.
    public init(
        duplicates: DuplicateMode = .join, freshness: FreshnessRule? = nil, eviction: Eviction = .never,
        clockTolerance: Duration = .zero, staleAllowance: Duration? = nil, refreshesEarly: Bool = false,
        failsWithoutExecution: Bool = false, namesExecutionsByEpoch: Bool = false,
        removalLag: Duration = .milliseconds(50)
    ) {
        self.duplicates = duplicates
        self.freshness = freshness
        self.eviction = eviction
        self.clockTolerance = clockTolerance
        self.staleAllowance = staleAllowance
        self.refreshesEarly = refreshesEarly
        self.failsWithoutExecution = failsWithoutExecution
        self.namesExecutionsByEpoch = namesExecutionsByEpoch
        self.removalLag = removalLag
    }

    /// What it does with a call whose key is being executed when it is set up as the scenario says: never `.either`.
    package func duplicates(under system: SystemSettings) -> DuplicateMode {
        guard duplicates == .either else { return duplicates }
        return switch system.duplicates {
        case .join: .join
        case .reject: .reject
        }
    }
}
