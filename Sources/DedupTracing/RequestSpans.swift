#if Tracing
internal import Caching
internal import Dedup
internal import Tracing

/// Makes the spans of a deduplicator's requests.
struct SpanMaker: RequestTracing {
    let tracing: ExecutionTracing

    init(_ tracing: ExecutionTracing) { self.tracing = tracing }

    func trace(_ fingerprint: Fingerprint, step: String, time: any TimeSource) -> any RequestTrace {
        RequestSpans(fingerprint, step: step, time: time, tracing)
    }
}

/// The spans of one request: that of its wait, and that of the execution which it may start.
///
/// A request that joins keeps the spans of the one that it has joined until it no longer waits. Nothing else keeps them, so there
/// is no table of executions to be cleared.
final class RequestSpans: RequestTrace {
    private struct Wait: Sendable {
        let span: any Span
        let startedAt: MonotonicInstant
        let wallTime: WallTime
        /// The request whose execution is waited for; nil for this one.
        let leader: RequestSpans?
        let isLinked: Bool
    }

    /// The execution of this request, from its begin on; what has ended can still be linked to.
    private struct Execution: Sendable {
        let span: any Span
        let id: ExecutionID
        let wallTime: WallTime

        var link: SpanLink { SpanLink(context: span.context, attributes: ["dedup.execution_id": .execution(id)]) }
    }

    private struct State: Sendable {
        var wait: Wait?
        var execution: Execution?
    }

    /// The context of the request.
    let caller: ServiceContext?

    private let fingerprint: Fingerprint
    private let step: String
    private let time: any TimeSource
    private let tracing: ExecutionTracing
    /// Taken when the request comes, because an execution finds no tracer that is bound to the task of the request.
    private let tracer: any Tracer
    private let state = Lock(State())

    init(_ fingerprint: Fingerprint, step: String, time: any TimeSource, _ tracing: ExecutionTracing) {
        caller = ServiceContext.current
        self.fingerprint = fingerprint
        self.step = step
        self.time = time
        self.tracing = tracing
        tracer = tracing.tracer ?? InstrumentationSystem.tracer
    }

    /// Starts a span, with what all spans have.
    private func begin(_ operation: String, in context: ServiceContext, at wallTime: WallTime) -> any Span {
        let span = tracer.startSpan(
            step.isEmpty ? operation : "\(operation) \(step)", context: context,
            at: DefaultTracerClock.Timestamp(wallTime))
        span.updateAttributes { attributes in
            attributes["dedup.step"] = step
            attributes["dedup.fingerprint"] = fingerprint.prefix
        }
        return span
    }

    // MARK: - The wait

    func waits(for leader: any RequestTrace) {
        let isOwn = leader === self
        if isOwn, tracing.parent == .leader { return }
        let leader = isOwn ? nil : leader as? RequestSpans
        let (startedAt, wallTime) = (time.now, time.wallTime)
        let span = begin("await", in: caller ?? .topLevel, at: wallTime)
        let link = leader?.execution?.link
        if let link { span.addLink(link) }
        let wait = Wait(
            span: span, startedAt: startedAt, wallTime: wallTime, leader: leader, isLinked: link != nil)
        state.withLock { $0.wait = wait }
    }

    func waited(_ outcome: TracedWait) {
        guard let wait = state.withLock({ $0.wait.take() }) else { return }
        if !wait.isLinked, let link = (wait.leader ?? self).execution?.link { wait.span.addLink(link) }
        let end = DefaultTracerClock.Timestamp(wait.wallTime, after: wait.startedAt.duration(to: time.now))
        wait.span.attributes["dedup.outcome"] = outcome.name
        if let error = outcome.error { record(error, in: wait.span, at: end) }
        wait.span.end(at: end)
    }

    // MARK: - The execution

    private var execution: Execution? { state.withLock { $0.execution } }

    func begins(_ id: ExecutionID, at wallTime: WallTime) {
        let context = tracing.parent == .leader ? caller ?? .topLevel : .topLevel
        let span = begin("execute", in: context, at: wallTime)
        span.attributes["dedup.execution_id"] = SpanAttribute.execution(id)
        if let request = state.withLock({ $0.wait })?.span.context {
            span.addLink(SpanLink(context: request, attributes: [:]))
        }
        let execution = Execution(span: span, id: id, wallTime: wallTime)
        state.withLock { $0.execution = execution }
    }

    func run<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await ServiceContext.$current.withValue(execution?.span.context, operation: work)
    }

    func ended(_ kind: ExecutionEvent.Kind, error: (any Error)?, after duration: Duration) {
        guard let execution else { return }
        let end = DefaultTracerClock.Timestamp(execution.wallTime, after: duration)
        let isCancelled = error is CancellationError
        execution.span.attributes["dedup.outcome"] =
            switch kind {
            case _ where isCancelled: "cancelled"
            case .executionCompleted: "completed"
            case .executionSuperseded: "superseded"
            default: "failed"
            }
        if let error, !isCancelled { record(error, in: execution.span, at: end) }
        execution.span.end(at: end)
    }

    // MARK: - Errors

    private func record(_ error: any Error, in span: any Span, at instant: DefaultTracerClock.Timestamp) {
        let type = (error as? DedupError).map { "DedupError.\($0.code)" } ?? "\(Swift.type(of: error))"
        span.attributes["error.type"] = type
        span.setStatus(SpanStatus(code: .error, message: type))
        span.recordError(
            tracing.includesErrorDescriptions ? error : ErrorOfType(type: type), attributes: [:], at: instant)
    }
}

/// Stands for an error of which only the type may be told.
struct ErrorOfType: Error, CustomStringConvertible {
    let type: String

    var description: String { type }
}

extension TracedWait {
    /// The same names as those of requests in metrics.
    fileprivate var name: String {
        switch self {
        case .executed: "executed"
        case .joined: "joined"
        case .confirmed: "confirmed"
        case .failed: "failed"
        case .refused: "refused"
        case .cancelled: "cancelled"
        case .deadlineExceeded: "deadline_exceeded"
        case .claimedAgain: "claimed_again"
        }
    }

    /// What the request has failed with; nothing, if it was cancelled.
    fileprivate var error: (any Error)? {
        switch self {
        case .failed(let error), .refused(let error), .deadlineExceeded(let error): error
        case .executed, .joined, .confirmed, .cancelled, .claimedAgain: nil
        }
    }
}

extension SpanAttribute {
    fileprivate static func execution(_ id: ExecutionID) -> SpanAttribute { .int64(Int64(clamping: id)) }
}

extension DefaultTracerClock.Timestamp {
    fileprivate init(_ time: WallTime, after duration: Duration = .zero) {
        let sinceEpoch = .nanoseconds(time.nanosecondsSinceEpoch) + duration
        self.init(nanosecondsSinceEpoch: UInt64(max(0, sinceEpoch.wholeNanoseconds)))
    }
}
#endif
