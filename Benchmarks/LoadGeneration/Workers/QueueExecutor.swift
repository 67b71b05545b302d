internal import Dispatch

/// Runs a worker on a serial Dispatch queue: for clients that never block it.
final class QueueExecutor: WorkerExecutor {
    private let queue: DispatchQueue

    init(number: Int) {
        queue = DispatchQueue(label: "dedupbench.worker.\(number)", qos: .userInitiated)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func finish() {}
}
