/// Drives clients: everything that its clients do happens on it, one thing at a time, so they share a history lane.
///
/// An actor on an executor of our own, rather than a task executor preference: both keep clients on their worker, but a
/// call that returns without suspending is then checked against one word in a thread-local, while a preference is
/// looked up in the task under a lock, several times an operation.
actor Worker {
    /// How long a client may go on while others could: 50 us, in nanoseconds. A change costs about 2 us.
    static let slice: UInt64 = 50_000

    private let executor: any WorkerExecutor

    init(_ executor: any WorkerExecutor) {
        self.executor = executor
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How the worker's turns are dealt out; fetched once by each client, as this is looked at once an operation.
    nonisolated var turns: WorkerTurns { executor.turns }

    /// Ends the worker once it has nothing left to do.
    nonisolated func finish() { executor.finish() }
}

/// What runs a worker's jobs, one at a time.
protocol WorkerExecutor: SerialExecutor {
    var turns: WorkerTurns { get }
    /// Gives its thread back, if it has one, once nothing is left to do.
    func finish()
}
