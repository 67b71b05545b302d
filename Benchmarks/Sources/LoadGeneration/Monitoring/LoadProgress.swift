/// How far a run is; reported a few times a second from a timer, never from the measured path.
package struct LoadProgress: Hashable, Sendable {
    /// The subject's name.
    package var subject: String
    /// The phase's name.
    package var phase: String
    /// The phase's number, from 0 on.
    package var phaseNumber: Int
    /// How many phases there are.
    package var phaseCount: Int
    /// How much of the phase is done, from 0 to 1.
    package var fraction: Double
    /// Operations of the phase so far.
    package var operations: Int
    /// Operations a second since the last report.
    package var rate: Double
}
