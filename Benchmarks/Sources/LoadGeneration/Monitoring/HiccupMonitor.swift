internal import Measurement
internal import Synchronization

/// A thread that only wants to wake up every millisecond, and notes when it could not: the stalls of the machine.
///
/// The idea is that of jHiccup (Gil Tene). One sleep and one clock reading a millisecond cost next to nothing.
final class HiccupMonitor: Sendable {
    /// How often it wakes up: 1 ms, in nanoseconds.
    private static let period: UInt64 = 1_000_000

    private let sleeps: Sleeps
    private let end: @Sendable () -> Void

    init(_ machine: any Machine) {
        let sleeps = Sleeps()
        self.sleeps = sleeps
        end = machine.watch(every: Self.period, "hiccup") { start, end in
            sleeps.report.withLock { $0.note(start, end, wanted: Self.period) }
        }
    }

    /// What was seen since the last time it was asked.
    func take() -> StallReport {
        sleeps.report.withLock { report in
            let taken = report
            report.reset()
            return taken
        }
    }

    /// Ends the thread and waits until it has gone.
    func stop() { end() }

    private final class Sleeps: Sendable {
        let report = Mutex(StallReport())
    }
}
