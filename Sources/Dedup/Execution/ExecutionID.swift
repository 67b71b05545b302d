internal import Synchronization

/// Which execution: unique in the process, larger for later ones, and never zero. Zero stands in an ``Outcome`` that no
/// execution made: a ``StepMiddleware`` answered in the step's stead.
///
/// Within one process an execution's number is also the epoch of its flight: the fence that tells a late result from
/// a current one. The two are named apart because executions that several processes share will draw their epochs from
/// the shared store.
public typealias ExecutionID = UInt64

/// Draws execution numbers for the whole process, so that two deduplicators never use the same one.
enum ExecutionNumbers {
    private static let last = Atomic<UInt64>(0)

    static func next() -> ExecutionID {
        last.add(1, ordering: .relaxed).newValue
    }
}
