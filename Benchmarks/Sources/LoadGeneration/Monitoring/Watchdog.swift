internal import Dispatch
internal import Foundation
internal import Measurement
internal import Synchronization
internal import Workloads

/// Waits for what a subject does outside of calls, where no pulse shows that it still lives.
///
/// One thread for all waits and no timers of Dispatch: memory is read between such waits, and each thread that Dispatch
/// starts or retires for a timer would show in it.
final class Watchdog: Sendable {
    /// How late a hang may be noticed: 20 ms, in nanoseconds.
    private static let period: UInt64 = 20_000_000
    private static let shared = Watchdog()

    private let waits = Mutex<[Wait]>([])
    private let begun = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                begun.wait()
                repeat { ThreadSleep.sleep(Self.period) } while look() > 0
            }
        }
        thread.name = "dedupbench.watchdog"
        thread.start()
    }

    /// Whether `body` returns within `limit`. If not it goes on, and nobody waits for it any more.
    static func finishes(within limit: Duration, _ body: @escaping @Sendable () async -> Void) async -> Bool {
        let (deadline, isLate) = MonotonicClock.now().addingReportingOverflow(limit.nanoseconds)
        return await withCheckedContinuation { continuation in
            let wait = Wait(continuation, deadline: isLate ? .max : deadline)
            shared.waits.withLock { $0.append(wait) }
            shared.begun.signal()
            Task.detached {
                await body()
                wait.end(with: true)
            }
        }
    }

    /// Ends what has lasted too long.
    ///
    /// - Returns: How many waits go on.
    private func look() -> Int {
        let late = waits.withLock { waits in
            waits.removeAll(where: \.isOver)
            return waits.filter { $0.deadline <= MonotonicClock.now() }
        }
        for wait in late { wait.end(with: false) }
        return waits.withLock { $0.count }
    }

    /// One wait: the first who ends it decides how it ended.
    private final class Wait: Sendable {
        let deadline: UInt64
        private let continuation: Mutex<CheckedContinuation<Bool, Never>?>

        init(_ continuation: CheckedContinuation<Bool, Never>, deadline: UInt64) {
            self.deadline = deadline
            self.continuation = Mutex(continuation)
        }

        var isOver: Bool { continuation.withLock { $0 == nil } }

        func end(with result: Bool) {
            continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }?.resume(returning: result)
        }
    }
}
