#if Metrics
internal import Caching
public import CoreMetrics
public import Dedup
internal import Metrics

/// Brings the counts of a deduplicator into a swift-metrics backend, whenever it is asked to. Requests count nothing more for it:
/// what they count anyway is read.
///
///     let metrics = DeduplicatorMetrics(deduplicator)
///     // For each scrape, or at intervals:
///     metrics.collect()
///
/// | label | kind | dimensions |
/// |---|---|---|
/// | `dedup.requests` | counter | `outcome` (`cached`, `joined`, `executed`, `confirmed`, `failed`, `rejected`, `overdue`, `cancelled`, `deadline_exceeded`, `recursive`, `refused`) |
/// | `dedup.requests.cached_failures` | counter | none: those of `cached` that were answered with an error |
/// | `dedup.executions` | counter | `outcome` (`succeeded`, `failed`, `superseded`) |
/// | `dedup.executions.started` | counter | none |
/// | `dedup.executions.running` | meter | none |
/// | `dedup.flights` | meter | none |
/// | `dedup.cache.insertions` | counter | none |
/// | `dedup.cache.removals` | counter | `cause` (`replaced`, `evicted`, `expired`, `invalidated`) |
/// | `dedup.records.pending` | meter | none |
/// | `dedup.records.dropped` | counter | none |
/// | `dedup.records.failed_writes` | counter | none |
/// | `dedup.subscriptions.dropped` | counter | none |
///
/// The sum of `dedup.requests` is that of all requests, as of the last collection. What is to be told apart by step, durations and
/// ages come from events: ``ExecutionEventMetrics``.
///
/// Make one for a deduplicator and a backend, and keep it: another one would report from the beginning again. Where a backend has
/// several deduplicators, give each dimensions of its own.
public final class DeduplicatorMetrics: Sendable {
    /// What only grows.
    private struct Count: Sendable {
        let counter: Counter
        let total: @Sendable (DeduplicatorStatistics) -> Int
    }

    /// What goes up and down.
    private struct Level: Sendable {
        let meter: Meter
        let value: @Sendable (DeduplicatorStatistics) -> Int
    }

    private let deduplicator: Deduplicator
    private let counts: [Count]
    private let levels: [Level]
    /// How much of each count the backend has been told.
    private let reported: Lock<[Int]>

    /// Makes the metrics of a deduplicator. Nothing is reported before ``collect()``, whose first call reports all that was counted
    /// since the deduplicator was made.
    ///
    /// - Parameters:
    ///   - deduplicator: The deduplicator; it is kept alive.
    ///   - dimensions: What all series have besides: the name of the deduplicator, for example. Default: none.
    ///   - factory: The metrics backend; by default the one that the program has bootstrapped.
    public init(
        _ deduplicator: Deduplicator, dimensions: [(String, String)] = [],
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.deduplicator = deduplicator
        counts = Self.sources.map { label, own, total in
            Count(counter: Counter(label: label, dimensions: own + dimensions, factory: factory), total: total)
        }
        levels = Self.levels.map { label, value in
            Level(meter: Meter(label: label, dimensions: dimensions, factory: factory), value: value)
        }
        reported = Lock([Int](repeating: 0, count: counts.count))
    }

    /// Reads the statistics and reports what has changed since the last call. May be called from several threads at once: what was
    /// counted is reported once, by one of the calls, which another may not wait for; of levels the one that is reported last stands.
    public func collect() {
        let statistics = deduplicator.statistics
        let totals = counts.map { $0.total(statistics) }
        let added = reported.withLock { reported in
            totals.indices.map { index in
                // Another call may have read later and come first.
                let growth = max(0, totals[index] - reported[index])
                reported[index] += growth
                return growth
            }
        }
        for (count, growth) in zip(counts, added) where growth > 0 { count.counter.increment(by: growth) }
        for level in levels { level.meter.set(level.value(statistics)) }
    }

    private typealias Read = @Sendable (DeduplicatorStatistics) -> Int
    private typealias Source = (label: String, dimensions: [(String, String)], total: Read)

    private static let outcomes: [(outcome: String, total: Read)] = [
        ("cached", { $0.cache.hits }), ("joined", { $0.outcomes.joined }), ("executed", { $0.outcomes.executed }),
        ("confirmed", { $0.outcomes.confirmed }), ("failed", { $0.outcomes.failed }),
        ("rejected", { $0.outcomes.rejected }),
        ("overdue", { $0.outcomes.overdue }), ("cancelled", { $0.outcomes.cancelled }),
        ("deadline_exceeded", { $0.outcomes.deadlineExceeded }), ("recursive", { $0.outcomes.recursive }),
        ("refused", { $0.outcomes.refused }),
    ]

    private static let ends: [(outcome: String, total: Read)] = [
        ("succeeded", { $0.executions.succeeded }), ("failed", { $0.executions.failed }),
        ("superseded", { $0.executions.superseded }),
    ]

    private static let removals: [(cause: String, total: Read)] = [
        ("replaced", { $0.cache.replacements }), ("evicted", { $0.cache.evictions }),
        ("expired", { $0.cache.expirations }), ("invalidated", { $0.cache.invalidations }),
    ]

    private static let others: [Source] = [
        ("dedup.requests.cached_failures", [], { $0.outcomes.cachedFailures }),
        ("dedup.executions.started", [], { $0.executions.started }),
        ("dedup.cache.insertions", [], { $0.cache.insertions }), ("dedup.records.dropped", [], { $0.records.dropped }),
        ("dedup.records.failed_writes", [], { $0.records.failedWrites }),
        ("dedup.subscriptions.dropped", [], { $0.eventsDropped }),
    ]

    private static let sources: [Source] = {
        var sources: [Source] = outcomes.map { ("dedup.requests", [("outcome", $0.outcome)], $0.total) }
        sources += ends.map { ("dedup.executions", [("outcome", $0.outcome)], $0.total) }
        sources += removals.map { ("dedup.cache.removals", [("cause", $0.cause)], $0.total) }
        return sources + others
    }()

    private static let levels: [(label: String, value: Read)] = [
        ("dedup.executions.running", { $0.executions.running }), ("dedup.flights", { $0.flights }),
        ("dedup.records.pending", { $0.records.pending }),
    ]
}
#endif
