package import DedupVerification
internal import Measurement

/// Where a subject reports why a result is gone, or why an execution no longer owned its key.
///
/// Name the execution: by the id that its value carries, or by its epoch where the subject's
/// ``SubjectInformation/namesExecutionsByEpoch`` says so. The key is found from the execution after the run.
package struct ExcuseLog: Sendable {
    private let recorder: HistoryRecorder

    init(_ recorder: HistoryRecorder) {
        self.recorder = recorder
    }

    /// Logs an excuse; the event must have happened no later than now.
    package func record(_ kind: ExcuseKind, execution: UInt64) {
        recorder.recordExcuse(kind, key: .max, at: MonotonicClock.now(), execution: execution)
    }

    /// Logs an excuse for a key whose execution is not known, which happened between `since` and now.
    package func record(_ kind: ExcuseKind, key: UInt32, since: UInt64) {
        recorder.recordExcuse(kind, key: key, since: since, at: MonotonicClock.now())
    }
}
