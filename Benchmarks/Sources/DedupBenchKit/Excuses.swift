public import DedupVerification

/// Where a subject reports why a result is gone, or why an execution no longer owned its key.
///
/// Name the execution: by the id that its value carries, or by its epoch where ``Promises/namesExecutionsByEpoch`` says so.
/// The key is found from the execution after the run. From any thread; costs an atomic addition and a few stores.
public struct Excuses: Sendable {
    private let recorder: HistoryRecorder
    private let clock: any RunClock

    package init(_ recorder: HistoryRecorder, _ clock: any RunClock) {
        self.recorder = recorder
        self.clock = clock
    }

    /// Reports that the result of an execution is gone; it went no later than now, and no earlier than
    /// ``Promises/removalLag`` ago.
    public func record(_ kind: ExcuseKind, execution: UInt64) {
        recorder.recordExcuse(kind, key: .max, at: clock.now(), execution: execution)
    }

    /// Reports what happened to a key between two times.
    package func record(_ kind: ExcuseKind, key: UInt32, since: UInt64, at: UInt64) {
        recorder.recordExcuse(kind, key: key, since: since, at: at)
    }

    /// Reports that the result of a key is gone whose execution is not known; it went between `since`, a time of the
    /// ``RunClock``, and now. Weaker than one that names its execution: it excuses whatever it may explain.
    public func record(_ kind: ExcuseKind, key: UInt32, since: UInt64) {
        recorder.recordExcuse(kind, key: key, since: since, at: clock.now())
    }
}
