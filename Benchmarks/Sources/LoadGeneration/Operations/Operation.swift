package import Workloads

/// The step's body for one request, as the harness supplies it to a subject.
///
/// Running it logs an execution: the begin as its first and the end as its last instruction, so the logged interval lies
/// inside the true one. A subject may run it at any time and as often as it (wrongly) likes; each run is an execution.
package struct Operation: Sendable {
    /// The request that this body would run for.
    package let request: Request
    /// The request's number in its phase.
    let position: UInt32
    /// The number of the phase.
    let phase: UInt16
    /// Not counted: a reference counted by every call of every client would be the hottest cache line of the whole run.
    /// ``LoadRunner`` keeps the log alive as long as an execution can still run, and for ever where one is stuck.
    unowned(unsafe) let log: ExecutionLog

    /// Runs the body.
    ///
    /// - Parameter epoch: The subject's own number for this execution, if it has one.
    /// - Returns: A value that names the execution.
    /// - Throws: ``ExecutionFailure`` that names the execution, or `CancellationError`.
    package func run(epoch: UInt64 = 0) async throws -> StepValue {
        let id = log.begin(self, epoch: epoch)
        do {
            let size = try await log.body(of: phase).execute(request, blocking: log.blocking)
            let value = StepValue(execution: id, size: size)
            log.end(id, succeeded: true)
            return value
        } catch {
            log.end(id, succeeded: false)
            if error is CancellationError { throw error }
            throw ExecutionFailure(execution: id, reason: "\(error)")
        }
    }

    /// Which request of the run this is: the phase and the position.
    var number: UInt64 { UInt64(phase) << 32 | UInt64(position) }
}
