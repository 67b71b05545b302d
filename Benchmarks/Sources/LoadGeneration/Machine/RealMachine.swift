internal import Dispatch
internal import Foundation
internal import Glibc
package import Measurement
internal import Synchronization

/// The machine that the harness runs on.
package final class RealMachine: Machine {
    /// Shorter waits are spun, because no sleep is that exact: 20 us, in nanoseconds.
    static let spin: UInt64 = 20_000
    /// How long before its time a step stops sleeping and spins: 60 us, in nanoseconds. Sleeping alone oversleeps by tens
    /// of microseconds, spinning alone takes a processor away from the subject.
    private static let paceSpin: UInt64 = 60_000

    /// The machine; all instances are alike.
    package init() {}

    package func now() -> UInt64 { MonotonicClock.now() }

    package func sleep(until time: UInt64) async throws {
        let now = now()
        if time > now { try await Task.sleep(nanoseconds: time - now) }
    }

    package func block(until time: UInt64) {
        let now = now()
        if time > now + Self.spin { Self.sleep(time - now) }
        while self.now() < time {}
    }

    package func pace(from first: UInt64, _ step: @escaping @Sendable () -> UInt64?) {
        let thread = Thread { [self] in
            Self.turnOffSlack()
            var next: UInt64? = first
            while let time = next {
                let now = now()
                if time > now + Self.paceSpin { Self.sleep(time - now - Self.paceSpin) }
                while self.now() < time {}
                next = step()
            }
        }
        thread.name = "dedupbench.pacer"
        thread.start()
    }

    package func watch(
        every period: UInt64, _ name: String, _ look: @escaping @Sendable (_ from: UInt64, _ to: UInt64) -> Void
    ) -> @Sendable () -> Void {
        let watch = Watch()
        let thread = Thread { [self] in
            Self.turnOffSlack()
            while !watch.isOver.load(ordering: .acquiring) {
                let start = now()
                Self.sleep(period)
                look(start, now())
            }
            watch.ended.signal()
        }
        thread.name = "dedupbench.\(name)"
        thread.start()
        return {
            watch.isOver.store(true, ordering: .releasing)
            watch.ended.wait()
        }
    }

    private final class Watch: Sendable {
        let isOver = Atomic<Bool>(false)
        let ended = DispatchSemaphore(value: 0)
    }

    package func executor(number: Int, blocks: Bool) -> any WorkerExecutor {
        blocks ? ThreadExecutor(number: number) : QueueExecutor(number: number)
    }

    package func start<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        // Without an executor, even without one that is nil: a task that was given any looks for it at each call.
        Task.detached { await body() }
    }

    package func processorTime() -> ProcessorTime? { ProcessorTime.now(at: now()) }

    package func freeSpace(in folder: String) -> Int? {
        var system = statvfs()
        guard statvfs(folder, &system) == 0 else { return nil }
        return Int(
            clamping: UInt64(system.f_bavail).multipliedReportingOverflow(by: UInt64(system.f_frsize)).partialValue)
    }

    package func memory() throws(JemallocError) -> any MemorySource { try Jemalloc() }

    // MARK: - Sleeping as exactly as the kernel can

    /// Blocks the calling thread for so many nanoseconds, or a little longer.
    private static func sleep(_ nanoseconds: UInt64) {
        var wanted = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var left = timespec()
        while nanosleep(&wanted, &left) != 0 && errno == EINTR { wanted = left }
    }

    /// Tells the kernel not to round up the calling thread's sleeps, which it does by up to 50 us in order to save power.
    ///
    /// Where that is not allowed, sleeps stay as inexact as they were, and the lag that is recorded shows it.
    private static func turnOffSlack() {
        // `prctl` is variadic, which Swift cannot call.
        let file = open("/proc/thread-self/timerslack_ns", O_WRONLY)
        guard file >= 0 else { return }
        _ = write(file, "1", 1)
        close(file)
    }
}
