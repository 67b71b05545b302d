internal import Glibc

/// Runs tasks one at a time, on one thread, in an order drawn from a seed, on a clock that moves only when it says so.
///
/// The same seed gives the same schedule, step by step; ``digest`` tells two schedules apart.
///
/// Unchecked: everything here is touched by the one thread that made it; `RuntimeHooks` turns other threads away.
final class DeterministicScheduler: TaskExecutor, @unchecked Sendable {
    /// The virtual time, in nanoseconds.
    private(set) var clock: UInt64 = 1_000_000
    /// How many times a task was run up to its next suspension.
    private(set) var steps = 0
    /// A digest of every choice so far.
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325

    private let pace: Pace
    private var random: SeededGenerator
    private var ready: [UnownedJob] = []
    private var sleepers = SleeperList()
    /// How many tasks are stacked on each other by preemption; 0 outside any task.
    private var depth = 0
    private var preemptionIsOff = false
    private let thread = pthread_self()

    init(seed: UInt64, pace: Pace) {
        random = SeededGenerator(seed: seed)
        self.pace = pace
    }

    /// Whether the calling thread is the one that runs the tasks.
    var isOnItsThread: Bool { pthread_equal(pthread_self(), thread) != 0 }

    /// Whether a task could run now, without time passing.
    var hasReadyTasks: Bool { !ready.isEmpty }

    /// How many tasks sleep.
    var sleeperCount: Int { sleepers.count }

    func enqueue(_ job: consuming ExecutorJob) {
        enqueue(UnownedJob(job))
    }

    func enqueue(_ job: UnownedJob) {
        ready.append(job)
    }

    /// Adds the choice or the observation to the digest.
    func mix(_ value: UInt64) {
        digest = (digest ^ value) &* 0x0000_0100_0000_01B3
        digest ^= digest >> 29
    }

    // MARK: - Running

    /// Runs one task up to its next suspension, or lets time pass until a sleeper wakes; false when neither is possible.
    func step() -> Bool {
        if ready.isEmpty || pace.earlyTime > 0 && random.chance(pace.earlyTime) {
            return passTime() || !ready.isEmpty
        }
        runOne()
        return true
    }

    /// Lets other tasks run here and now, as if another processor had been faster.
    func preemptionPoint() {
        guard pace.preemption > 0, !preemptionIsOff, (1...3).contains(depth), !ready.isEmpty,
            random.chance(pace.preemption)
        else { return }
        for _ in 0...random.below(4) where !ready.isEmpty { runOne() }
    }

    /// Runs `body` without letting other tasks in between. For cancelling: the runtime holds the task's lock while
    /// cancellation handlers run, and tasks that were run inside it could wait for it for ever.
    func withoutPreemption(_ body: () -> Void) {
        let wasOff = preemptionIsOff
        preemptionIsOff = true
        defer { preemptionIsOff = wasOff }
        body()
    }

    private func runOne() {
        let index = chooseTask()
        mix(UInt64(index) << 16 | UInt64(ready.count))
        steps += 1
        ready.swapAt(index, ready.count - 1)
        let job = ready.removeLast()
        depth += 1
        defer { depth -= 1 }
        job.runSynchronously(on: asUnownedTaskExecutor())
    }

    private func chooseTask() -> Int {
        switch pace.order {
        case .anyTask: random.below(ready.count)
        case .oldestFirst: random.chance(0.8) ? 0 : random.below(ready.count)
        case .newestFirst: random.chance(0.8) ? ready.count - 1 : random.below(ready.count)
        }
    }

    // MARK: - Time

    /// The next nanosecond: for time stamps that tell the order of what happens at one time.
    func tick() -> UInt64 {
        clock += 1
        return clock
    }

    private func passTime() -> Bool {
        guard let deadline = sleepers.nextDeadline else { return false }
        clock = max(clock, deadline)
        mix(clock)
        for continuation in sleepers.wake(at: clock) { continuation.resume() }
        return true
    }

    /// Sleeps until `deadline`; throws promptly when the task is cancelled.
    func sleep(until deadline: UInt64) async throws {
        if deadline <= clock { return }
        let id = sleepers.nextID()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    sleepers.park(id, until: deadline, continuation)
                }
            }
        } onCancel: {
            sleepers.remove(id)?.resume(throwing: CancellationError())
        }
    }

    /// Lets others run.
    ///
    /// Not `Task.yield()`: in a task that was started immediately and has not suspended yet, that goes to Dispatch behind
    /// the back of the hooks.
    func yield() async {
        await withCheckedContinuation { continuation in
            Task.detached { continuation.resume() }
        }
    }

    /// Sleeps until `deadline`, cancelled or not.
    func sleepThrough(until deadline: UInt64) async {
        if deadline <= clock { return }
        let id = sleepers.nextID()
        // No other task knows the id, so none cuts the sleep short.
        try? await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            sleepers.park(id, until: deadline, continuation)
        }
    }
}
