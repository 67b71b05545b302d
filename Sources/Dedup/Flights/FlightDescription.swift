/// An execution in progress, as it was a moment ago.
public struct FlightDescription: Hashable, Sendable {
    /// What makes other requests the same work.
    public let fingerprint: Fingerprint

    /// The execution.
    public let executionID: ExecutionID

    /// How long ago it was claimed.
    public let age: Duration

    /// How many requests wait for it, the one that started it included.
    public let waiters: Int
}
