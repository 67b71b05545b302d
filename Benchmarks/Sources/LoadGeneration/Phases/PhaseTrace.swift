internal import DedupVerification
internal import Gates
internal import Measurement

/// What was noted of a phase while it ran; the rest of its result is computed from the history.
struct PhaseTrace {
    var plan: PhasePlan
    var ending = PhaseEnding.completed
    var start: UInt64 = 0
    var end: UInt64 = 0
    var hiccups = HiccupReport()
    var memory: MemorySeries?
    var threads: [Int] = []
    var allocatedEnd: Int?
    /// How many processors other programs kept busy while the phase ran.
    var foreignProcessors: Double?
    var releases: ReleaseTimes?
    /// Findings that are known before the history is.
    var findings: [AuditFinding] = []
}
