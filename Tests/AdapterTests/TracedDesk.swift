#if Tracing
import Caching
import Dedup
import DedupTesting
import DedupTracing
import InMemoryTracing
import Tracing

/// A traced deduplicator on a manual clock, and ways to ask it.
struct TracedDesk: Sendable {
    let tracer = InMemoryTracer()
    let time = ManualTimeSource()
    let deduplicator: Deduplicator

    init(_ tracing: ExecutionTracing = ExecutionTracing()) {
        do {
            try self.init(configuration: DeduplicatorConfiguration(), tracing: tracing)
        } catch {
            preconditionFailure("The default configuration is valid: \(error)")
        }
    }

    init(
        configuration: DeduplicatorConfiguration, records: any ExecutionRecordStore = InMemoryExecutionRecords(),
        tracing: ExecutionTracing = ExecutionTracing()
    ) throws {
        var tracing = tracing
        tracing.tracer = tracer
        deduplicator = try Deduplicator(
            configuration: configuration, records: records, time: time, tracing: tracing)
    }

    /// Asks for the work of key 1. When this returns, the request is suspended, or has its answer.
    func ask<Value: Sendable>(
        policy: ExecutionPolicy = ExecutionPolicy(), call: CallOptions = CallOptions(),
        _ body: @escaping @Sendable () async throws -> Value
    ) -> Task<Outcome<Value>, any Error> {
        Task.immediate {
            try await deduplicator.execute(.number(1), step: "step", policy: policy, call: call, body)
        }
    }

    /// The spans of a name that have ended, in the order of their ends.
    func finished(_ name: String) -> [FinishedInMemorySpan] {
        tracer.finishedSpans.filter { $0.operationName == name }
    }

    /// Waits until every execution has ended.
    func untilNothingRuns() async {
        await eventually { deduplicator.statistics.executions.running == 0 && tracer.activeSpans.isEmpty }
    }
}

extension FinishedInMemorySpan {
    var linkedSpans: [String?] { links.map { $0.context.inMemorySpanContext?.spanID } }

    var outcome: String? { text("dedup.outcome") }

    var times: [UInt64] { [startInstant.nanosecondsSinceEpoch, endInstant.nanosecondsSinceEpoch] }

    var executionID: Int64 {
        if case .int64(let id) = attributes.get("dedup.execution_id") { id } else { 0 }
    }

    func text(_ name: String) -> String? {
        if case .string(let text) = attributes.get(name) { text } else { nil }
    }
}

extension Collection {
    /// The element, if there is exactly one.
    var only: Element? { count == 1 ? first : nil }
}

/// A value that closures share.
final class Cell<Value: Sendable>: Sendable {
    private let value: Lock<Value>

    init(_ value: Value) { self.value = Lock(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { body(&$0) }
    }
}

/// Waits for something that another task is about to do. Time plays no part in it; a suite's limit ends what never comes.
func eventually(_ condition: () async -> Bool) async {
    while !(await condition()), !Task.isCancelled { await Task.yield() }
}
#endif
