package import Workloads

/// What a subject is to run, at most once at a time for each key.
///
/// Running it logs an execution: the begin as its first and the end as its last instruction, so the logged interval lies
/// inside the true one. A subject may run it at any time and as often as it (wrongly) likes; each run is an execution. It
/// must not be run after ``Subject/shutdown()`` has returned.
public struct Work: Sendable {
    /// The request that this is the work of.
    package var request: Request
    /// The request's number in its phase.
    package var position: UInt32
    /// The number of the phase.
    package let phase: UInt16
    /// Not counted: a reference counted by every call of every client would be the hottest cache line of the whole run.
    /// The load runner keeps the log alive as long as an execution can still run, and for ever where one is stuck.
    private unowned(unsafe) let log: any WorkLog

    /// The work of a request. Made once a client and changed from call to call: handing the log over counts a reference to it.
    package init(request: Request, position: UInt32, phase: UInt16, log: any WorkLog) {
        self.request = request
        self.position = position
        self.phase = phase
        self.log = log
    }

    /// What is asked for: calls with the same key ask for the same work.
    public var key: UInt32 { request.key }

    /// How large the value will be, in bytes.
    public var valueSize: Int { Int(request.valueSize) }

    /// Does the work, which takes as long as the scenario says.
    ///
    /// - Parameter epoch: The subject's own number for this execution, if it has one: see
    ///   ``Promises/namesExecutionsByEpoch``.
    /// - Returns: A value that names the execution.
    /// - Throws: ``ExecutionFailure`` that names the execution, or `CancellationError`.
    public func run(epoch: UInt64 = 0) async throws -> WorkValue {
        try await log.run(self, epoch: epoch)
    }

    /// Which request of the run this is: the phase and the position.
    package var number: UInt64 { UInt64(phase) << 32 | UInt64(position) }
}

/// Where executions are done and logged.
package protocol WorkLog: AnyObject, Sendable {
    /// Does the work and logs it as an execution.
    func run(_ work: Work, epoch: UInt64) async throws -> WorkValue
}

/// The error of an execution that failed: it names its execution, as a value would.
public struct ExecutionFailure: Error, Sendable, CustomStringConvertible {
    /// The execution that failed.
    public let execution: UInt64
    /// What went wrong.
    public let reason: String

    /// The failure of an execution: for a subject that carries failures from another process, where only their parts arrive.
    public init(execution: UInt64, reason: String) {
        self.execution = execution
        self.reason = reason
    }

    /// What went wrong, and in which execution.
    public var description: String { "execution \(execution) failed: \(reason)" }
}
