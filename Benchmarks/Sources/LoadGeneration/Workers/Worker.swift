internal import Synchronization

/// Drives clients: everything that its clients do happens on it, one thing at a time, so they share a history lane.
///
/// An actor on an executor of our own, rather than a task executor preference: both keep clients on their worker, but a
/// call that returns without suspending is then checked against one word in a thread-local, while a preference is
/// looked up in the task under a lock, several times an operation.
actor Worker {
    /// How long a client may go on while others could: 50 us, in nanoseconds. A change costs about 2 us.
    static let slice: UInt64 = 50_000

    private let executor: any WorkerExecutor
    /// Stored, because it is asked for at each call that has suspended.
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(_ executor: any WorkerExecutor) {
        self.executor = executor
        unownedExecutor = executor.asUnownedSerialExecutor()
    }

    /// How the worker's turns are dealt out; fetched once by each client, as this is looked at once an operation.
    nonisolated var turns: WorkerTurns { executor.turns }

    /// Ends the worker once it has nothing left to do.
    nonisolated func finish() { executor.finish() }
}

/// What runs a worker's jobs, one at a time, and tells the turns of each.
package protocol WorkerExecutor: SerialExecutor {
    /// How the worker's clients take turns.
    var turns: WorkerTurns { get }
    /// Gives its thread back, if it has one, once nothing is left to do.
    func finish()
}

/// Which of a worker's clients goes next.
///
/// A client whose calls all return at once never suspends. Without this it would keep its worker until it is done, and
/// a client whose execution has long ended would not be woken: its latency would be the harness's, not the subject's.
/// So a client gives way, between two calls, as soon as a job waits; and when none does, the clients that could go on
/// take turns of ``Worker/slice``. Clients that gave way come after all jobs.
///
/// Unchecked: `parked` is touched only on the worker, by the client that runs or between two jobs.
package final class WorkerTurns: @unchecked Sendable {
    private let waiting = Atomic<Int>(0)
    private var parked: [UnsafeContinuation<Void, Never>] = []

    /// The turns of clients of which none runs yet.
    package init() {}

    /// Whether a client that has been running for so long, in nanoseconds, is to give way.
    func isUp(after time: UInt64) -> Bool {
        waiting.load(ordering: .relaxed) > 0 || (time > Worker.slice && !parked.isEmpty)
    }

    /// The calling client waits until it is its turn again.
    func giveWay() async {
        await withUnsafeContinuation { parked.append($0) }
    }

    /// A job was enqueued.
    package func jobWaits() { waiting.add(1, ordering: .relaxed) }

    /// The job that has waited longest is about to run.
    package func jobStarts() { waiting.subtract(1, ordering: .relaxed) }

    /// A job has ended, or its client has suspended.
    package func jobEnds() {
        guard waiting.load(ordering: .relaxed) == 0, !parked.isEmpty else { return }
        parked.removeFirst().resume()
    }
}
