internal import DedupVerification
internal import Measurement
internal import Synchronization
internal import Workloads

/// Where operations log their executions: the history, and who caused which execution.
///
/// Unchecked: each slot of the causes is written by the one execution that owns it, before its value or error can reach
/// anybody, and read only by calls that got that value or error from it.
package final class ExecutionLog: @unchecked Sendable {
    /// What the harness remembers of an execution in order to classify answers that do not say how they came about.
    struct Cause {
        /// The request that caused it, see ``Operation/number``.
        var request: UInt64
        /// When it ended; 0 while it runs.
        var end: UInt64
    }

    let recorder: HistoryRecorder
    let blocking: Bool
    private let bodies: [any OperationBody]
    private let causes: UnsafeMutableBufferPointer<Cause>
    private let running = Atomic<Int>(0)

    /// A log for phases with the given bodies, in their order.
    init(recorder: HistoryRecorder, bodies: [any OperationBody], blocking: Bool, capacity: Int) {
        self.recorder = recorder
        self.bodies = bodies
        self.blocking = blocking
        causes = .allocate(capacity: capacity)
        causes.initialize(repeating: Cause(request: .max, end: 0))
    }

    deinit {
        causes.deallocate()
    }

    /// How many executions are running now.
    var runningExecutions: Int { running.load(ordering: .relaxed) }

    func body(of phase: UInt16) -> any OperationBody { bodies[Int(phase)] }

    func begin(_ operation: Operation, epoch: UInt64) -> UInt64 {
        let id = recorder.beginExecution(of: operation.request.key, at: MonotonicClock.now(), epoch: epoch)
        running.add(1, ordering: .relaxed)
        if id <= causes.count { causes[Int(id) - 1] = Cause(request: operation.number, end: 0) }
        return id
    }

    func end(_ id: UInt64, succeeded: Bool) {
        running.subtract(1, ordering: .relaxed)
        let end = MonotonicClock.now()
        if id <= causes.count { causes[Int(id) - 1].end = end }
        recorder.endExecution(id, at: end, succeeded: succeeded)
    }

    /// How a call that began at `start` was answered, judged by the execution that its answer names.
    func classify(_ execution: UInt64, for operation: Operation, start: UInt64) -> OutcomeClass {
        guard execution > 0, execution <= causes.count else { return .failed }
        let cause = causes[Int(execution) - 1]
        if cause.request == operation.number { return .executed }
        return cause.end != 0 && cause.end <= start ? .hit : .joined
    }
}
