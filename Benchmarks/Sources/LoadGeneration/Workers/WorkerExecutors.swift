internal import Dispatch
internal import Foundation
internal import Synchronization

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

/// Runs a worker on a thread of its own: for a client that blocks.
///
/// Dispatch would not do: on Linux its pool grows by about one thread a second when blocks block, so a thousand blocking
/// callers would be a handful of concurrent ones.
final class ThreadExecutor: WorkerExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isFinished = false
    }

    let turns = WorkerTurns()
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    init(number: Int) {
        let thread = Thread { [self] in
            while let job = next() {
                turns.jobStarts()
                job.runSynchronously(on: asUnownedSerialExecutor())
                turns.jobEnds()
            }
        }
        thread.name = "dedupbench.\(number)"
        thread.stackSize = 512 * 1_024
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        turns.jobWaits()
        state.withLock { $0.jobs.append(job) }
        work.signal()
    }

    func finish() {
        state.withLock { $0.isFinished = true }
        work.signal()
    }

    /// Waits for a job; nil once the worker is finished and has no job left.
    private func next() -> UnownedJob? {
        while true {
            work.wait()
            let (job, isFinished) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isFinished)
            }
            if let job { return job }
            if isFinished { return nil }
        }
    }
}
