internal import Synchronization

/// Holds the jobs of tasks until it is told to run them, on the thread that tells it.
///
/// What many tasks do up to their first suspension, and after it, is so timed on one thread: neither how a pool shares the work nor
/// what another thread does meanwhile is part of it. It has to outlive the tasks that prefer it.
package final class HeldJobs: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Holds nothing yet.
    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let waiting = state.withLock { state in
            state.jobs.append(job)
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Suspends the caller until there is something to run. One caller at a time may wait.
    package func wait() async {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.jobs.isEmpty { state.waiting = continuation }
                return !state.jobs.isEmpty
            }
            if isHeld { continuation.resume() }
        }
    }

    /// Runs what is held, and what comes meanwhile, until there is nothing more.
    ///
    /// - Returns: How many jobs that were.
    @discardableResult
    package func run() -> Int {
        var count = 0
        while true {
            let held = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            guard !held.isEmpty else { return count }
            for job in held { job.runSynchronously(on: asUnownedTaskExecutor()) }
            count += held.count
        }
    }
}
