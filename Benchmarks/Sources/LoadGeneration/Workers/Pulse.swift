internal import Synchronization

/// How many calls the clients of one worker have started and finished: the sign of life for progress and watchdog.
///
/// One writer at a time (the worker), so plain stores suffice; any thread may look. A whole cache line each, or two
/// workers would slow each other down.
final class Pulse: Sendable {
    private let starts = Atomic<Int>(0)
    private let completions = Atomic<Int>(0)
    private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)

    /// A call starts.
    func start() {
        starts.store(starts.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// A call has returned.
    func complete() {
        completions.store(completions.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Calls started.
    var started: Int { starts.load(ordering: .relaxed) }

    /// Calls returned.
    var completed: Int { completions.load(ordering: .relaxed) }
}
