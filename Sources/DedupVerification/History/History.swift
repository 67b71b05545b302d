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

    /// Whether nothing was dropped. An incomplete history proves nothing: its verdict is INVALID.
    public var isComplete: Bool { droppedCalls == 0 && droppedExecutions == 0 && droppedExcuses == 0 }
}
