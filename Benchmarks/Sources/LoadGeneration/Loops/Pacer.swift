internal import Foundation
internal import Measurement
internal import Workloads

/// Releases the requests of an open loop at their intended times, whether or not earlier ones have returned.
///
/// It has a thread of its own, with the kernel's timer slack turned off. It sleeps until shortly before the next intended
/// start and spins the rest: sleeping alone oversleeps by tens of microseconds, spinning alone takes a processor away
/// from the subject.
final class Pacer: Sendable {
    /// How long before the intended time the pacer stops sleeping: 60 us, in nanoseconds.
    static let spin: UInt64 = 60_000
    /// How long it sleeps at most before it looks for the stop signal: 50 ms.
    static let longestSleep: UInt64 = 50_000_000

    private let stream: RequestStream
    private let mailboxes: [Mailbox]
    private let releases: ReleaseTimes
    private let stop: StopSignal

    init(stream: RequestStream, mailboxes: [Mailbox], releases: ReleaseTimes, stop: StopSignal) {
        self.stream = stream
        self.mailboxes = mailboxes
        self.releases = releases
        self.stop = stop
    }

    /// Releases everything on a thread of its own, then closes the mailboxes.
    func run(from start: UInt64) {
        let thread = Thread { [self] in
            ThreadSleep.turnOffSlack()
            let isComplete = pace(from: start)
            for mailbox in mailboxes { mailbox.close(discarding: !isComplete) }
        }
        thread.name = "dedupbench.pacer"
        thread.start()
    }

    private func pace(from start: UInt64) -> Bool {
        for position in 0..<stream.count {
            let intended = start + stream[position].intended
            guard wait(until: intended) else { return false }
            mailboxes[position % mailboxes.count].release { hasIdleClient in
                releases.note(position, at: MonotonicClock.now(), backlogged: !hasIdleClient)
            }
        }
        return true
    }

    /// Waits; false if the run is to stop.
    private func wait(until time: UInt64) -> Bool {
        while !stop.isSet {
            let now = MonotonicClock.now()
            if now >= time { return true }
            if time - now > Self.spin { ThreadSleep.sleep(min(time - now - Self.spin, Self.longestSleep)) }
        }
        return false
    }
}
