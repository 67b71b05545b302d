internal import Synchronization

/// The work that the current task or thread runs, so that a work which would wait for itself is refused.
///
/// A work is a load of a cache, or what another module runs and tells of: the executions of a deduplicator. Both wait for each
/// other: a load may execute a step whose body asks for a value, and the other way round.
package enum LoadScope {
    /// The number of the load whose code is running; nil outside of loads, and in a work that a load has begun.
    @TaskLocal package static var load: UInt64?

    /// Tells the number of the work of another module that the current task belongs to.
    private final class OuterWork: Sendable {
        let number: @Sendable () -> UInt64?

        init(number: @escaping @Sendable () -> UInt64?) { self.number = number }
    }

    private static let outerWork = AtomicLazyReference<OuterWork>()

    /// Lets another module tell to which of its works the current task belongs. Only the first to ask is told of, so that
    /// each lookup takes no lock; the library has one such module.
    ///
    /// A work of that module has a task of its own, which sees no task-local values of the one that began it. So where there
    /// is a load too, the load is the inner one.
    ///
    /// - Parameter number: The number of the current work; nil outside of works.
    package static func setOuterWork(_ number: @escaping @Sendable () -> UInt64?) {
        if outerWork.load() == nil { _ = outerWork.storeIfNil(OuterWork(number: number)) }
    }

    /// The number of the work whose code is running, the innermost where one runs in another; nil outside of works.
    static var current: UInt64? { load ?? outerWork.load()?.number() }

    private static let numbers = Atomic<UInt64>(0)

    /// A number for a call or a load, unique in the process.
    static func nextNumber() -> UInt64 { numbers.add(1, ordering: .relaxed).newValue }

    /// A wait of the running work for a load, until ``end()``.
    struct Wait {
        fileprivate let edge: (from: UInt64, to: UInt64)?

        /// The wait is over.
        func end() {
            guard let edge else { return }
            WaitGraph.shared.withLock { $0.remove(from: edge.from, to: edge.to) }
        }
    }

    /// Notes that the running work, if there is one, waits for the load `target`; nil if that waits for the running work
    /// already, or is it.
    static func wait(for target: UInt64) -> Wait? {
        guard let current else { return Wait(edge: nil) }
        guard WaitGraph.shared.withLock({ $0.add(from: current, to: target) }) else { return nil }
        return Wait(edge: (current, target))
    }
}
