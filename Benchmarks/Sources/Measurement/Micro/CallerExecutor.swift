internal import Dispatch
internal import Synchronization

/// Runs asynchronous code on the thread that waits for it, so that its time and its allocations are that thread's.
final class CallerExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let pending = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        pending.signal()
    }

    /// Runs the body to its end on the calling thread and returns its result.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) -> Result {
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
