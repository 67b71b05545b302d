internal import Dispatch
internal import Foundation
internal import Measurement
internal import Synchronization

/// A thread that only wants to wake up every millisecond, and notes when it could not: the stalls of the machine.
///
/// The idea is that of jHiccup (Gil Tene). One sleep and one clock reading a millisecond cost next to nothing.
final class HiccupMonitor: Sendable {
    /// How often it wakes up: 1 ms, in nanoseconds.
    private static let period: UInt64 = 1_000_000
    /// From this delay on a stall is listed: 10 ms.
    private static let stall: UInt64 = 10_000_000
    /// How many stalls are listed.
    private static let capacity = 1_024

    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let report = Mutex(HiccupReport())

    init() {
        report.withLock { $0.stalls.reserveCapacity(Self.capacity) }
        let thread = Thread { [self] in
            ThreadSleep.turnOffSlack()
            while !isStopped.load(ordering: .relaxed) { sleepOnce() }
            ended.signal()
        }
        thread.name = "dedupbench.hiccup"
        thread.start()
    }

    private func sleepOnce() {
        let start = MonotonicClock.now()
        ThreadSleep.sleep(Self.period)
        let end = MonotonicClock.now()
        let delay = end - start - min(end - start, Self.period)
        report.withLock { report in
            report.delays.record(delay)
            guard delay >= Self.stall else { return }
            if report.stalls.count < Self.capacity {
                report.stalls.append(HiccupReport.Stall(start: start, end: end))
            } else {
                report.droppedStalls += 1
            }
        }
    }

    /// What was seen since the last time it was asked.
    func take() -> HiccupReport {
        report.withLock { report in
            let taken = report
            report.delays.reset()
            report.stalls.removeAll(keepingCapacity: true)
            report.droppedStalls = 0
            return taken
        }
    }

    /// Ends the thread and waits until it has gone.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
    }
}
