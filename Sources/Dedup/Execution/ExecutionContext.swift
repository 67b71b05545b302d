/// What a running step may know about its own execution.
public struct ExecutionContext: Hashable, Sendable {
    /// The execution that the current task belongs to; nil outside a step.
    ///
    /// The library finds requests that wait for themselves through this, so a request made from a detached task inside
    /// a step is not recognised as part of it.
    @TaskLocal public static var current: ExecutionContext?

    /// The execution.
    public let executionID: ExecutionID

    /// Its epoch: pass it to systems that can refuse a writer whose epoch is over. It is greater than that of every
    /// earlier execution of this process and, see ``ExecutionID``, of those before it.
    public let epoch: UInt64

    /// The step's name.
    public let step: String

    /// What makes this work the same as other work.
    public let fingerprint: Fingerprint
}
