internal import Dispatch

/// Runs a worker on a serial Dispatch queue: for clients that never block it.
final class QueueExecutor: WorkerExecutor {
    let turns = WorkerTurns()
    private let queue: DispatchQueue

    init(number: Int) {
        queue = DispatchQueue(label: "dedupbench.worker.\(number)", qos: .userInitiated)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        turns.jobWaits()
        queue.async { [self] in
            turns.jobStarts()
            job.runSynchronously(on: asUnownedSerialExecutor())
            turns.jobEnds()
        }
    }

    func finish() {}
}
