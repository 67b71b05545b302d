/// The counts of a cache since it was made: sums over its shards, each shard read at one instant.
///
/// Counts never decrease and never wrap in practice (64 bits). While no other thread uses the cache,
/// `insertions == count + replacements + evictions + expirations + invalidations`.
public struct CacheStatistics: Hashable, Sendable {
    /// Lookups that found a value that is alive. Those of ``Cache/peek(for:at:)`` are not counted.
    public var hits = 0

    /// Lookups that found nothing, or a value past its deadline.
    public var misses = 0

    /// Values inserted, whether they replaced another value or not.
    public var insertions = 0

    /// Values that were alive and were removed because another was inserted for their key.
    public var replacements = 0

    /// Values removed to make room.
    public var evictions = 0

    /// The weight of the values removed to make room. The same as ``evictions`` where the capacity is in entries.
    public var evictedWeight = 0

    /// Values removed because their deadline had passed, whether a lookup, an insertion or a sweep found them.
    public var expirations = 0

    /// Values removed by their key, by a condition, or with all others.
    public var invalidations = 0

    /// Values refused because they weigh more than the cache, or the policy, can take.
    public var rejectedTooHeavy = 0

    /// Loads begun by ``Cache/value(for:timeToLive:weight:at:load:)``. The load of several callers counts once.
    public var loads = 0

    /// Callers that waited for a load that another caller had begun.
    public var loadJoins = 0

    /// Loads that ended with an error, including loads that were cancelled and threw for that reason.
    public var loadFailures = 0

    /// The time that all loads that have ended took together.
    public var loadTime = Duration.zero

    /// Makes statistics in which every count is zero.
    public init() {}

    /// All lookups: ``hits`` and ``misses``.
    public var lookups: Int { hits + misses }

    /// The share of hits in all lookups, from 0 to 1; nil before the first lookup.
    public var hitRatio: Double? { lookups == 0 ? nil : Double(hits) / Double(lookups) }

    /// The average time of a load, failed ones included; nil before the first has begun. Loads in progress count as if they
    /// had taken no time.
    public var averageLoadTime: Duration? { loads == 0 ? nil : loadTime / loads }

    /// The sum of two statistics, field by field.
    public static func + (lhs: CacheStatistics, rhs: CacheStatistics) -> CacheStatistics {
        var sum = lhs
        sum.hits += rhs.hits
        sum.misses += rhs.misses
        sum.insertions += rhs.insertions
        sum.replacements += rhs.replacements
        sum.evictions += rhs.evictions
        sum.evictedWeight += rhs.evictedWeight
        sum.expirations += rhs.expirations
        sum.invalidations += rhs.invalidations
        sum.rejectedTooHeavy += rhs.rejectedTooHeavy
        sum.loads += rhs.loads
        sum.loadJoins += rhs.loadJoins
        sum.loadFailures += rhs.loadFailures
        sum.loadTime += rhs.loadTime
        return sum
    }
}
