package import DedupVerification
internal import Synchronization
internal import Workloads

/// Where operations log their executions: the history, and which request caused which execution.
///
/// Unchecked: each slot of the causes is written by the one execution that owns it, before its value or error can reach
/// a caller, and read only by calls that got that value or error from it.
package final class ExecutionLog: @unchecked Sendable {
    /// What the harness remembers of an execution in order to classify answers that do not say how they came about.
    struct Cause {
        /// The request that caused it, see ``Operation/number``.
        var request: UInt64
        /// When it ended; 0 while it runs.
        var end: UInt64
    }

    private let machine: any Machine
    let recorder: HistoryRecorder
    let blocking: Bool
    private let bodies: [any OperationBody]
    private let causes: UnsafeMutableBufferPointer<Cause>
    private let running = Atomic<Int>(0)

    /// A log for phases with the given bodies, in their order.
    init(
        machine: any Machine, recorder: HistoryRecorder, bodies: [any OperationBody], blocking: Bool, capacity: Int
    ) {
        self.machine = machine
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
        let id = recorder.beginExecution(of: operation.request.key, at: machine.now(), epoch: epoch)
        running.add(1, ordering: .relaxed)
        if id <= causes.count { causes[Int(id) - 1] = Cause(request: operation.number, end: 0) }
        return id
    }

    func end(_ id: UInt64, succeeded: Bool) {
        running.subtract(1, ordering: .relaxed)
        let end = machine.now()
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

/// Where a subject reports why a result is gone, or why an execution no longer owned its key.
///
/// Name the execution: by the id that its value carries, or by its epoch where the subject's
/// ``SubjectInformation/namesExecutionsByEpoch`` says so. The key is found from the execution after the run.
package struct ExcuseLog: Sendable {
    private let recorder: HistoryRecorder
    private let machine: any Machine

    init(_ recorder: HistoryRecorder, _ machine: any Machine) {
        self.recorder = recorder
        self.machine = machine
    }

    /// Logs an excuse; the event must have happened no later than now.
    package func record(_ kind: ExcuseKind, execution: UInt64) {
        recorder.recordExcuse(kind, key: .max, at: machine.now(), execution: execution)
    }

    /// Logs an excuse for a key whose execution is not known, which happened between `since` and now.
    package func record(_ kind: ExcuseKind, key: UInt32, since: UInt64) {
        recorder.recordExcuse(kind, key: key, since: since, at: machine.now())
    }
}
