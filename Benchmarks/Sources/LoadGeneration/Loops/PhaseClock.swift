internal import Synchronization

/// When the phase started: set once by the conductor before it opens the gate.
final class PhaseClock: Sendable {
    private let origin = Atomic<UInt64>(0)

    /// Nanoseconds of the monotonic clock.
    var start: UInt64 { origin.load(ordering: .acquiring) }

    /// Sets it.
    func start(at time: UInt64) {
        origin.store(time, ordering: .releasing)
    }
}
