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
/// A dropped event is missing from the first three, so they are lower bounds while `dedup.events.dropped` grows.
///
/// The number of series is bounded: the first steps, up to the `stepLimit`, have series of their own, all later ones share the
/// step `other`. Names of steps are told apart by their bytes, as in records, so two spellings of "é" have two series, unless
/// the backend takes their labels for one. Fingerprints are never labels.
public struct ExecutionEventMetrics: Sendable {
    /// The name under which all steps are counted that have no series of their own.
    public static let otherSteps = "other"

    private let events: EventSubscription
    private let factory: any MetricsFactory
    private let stepLimit: Int

    /// Makes the metrics of a subscription. Nothing is counted before ``run()``.
    ///
    /// - Parameters:
    ///   - events: The subscription.
    ///   - factory: The metrics backend; by default the one that the program has bootstrapped.
    ///   - stepLimit: The highest number of steps with series of their own; 0 counts all steps together. Default 100.
    /// - Precondition: `stepLimit` is not negative. Check a number that comes from a configuration file before.
    public init(
        events: EventSubscription, factory: any MetricsFactory = MetricsSystem.factory, stepLimit: Int = 100
    ) {
        precondition(stepLimit >= 0, "stepLimit is \(stepLimit); use 0 or more steps with series of their own.")
        self.events = events
        self.factory = factory
        self.stepLimit = stepLimit
    }

    /// Counts events until the subscription ends or the task is cancelled.
    public func run() async {
        var series = StepSeries(limit: stepLimit, factory: factory)
        let dropped = Counter(label: "dedup.events.dropped", factory: factory)
        var reportedDrops = 0
        for await event in events {
            series[event.step].count(event)
            reportDrops(to: dropped, &reportedDrops)
        }
        reportDrops(to: dropped, &reportedDrops)
    }

    private func reportDrops(to counter: Counter, _ reportedDrops: inout Int) {
        let drops = events.droppedEvents
        if drops > reportedDrops { counter.increment(by: drops - reportedDrops) }
        reportedDrops = drops
    }
}

// MARK: - Series

/// The series of all steps.
private struct StepSeries {
    /// A step's name, compared by its bytes. Equal bytes are equal strings, so the hash of the string will do.
    private struct Name: Hashable {
        let text: String

        static func == (lhs: Name, rhs: Name) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }

        func hash(into hasher: inout Hasher) { hasher.combine(text) }
    }

    private var own: [Name: StepMetrics] = [:]
    private var others: StepMetrics?
    private let limit: Int
    private let factory: any MetricsFactory

    init(limit: Int, factory: any MetricsFactory) {
        self.limit = limit
        self.factory = factory
    }

    /// The series of a step: its own, if it has or gets any, or those of all others. A step named like those takes part in
    /// them and does not count as one with its own.
    subscript(step: String) -> StepMetrics {
        mutating get {
            let name = Name(text: step)
            if let known = own[name] { return known }
            if own.count < limit, name != Name(text: ExecutionEventMetrics.otherSteps) {
                let metrics = StepMetrics(step: step, factory: factory)
                own[name] = metrics
                return metrics
            }
            let metrics = others ?? StepMetrics(step: ExecutionEventMetrics.otherSteps, factory: factory)
            others = metrics
            return metrics
        }
    }
}

/// The series of one step, made once, because making a metric costs more than counting.
private struct StepMetrics {
    private let counters: [ExecutionEvent.Kind: Counter]
    private let durations: [ExecutionEvent.Kind: Timer]
    private let age: Timer

    init(step: String, factory: any MetricsFactory) {
        let outcomes: KeyValuePairs<ExecutionEvent.Kind, String> = [
            .executionCompleted: "completed", .executionFailed: "failed", .executionSuperseded: "superseded",
        ]
        counters = Dictionary(
            uniqueKeysWithValues: ExecutionEvent.Kind.allCases.map { kind in
                let dimensions = [("event", kind.rawValue), ("step", step)]
                return (kind, Counter(label: "dedup.events", dimensions: dimensions, factory: factory))
            })
        durations = Dictionary(
            uniqueKeysWithValues: outcomes.map { kind, outcome in
                let dimensions = [("outcome", outcome), ("step", step)]
                return (kind, Timer(label: "dedup.execution.duration", dimensions: dimensions, factory: factory))
            })
        age = Timer(label: "dedup.hit.age", dimensions: [("step", step)], factory: factory)
    }

    func count(_ event: ExecutionEvent) {
        counters[event.kind]?.increment()
        if let duration = event.duration { durations[event.kind]?.record(duration: duration) }
        if let hitAge = event.age { age.record(duration: hitAge) }
    }
}
#endif
