package import DedupBenchKit
internal import DedupVerification
internal import Synchronization
internal import Workloads

/// Where operations log their executions: the history, and which request caused which execution.
///
/// Unchecked: each slot of the causes is written by the one execution that owns it, before its value or error can reach
/// a caller, and read only by calls that got that value or error from it.
package final class ExecutionLog: WorkLog, @unchecked Sendable {
    /// What the harness remembers of an execution in order to classify answers that do not say how they came about.
    struct Cause {
        /// The request that caused it, see `Work.number`.
        var request: UInt64
        /// When it ended; 0 while it runs.
        var end: UInt64
    }

    private let machine: any Machine
    let recorder: HistoryRecorder
    private let blocking: Bool
    private let duplicates: DuplicateMode
    private let refreshesEarly: Bool
    private let bodies: [any OperationBody]
    private let causes: UnsafeMutableBufferPointer<Cause>
    private let running = Atomic<Int>(0)

    /// A log for phases with the given bodies, in their order, and a subject with these promises that is set up as the
    /// scenario says.
    init(
        machine: any Machine, recorder: HistoryRecorder, bodies: [any OperationBody], blocking: Bool, capacity: Int,
        promises: Promises, system: SystemSettings
    ) {
        self.machine = machine
        self.recorder = recorder
        self.bodies = bodies
        self.blocking = blocking
        duplicates = promises.duplicates(under: system)
        refreshesEarly = promises.refreshesEarly
        causes = .allocate(capacity: capacity)
        causes.initialize(repeating: Cause(request: .max, end: 0))
    }

    deinit {
        causes.deallocate()
    }

    /// How many executions are running now.
    var runningExecutions: Int { running.load(ordering: .acquiring) }

    package func run(_ work: Work, epoch: UInt64) async throws -> WorkValue {
        let id = begin(work, epoch: epoch)
        do {
            let size = try await bodies[Int(work.phase)].execute(work.request, blocking: blocking)
            let value = WorkValue(execution: id, size: size)
            end(id, succeeded: true)
            return value
        } catch {
            end(id, succeeded: false)
            if error is CancellationError { throw error }
            throw ExecutionFailure(execution: id, reason: "\(error)")
        }
    }

    private func begin(_ work: Work, epoch: UInt64) -> UInt64 {
        let id = recorder.beginExecution(of: work.key, at: machine.now(), epoch: epoch)
        running.add(1, ordering: .relaxed)
        if let place = place(of: id) { causes[place] = Cause(request: work.number, end: 0) }
        return id
    }

    private func end(_ id: UInt64, succeeded: Bool) {
        let end = machine.now()
        if let place = place(of: id) { causes[place].end = end }
        recorder.endExecution(id, at: end, succeeded: succeeded)
        // At last: when none runs, all of them are logged.
        running.subtract(1, ordering: .releasing)
    }

    /// Where the cause of an execution is; nil where there is none: as many have a place as the history has room for.
    private func place(of execution: UInt64) -> Int? {
        let number = Int(truncatingIfNeeded: execution) - 1
        let place = number - recorder.drainedExecutions
        guard causes.indices.contains(place) else { return nil }
        return number < causes.count ? number : number % causes.count
    }

    /// How a call that began at `start` was answered with a value, judged by the execution that its answer names. One that
    /// there never was is for the checker to find.
    ///
    /// Where fresh results are renewed, an execution may have been begun for a call that did not ask for it.
    func classify(_ execution: UInt64, for work: Work, start: UInt64) -> OutcomeClass {
        // What was moved out of memory had ended, and belongs to a call that has returned.
        if execution > 0, execution <= recorder.drainedExecutions {
            return .inferred(start: start, isOwn: false, executionEnd: 0, duplicates: duplicates)
        }
        guard let place = place(of: execution) else { return .joined }
        let cause = causes[place]
        return .inferred(
            start: start, isOwn: cause.request == work.number && !refreshesEarly,
            executionEnd: cause.end == 0 ? nil : cause.end, duplicates: duplicates)
    }
}
