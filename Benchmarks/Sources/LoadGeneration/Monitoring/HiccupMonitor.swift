package import Measurement
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
    func take() -> HiccupReport {
        sleeps.report.withLock { report in
            let taken = report
            report.reset()
            return taken
        }
    }

    /// Ends the thread and waits until it has gone.
    func stop() { end() }

    private final class Sleeps: Sendable {
        let report = Mutex(HiccupReport())
    }
}

/// The stalls that a thread which only wanted to wake up every millisecond has seen.
package struct HiccupReport: Sendable {
    /// From this delay on a stall is listed: 10 ms.
    private static let stall: UInt64 = 10_000_000
    /// How many stalls are listed.
    package static let capacity = 1_024

    /// How much later than asked the thread woke up, in nanoseconds.
    package private(set) var delays = LatencyHistogram()
    /// The windows in which it did not run for 10 ms or more.
    package private(set) var stalls: [Stall] = []
    /// Stalls that found no room in the list.
    package private(set) var droppedStalls = 0

    /// A window in which the machine did not run us.
    package struct Stall: Hashable, Sendable {
        /// When it began, in nanoseconds of the monotonic clock.
        package var start: UInt64
        /// When it was over.
        package var end: UInt64

        /// A window.
        package init(start: UInt64, end: UInt64) {
            self.start = start
            self.end = end
        }
    }

    /// Nothing yet, with room for all that it can list: noting allocates nothing.
    package init() {
        stalls.reserveCapacity(Self.capacity)
    }

    /// Notes a sleep from `start` to `end` that was meant to last for `wanted` nanoseconds.
    package mutating func note(_ start: UInt64, _ end: UInt64, wanted: UInt64) {
        let delay = end - start - min(end - start, wanted)
        delays.record(delay)
        guard delay >= Self.stall else { return }
        if stalls.count < Self.capacity {
            stalls.append(Stall(start: start, end: end))
        } else {
            droppedStalls += 1
        }
    }

    /// Forgets everything, keeping the memory.
    mutating func reset() {
        delays.reset()
        stalls.removeAll(keepingCapacity: true)
        droppedStalls = 0
    }
}
