internal import Synchronization

/// Asks a run to end early: set from a signal handler's queue or any thread, looked at by every client once a request.
package final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    private let parent: StopSignal?

    /// A signal that is not given yet.
    package convenience init() { self.init(within: nil) }

    /// A signal that is given, too, when its parent is.
    init(within parent: StopSignal?) { self.parent = parent }

    /// Gives the signal. Phases end as soon as their open calls have returned.
    package func stop() { flag.store(true, ordering: .releasing) }

    /// Whether it was given.
    package var isSet: Bool { flag.load(ordering: .relaxed) || parent?.isSet == true }
}
