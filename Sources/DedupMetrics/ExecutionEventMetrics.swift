#if Metrics
public import CoreMetrics
public import Dedup
internal import Metrics

/// Counts the events of a deduplicator in a swift-metrics backend.
///
///     let metrics = ExecutionEventMetrics(events: deduplicator.events.subscribe())
///     await metrics.run()
///
/// | label | kind | dimensions |
/// |---|---|---|
/// | `dedup.events` | counter | `event` (`execution.started`, ...), `step` |
/// | `dedup.execution.duration` | timer | `outcome` (`completed`, `failed`, `superseded`), `step` |
/// | `dedup.hit.age` | timer | `step` |
/// | `dedup.events.dropped` | counter | none |
///
/// A dropped event is missing from the first three; so while `dedup.events.dropped` grows, they are lower bounds.
///
/// The number of series is bounded: the first ``ExecutionEventMetrics/init(events:factory:stepLimit:)`` `stepLimit` steps
/// have their own, all later ones share the step `other`. Fingerprints are never labels.
public struct ExecutionEventMetrics: Sendable {
    /// The name under which steps are counted that have no series of their own.
    public static let otherSteps = "other"

    private let events: EventSubscription
    private let factory: any MetricsFactory
    private let stepLimit: Int

    /// Makes the metrics of one subscription. Nothing is counted before ``run()``.
    ///
    /// - Parameters:
    ///   - events: what to count.
    ///   - factory: the metrics backend; by default the one that the program has bootstrapped.
    ///   - stepLimit: the highest number of steps with series of their own; 0 counts all steps together. Default 100.
    public init(
        events: EventSubscription, factory: any MetricsFactory = MetricsSystem.factory, stepLimit: Int = 100
    ) {
        precondition(stepLimit >= 0, "The number of steps with series of their own is \(stepLimit); it starts at 0.")
        self.events = events
        self.factory = factory
        self.stepLimit = stepLimit
    }

    /// Counts events until the subscription ends or the task is cancelled.
    public func run() async {
        var steps: [String: StepMetrics] = [:]
        let dropped = Counter(label: "dedup.events.dropped", factory: factory)
        var reportedDrops = 0
        for await event in events {
            metrics(of: event.step, in: &steps).count(event)
            reportDrops(to: dropped, &reportedDrops)
        }
        reportDrops(to: dropped, &reportedDrops)
    }

    private func metrics(of step: String, in steps: inout [String: StepMetrics]) -> StepMetrics {
        if let known = steps[step] { return known }
        // A step that is called like the common series takes part in it and needs no place.
        let hasOwn = step != Self.otherSteps && steps.count - (steps[Self.otherSteps] == nil ? 0 : 1) < stepLimit
        let name = hasOwn ? step : Self.otherSteps
        if let known = steps[name] { return known }
        let metrics = StepMetrics(step: name, factory: factory)
        steps[name] = metrics
        return metrics
    }

    private func reportDrops(to counter: Counter, _ reportedDrops: inout Int) {
        let drops = events.droppedEvents
        if drops > reportedDrops { counter.increment(by: drops - reportedDrops) }
        reportedDrops = drops
    }
}
#endif
