/// What a cache has done since it was made: sums over its shards, each shard read at one instant.
///
/// The counts never decrease and never wrap in practice (64 bits). When nobody is using the cache,
/// `insertions == count + replacements + evictions + expirations + invalidations`.
public struct CacheStatistics: Hashable, Sendable {
    /// Lookups that found a live value. Those of ``Cache/peek(for:at:)`` are not counted.
    public var hits = 0

    /// Lookups that found nothing, or something past its deadline.
    public var misses = 0

    /// Values taken in, replacements included.
    public var insertions = 0

    /// Live values that left because another was inserted for their key.
    public var replacements = 0

    /// Values that left to make room.
    public var evictions = 0

    /// Values that left because their deadline had come, whether a lookup, an insertion or a sweep noticed.
    public var expirations = 0

    /// Values removed by name or with all others.
    public var invalidations = 0

    /// Values refused because they weigh more than the cache, or the policy, can take.
    public var rejectedTooHeavy = 0

    /// Makes a statistic of nothing.
    public init() {}

    /// Lookups, whatever they found.
    public var lookups: Int { hits + misses }

    /// Hits in lookups, from 0 to 1; nil before the first lookup.
    public var hitRatio: Double? { lookups == 0 ? nil : Double(hits) / Double(lookups) }

    /// Adds up two statistics, field by field.
    public static func + (lhs: CacheStatistics, rhs: CacheStatistics) -> CacheStatistics {
        var sum = lhs
        sum.hits += rhs.hits
        sum.misses += rhs.misses
        sum.insertions += rhs.insertions
        sum.replacements += rhs.replacements
        sum.evictions += rhs.evictions
        sum.expirations += rhs.expirations
        sum.invalidations += rhs.invalidations
        sum.rejectedTooHeavy += rhs.rejectedTooHeavy
        return sum
    }
}
