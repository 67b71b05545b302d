internal import Glibc
internal import Synchronization

/// Puts a ``DeterministicScheduler`` in the place of the Swift runtime's global executor.
///
/// The hooks are variables that the runtime exports for this purpose (`include/swift/Runtime/Concurrency.h`). They hold for
/// the whole process, which is why the schedules are a program of their own. `Task.sleep` does not go through them: a task
/// that uses it leaves the schedule, and the scheduler reports that nothing is left to run.
enum RuntimeHooks {
    private typealias Enqueue = @convention(thin) (UnownedJob) -> Void
    private typealias EnqueueHook = @convention(thin) (UnownedJob, Enqueue) -> Void
    private typealias DelayedEnqueue = @convention(thin) (UInt64, UnownedJob) -> Void
    private typealias DelayedEnqueueHook = @convention(thin) (UInt64, UnownedJob, DelayedEnqueue) -> Void
    private typealias DeadlineEnqueue = @convention(thin) (Int64, Int64, Int64, Int64, CInt, UnownedJob) -> Void
    private typealias DeadlineEnqueueHook =
        @convention(thin) (Int64, Int64, Int64, Int64, CInt, UnownedJob, DeadlineEnqueue) -> Void

    /// Written by the main thread only, between schedules, when no other thread runs tasks.
    nonisolated(unsafe) private static var scheduler: DeterministicScheduler?

    /// Enqueues that went past the scheduler: from other threads, between schedules, or with a real delay.
    private static let escapes = Atomic<Int>(0)

    /// How many enqueues went past the scheduler so far.
    static var escapeCount: Int { escapes.load(ordering: .relaxed) }

    /// Takes over the global executor; false when this runtime has no such hook.
    static func install() -> Bool {
        guard let enqueue = hook("swift_task_enqueueGlobal_hook", as: EnqueueHook.self) else { return false }
        enqueue.pointee = { job, original in
            guard let scheduler = RuntimeHooks.scheduler, scheduler.isOnItsThread else {
                RuntimeHooks.escapes.add(1, ordering: .relaxed)
                return original(job)
            }
            scheduler.enqueue(job)
        }
        hook("swift_task_enqueueGlobalWithDelay_hook", as: DelayedEnqueueHook.self)?.pointee = { delay, job, original in
            RuntimeHooks.escapes.add(1, ordering: .relaxed)
            original(delay, job)
        }
        hook("swift_task_enqueueGlobalWithDeadline_hook", as: DeadlineEnqueueHook.self)?.pointee = {
            seconds, nanoseconds, leewaySeconds, leewayNanoseconds, clock, job, original in
            RuntimeHooks.escapes.add(1, ordering: .relaxed)
            original(seconds, nanoseconds, leewaySeconds, leewayNanoseconds, clock, job)
        }
        return true
    }

    /// Lets `scheduler` run all tasks that are created in `body`.
    static func withScheduler<Result>(_ scheduler: DeterministicScheduler, _ body: () -> Result) -> Result {
        self.scheduler = scheduler
        defer { self.scheduler = nil }
        return body()
    }

    private static func hook<Hook>(_ name: String, as type: Hook.Type) -> UnsafeMutablePointer<Hook?>? {
        dlsym(nil, name)?.assumingMemoryBound(to: Hook?.self)
    }
}
