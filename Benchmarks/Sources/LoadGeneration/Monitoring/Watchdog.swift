internal import DedupBenchKit
internal import Synchronization
internal import Workloads

/// Notices when a subject hangs, and reports how far the phase under way is.
///
/// One watch of the machine for all of it, and no timers of Dispatch: memory is read while it watches, and each thread that
/// Dispatch starts or retires for a timer would show in it.
final class Watchdog: Sendable {
    /// How late a hang may be noticed: 20 ms, in nanoseconds.
    static let period: UInt64 = 20_000_000

    private let machine: any Machine
    private let limit: UInt64
    private let sight: Sight
    private let end: @Sendable () -> Void

    /// A watchdog that bites after `limit`.
    init(_ machine: any Machine, limit: Duration) {
        let sight = Sight()
        self.machine = machine
        self.limit = limit.nanoseconds
        self.sight = sight
        end = machine.watch(every: Self.period, "watchdog") { _, now in sight.look(at: now) }
    }

    /// Whether `body` returns in time. If not it goes on, and its end makes no difference any more.
    ///
    /// What a subject does outside of calls is waited for like this, since no pulse shows that it still lives.
    func finishes(_ body: @escaping @Sendable () async -> Void) async -> Bool {
        let deadline = machine.now().later(by: limit)
        return await withCheckedContinuation { continuation in
            let wait = Wait(continuation, deadline: deadline)
            sight.add(wait)
            machine.start {
                await body()
                wait.end(with: true)
            }
        }
    }

    /// Watches over a phase from now on; nil when it is over.
    func watch(_ monitor: PhaseMonitor?) {
        sight.monitor.withLock { $0 = monitor }
    }

    /// Ends it.
    func stop() { end() }

    /// What it looks at.
    private final class Sight: Sendable {
        let monitor = Mutex<PhaseMonitor?>(nil)
        private let waits = Mutex<[Wait]>([])

        func add(_ wait: Wait) {
            waits.withLock { $0.append(wait) }
        }

        func look(at now: UInt64) {
            let late = waits.withLock { waits in
                waits.removeAll(where: \.isOver)
                return waits.filter { $0.deadline <= now }
            }
            for wait in late { wait.end(with: false) }
            monitor.withLock(\.self)?.look(at: now)
        }
    }

    /// One wait: its first end decides how it ended.
    private final class Wait: Sendable {
        let deadline: UInt64
        private let continuation: Mutex<CheckedContinuation<Bool, Never>?>

        init(_ continuation: CheckedContinuation<Bool, Never>, deadline: UInt64) {
            self.deadline = deadline
            self.continuation = Mutex(continuation)
        }

        var isOver: Bool { continuation.withLock { $0 == nil } }

        func end(with result: Bool) {
            continuation.withLock { $0.take() }?.resume(returning: result)
        }
    }
}
