internal import Synchronization

/// Who of a worker's clients goes next.
///
/// A client whose calls all return at once never suspends. Without this it would keep its worker until it is done, and
/// a client whose execution has long ended would not be woken: its latency would be the harness's, not the subject's.
/// So a client gives way, between two calls, as soon as a job waits; and when none does, the clients that could go on
/// take turns of ``Worker/slice``. Clients that gave way come after all jobs.
///
/// Unchecked: `parked` is touched only on the worker, by the client that runs or between two jobs.
final class WorkerTurns: @unchecked Sendable {
    private let waiting = Atomic<Int>(0)
    private var parked: [UnsafeContinuation<Void, Never>] = []

    /// Whether a client that has been running for so long, in nanoseconds, is to give way.
    func isUp(after time: UInt64) -> Bool {
        waiting.load(ordering: .relaxed) > 0 || (time > Worker.slice && !parked.isEmpty)
    }

    /// The calling client waits until it is its turn again.
    func giveWay() async {
        await withUnsafeContinuation { parked.append($0) }
    }

    /// A job was enqueued.
    func jobWaits() { waiting.add(1, ordering: .relaxed) }

    /// The job that has waited longest is about to run.
    func jobStarts() { waiting.subtract(1, ordering: .relaxed) }

    /// A job has ended, or its client has suspended.
    func jobEnds() {
        guard waiting.load(ordering: .relaxed) == 0, !parked.isEmpty else { return }
        parked.removeFirst().resume()
    }
}
