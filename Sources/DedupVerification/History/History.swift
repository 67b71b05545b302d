/// Everything that was seen of a run: the input of ``HistoryChecker``.
public struct History: Sendable {
    /// The calls, in no particular order.
    public var calls: [Call]
    /// The executions, in no particular order.
    public var executions: [Execution]
    /// The excuses, in no particular order.
    public var excuses: [Excuse]
    /// Calls that found no room in their lane.
    public var droppedCalls: Int
    /// Executions that found no room.
    public var droppedExecutions: Int
    /// Excuses that found no room.
    public var droppedExcuses: Int

    /// A history from its parts; complete unless drops are given.
    public init(
        calls: [Call] = [], executions: [Execution] = [], excuses: [Excuse] = [], droppedCalls: Int = 0,
        droppedExecutions: Int = 0, droppedExcuses: Int = 0
    ) {
        self.calls = calls
        self.executions = executions
        self.excuses = excuses
        self.droppedCalls = droppedCalls
        self.droppedExecutions = droppedExecutions
        self.droppedExcuses = droppedExcuses
    }

    /// The history as it was at a time: what ended later had not ended.
    ///
    /// For a run that is given up while calls are open: one that returns while its record is read may be seen half
    /// written, with its end already there and its answer not yet. It ended after the run was given up, and counts as open.
    public func closed(at time: UInt64) -> History {
        var history = self
        for index in history.calls.indices where history.calls[index].end > time { history.calls[index].end = 0 }
        for index in history.executions.indices where history.executions[index].end > time {
            history.executions[index].ended = false
        }
        return history
    }

    /// Whether nothing was dropped. An incomplete history proves nothing: its verdict is INVALID.
    public var isComplete: Bool { droppedCalls == 0 && droppedExecutions == 0 && droppedExcuses == 0 }
}

/// One run of the user's closure, as the closure itself logged it.
///
/// The begin is logged as the first and the end as the last instruction *inside* the closure: the logged interval lies
/// within the true one, so an overlap of two logged intervals is an overlap of two executions.
public struct Execution: Hashable, Codable, BitwiseCopyable, Sendable {
    /// Unique in the history, never 0; it is also the value that the execution returns.
    public var id: UInt64
    /// Nanoseconds of the monotonic clock, read first thing inside the closure.
    public var begin: UInt64
    /// Nanoseconds of the monotonic clock, read last thing inside the closure; meaningless unless `ended`.
    public var end: UInt64
    /// The fence number of the flight, if the subject has such a thing; 0 otherwise. For display only.
    public var epoch: UInt64
    /// The key that was executed.
    public var key: UInt32
    /// Whether the end was logged before the history was closed.
    public var ended: Bool
    /// Whether the closure returned a value (rather than throw).
    public var succeeded: Bool

    /// An execution; by default one that has ended well.
    public init(
        id: UInt64, key: UInt32, begin: UInt64, end: UInt64, ended: Bool = true, succeeded: Bool = true,
        epoch: UInt64 = 0
    ) {
        self.id = id
        self.begin = begin
        self.end = end
        self.epoch = epoch
        self.key = key
        self.ended = ended
        self.succeeded = succeeded
    }

    /// The end, or the end of time while the execution runs.
    var endOrForever: UInt64 { ended ? end : .max }
}
