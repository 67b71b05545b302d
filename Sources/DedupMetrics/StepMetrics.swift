#if Metrics
internal import CoreMetrics
internal import Dedup
internal import Metrics

/// The series of one step, made once, because making a metric costs more than counting.
struct StepMetrics {
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
