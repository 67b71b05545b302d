internal import Synchronization

/// Which execution: unique in the process, larger for later ones, and never zero. Zero stands in an ``Outcome`` that no
/// execution made: a ``StepMiddleware`` answered in the step's stead.
///
/// Within one process an execution's number is also the epoch of its flight: the fence that tells a late result from
/// a current one. The two are named apart because executions that several processes share will draw their epochs from
/// the shared store.
///
/// The first number of a process is the wall time at which it is drawn, in microseconds since 1970, so numbers go on
/// growing when a process is started anew, unless the clock was set back meanwhile or the process before ran more than a
/// million executions a second all its life. They say nothing about processes that run at the same time.
public typealias ExecutionID = UInt64

/// Draws execution numbers for the whole process, so that two deduplicators never use the same one.
enum ExecutionNumbers {
    private static let last = Atomic<UInt64>(UInt64(max(0, WallTime.systemNow.nanosecondsSinceEpoch) / 1_000))

    static func next() -> ExecutionID {
        last.add(1, ordering: .relaxed).newValue
    }
}
