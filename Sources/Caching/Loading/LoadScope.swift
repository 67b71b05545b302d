internal import Synchronization

/// The load that the current task or thread runs, so that a load which would wait for itself is refused.
enum LoadScope {
    /// The number of the load whose code is running; nil outside of loads.
    @TaskLocal static var current: UInt64?

    private static let numbers = Atomic<UInt64>(0)

    /// A number for a call or a load, unique in the process.
    static func nextNumber() -> UInt64 { numbers.add(1, ordering: .relaxed).newValue }

    /// A wait of the running load for another, until ``end()``.
    struct Wait {
        fileprivate let edge: (from: UInt64, to: UInt64)?

        /// The wait is over.
        func end() {
            guard let edge else { return }
            WaitGraph.shared.withLock { $0.remove(from: edge.from, to: edge.to) }
        }
    }

    /// Notes that the running load, if there is one, waits for the load `target`; nil if that waits for the running load
    /// already, or is it.
    static func wait(for target: UInt64) -> Wait? {
        guard let current else { return Wait(edge: nil) }
        guard WaitGraph.shared.withLock({ $0.add(from: current, to: target) }) else { return nil }
        return Wait(edge: (current, target))
    }
}
