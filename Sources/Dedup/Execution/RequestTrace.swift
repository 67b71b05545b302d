/// Makes the traces of requests. An adapter for a tracing library implements it; the core knows nothing of spans.
package protocol RequestTracing: Sendable {
    /// Makes the trace of a request that the cache has no answer for. Called in the task of the request.
    ///
    /// - Parameter time: Where the deduplicator's times come from.
    func trace(_ fingerprint: Fingerprint, step: String, time: any TimeSource) -> any RequestTrace
}

/// Follows one request, and the execution that it may start; that is one at most. Whatever it is told, it is told outside every
/// lock.
package protocol RequestTrace: AnyObject, Sendable {
    /// The request waits from here on for the execution of `leader`: of this request itself, or of the one that it has
    /// joined. That execution need not have begun yet.
    func waits(for leader: any RequestTrace)

    /// The request no longer waits, if it did.
    func waited(_ end: TracedWait)

    /// The execution that this request has started begins.
    func begins(_ execution: ExecutionID, at time: WallTime)

    /// Runs the work of that execution, in its task.
    func run<Value>(_ work: () async throws -> Value) async throws -> Value

    /// That execution has ended.
    ///
    /// - Parameters:
    ///   - kind: The kind of the event that tells of it.
    ///   - error: Why it has failed.
    ///   - duration: How long it took.
    func ended(_ kind: ExecutionEvent.Kind, error: (any Error)?, after duration: Duration)
}

/// How the wait of a request for an execution has ended.
package enum TracedWait: Sendable {
    /// With the result of the execution that it started.
    case executed
    /// With the result of an execution that another request started.
    case joined
    /// With the result of an earlier execution, whose record could be stored only now.
    case confirmed
    /// With the error of the step.
    case failed(any Error)
    /// With an error of the library's, because a record could not be stored.
    case refused(any Error)
    /// The request was cancelled, or given up.
    case cancelled
    /// With the error that the deadline of the request has passed.
    case deadlineExceeded(any Error)
    /// Without an answer: the flight is gone, and the request claims again.
    case claimedAgain

    init(_ end: WaitEnd, of request: Request, for key: FlightKey, isLeader: Bool) {
        switch end {
        case .claimAgain: self = .claimedAgain
        case .cancelled: self = .cancelled
        case .deadlinePassed: self = .deadlineExceeded(DedupError.deadlineExceeded(request))
        case .finished(let result):
            switch result.outcome {
            case .success: self = result.executionID != key.epoch ? .confirmed : isLeader ? .executed : .joined
            case .failure(let error): self = result.isRefusal ? .refused(error) : .failed(error)
            }
        }
    }
}
