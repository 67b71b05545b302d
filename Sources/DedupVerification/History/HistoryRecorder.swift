/// Collects the history of a run: one lane a worker for the calls, shared buffers for executions and excuses.
///
/// Everything is allocated in `init`: recording never allocates, so it adds nothing to the memory that is measured.
/// What finds no room is counted and makes the history incomplete.
public final class HistoryRecorder: Sendable {
    private let lanes: [HistoryLane]
    private let executions: SlotBuffer<Execution>
    private let excuses: SlotBuffer<Excuse>

    /// Makes the buffers: one lane for each number in `lanes`, with room for so many calls of 56 bytes; 48 bytes an
    /// execution, 40 an excuse.
    public init(lanes: [Int], executions: Int, excuses: Int) {
        self.lanes = lanes.map { HistoryLane(capacity: $0) }
        self.executions = SlotBuffer(capacity: executions, filler: Execution(id: 0, key: 0, begin: 0, end: 0))
        self.excuses = SlotBuffer(capacity: excuses, filler: Excuse(.evicted, key: 0, at: 0))
    }

    /// The lane of worker `index`; trapping when there are not so many.
    public func lane(_ index: Int) -> HistoryLane { lanes[index] }

    /// How many lanes there are.
    public var laneCount: Int { lanes.count }

    /// Logs that an execution begins, and returns its id: unique, never 0, also the value it must return.
    ///
    /// Call it first thing inside the closure, with a time read inside the closure. From any thread.
    public func beginExecution(of key: UInt32, at begin: UInt64, epoch: UInt64 = 0) -> UInt64 {
        let slot = executions.claim()
        let id = UInt64(slot) + 1
        executions.store(
            Execution(id: id, key: key, begin: begin, end: 0, ended: false, succeeded: false, epoch: epoch), at: slot)
        return id
    }

    /// Logs that an execution ends; once an execution, last thing inside the closure. From any thread.
    public func endExecution(_ id: UInt64, at end: UInt64, succeeded: Bool) {
        executions.update(at: Int(id) - 1) { execution in
            execution.end = end
            execution.succeeded = succeeded
            execution.ended = true
        }
    }

    /// Logs an excuse, from any thread.
    ///
    /// The event must lie between `since` and `at`. Where the removed execution is known, name it: an unnamed `evicted`
    /// is believed to have happened up to ``HistoryChecker/evictionLag`` before `at`, which hides more.
    /// An invalidation is logged after it returned, with `since` read before it was asked for.
    public func recordExcuse(
        _ kind: ExcuseKind, key: UInt32, since: UInt64? = nil, at: UInt64, execution: UInt64 = 0
    ) {
        excuses.store(Excuse(kind, key: key, since: since, at: at, execution: execution), at: excuses.claim())
    }

    /// How many calls have been recorded since the record was last drained; to be asked at rest.
    public var recordedCalls: Int { lanes.reduce(0) { $0 + $1.recorded } }

    /// How many executions have begun so far, recorded or not.
    public var executionCount: Int { executions.claimed }

    /// How many of them have been drained: those with the ids 1 and up to that.
    public var drainedExecutions: Int { executions.drained }

    /// A copy of all that was recorded, and not drained.
    ///
    /// Call it after every worker has stopped, and after synchronising with it; a call that is still open is lost.
    public func finish() -> History {
        History(
            calls: calls, executions: executions.copy(), excuses: excuses.copy(), droppedCalls: droppedCalls,
            droppedExecutions: executions.dropped, droppedExcuses: excuses.dropped)
    }

    private var calls: [Call] {
        var calls: [Call] = []
        calls.reserveCapacity(recordedCalls)
        for lane in lanes { lane.withCalls { calls.append(contentsOf: $0) } }
        return calls
    }

    private var droppedCalls: Int { lanes.reduce(0) { $0 + $1.dropped } }

    /// All that was recorded since the last time, and room for as much again. Executions are numbered on.
    ///
    /// Call it at rest: no call is open, no execution runs, and the workers have been synchronised with. Excuses may come
    /// meanwhile, and executions begin: one that has not ended is left for the next time, with those after it.
    public func drain() -> History {
        let (calls, dropped) = (calls, droppedCalls)
        for lane in lanes { lane.clear() }
        let executions = executions.drain { $0.ended }
        let excuses = excuses.drain { _ in true }
        return History(
            calls: calls, executions: executions.elements, excuses: excuses.elements, droppedCalls: dropped,
            droppedExecutions: executions.dropped, droppedExcuses: excuses.dropped)
    }
}
