internal import Dispatch
internal import Foundation
internal import Synchronization

/// Lets several threads start the same work at the same moment.
enum ThreadTeam {
    /// Calls the body on `threads` threads at once, the caller's among them, and returns how long the slowest took.
    static func slowest(of threads: Int, _ body: @escaping @Sendable () -> UInt64) -> UInt64 {
        guard threads > 1 else { return body() }
        let state = State()
        for _ in 1..<threads {
            let thread = Thread {
                state.work(threads, body)
                state.finished.signal()
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        state.work(threads, body)
        for _ in 1..<threads { state.finished.wait() }
        return state.slowest.load(ordering: .acquiring)
    }

    private final class State: Sendable {
        let arrived = Atomic<Int>(0)
        let slowest = Atomic<UInt64>(0)
        let finished = DispatchSemaphore(value: 0)

        func work(_ threads: Int, _ body: () -> UInt64) {
            arrived.wrappingAdd(1, ordering: .acquiringAndReleasing)
            while arrived.load(ordering: .acquiring) < threads { sched_yield() }
            slowest.max(body(), ordering: .acquiringAndReleasing)
        }
    }
}

/// Runs asynchronous code on the thread that waits for it, so that its time and its allocations are that thread's.
package final class CallerExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let pending = DispatchSemaphore(value: 0)

    /// For one body.
    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        pending.signal()
    }

    /// Runs the body to its end on the calling thread and returns its result.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) -> Result {
        let result = Mutex<Result?>(nil)
        let box = Box(result)
        Task(executorPreference: self) {
            let value = await body()
            box.value.withLock { $0 = value }
        }
        while true {
            pending.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job.runSynchronously(on: asUnownedTaskExecutor())
            if let value = box.value.withLock({ $0 }) { return value }
        }
    }

    private final class Box<Value: ~Copyable & Sendable>: Sendable {
        let value: Value

        init(_ value: consuming Value) {
            self.value = value
        }
    }
}
