internal import DedupVerification
internal import Measurement

/// What all phases of one run share.
struct RunEquipment {
    var recorder: HistoryRecorder
    var log: ExecutionLog
    var workers: [Worker]
    var hiccups: HiccupMonitor
    var allocator: Result<Jemalloc, JemallocError>
    var configuration: LoadConfiguration
    var stop: StopSignal
    /// Told the number of the phase, its operations so far, the fraction done and the rate.
    var progress: @Sendable (LoadProgress) -> Void
    var subjectName: String
    var phaseCount: Int
}
