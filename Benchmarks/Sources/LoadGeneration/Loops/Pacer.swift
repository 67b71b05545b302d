internal import DedupBenchKit
internal import Synchronization
internal import Workloads

/// Releases the requests of an open loop at their intended times, less the lead that their clients need to wake up, whether or not
/// earlier ones have returned.
final class Pacer: Sendable {
    private let machine: any Machine
    private let stream: RequestStream
    private let mailboxes: [Mailbox]
    private let releases: ReleaseTimes
    private let stop: StopSignal
    /// The request that is released next; only the steps touch it, one after the other.
    private let position = Atomic<Int>(0)

    init(machine: any Machine, stream: RequestStream, mailboxes: [Mailbox], releases: ReleaseTimes, stop: StopSignal) {
        self.machine = machine
        self.stream = stream
        self.mailboxes = mailboxes
        self.releases = releases
        self.stop = stop
    }

    /// Releases everything in steps of the machine, then closes the mailboxes.
    func run(from start: UInt64) {
        machine.pace(from: start + stream[0].intended) { [self] in step(from: start) }
    }

    /// Releases all that is due.
    ///
    /// - Returns: When to come again; nil if all is released, or the phase is to stop.
    private func step(from start: UInt64) -> UInt64? {
        var position = position.load(ordering: .relaxed)
        defer { self.position.store(position, ordering: .relaxed) }
        while position < stream.count, !stop.isSet {
            let intended = start + stream[position].intended
            let mailbox = mailboxes[position % mailboxes.count]
            let now = machine.now()
            // A client that is busy need not be woken: whether it is there in time is seen at that time.
            let due = mailbox.hasIdleClient ? intended - mailbox.lead.time : intended
            if now < due { return min(due, now + StopSignal.longestWait) }
            mailbox.release(at: now) { hasIdleClient in
                // One that is handed over ahead of its time has not waited for anything until then.
                releases.note(position, at: max(intended, machine.now()), backlogged: !hasIdleClient)
            }
            position += 1
        }
        for mailbox in mailboxes { mailbox.close(discarding: position < stream.count) }
        return nil
    }
}

/// When the phase started: set once by the conductor before it opens the gate.
final class PhaseClock: Sendable {
    private let origin = Atomic<UInt64>(0)

    /// Nanoseconds of the machine's time; 0 before the start.
    var start: UInt64 { origin.load(ordering: .acquiring) }

    /// Sets it.
    func start(at time: UInt64) {
        origin.store(time, ordering: .releasing)
    }
}

/// When the pacer released each request of an open loop, or was to if that was later; and whether a client was free for it.
///
/// Unchecked: the pacer writes each slot before it hands the request over; they are read after the phase.
package final class ReleaseTimes: @unchecked Sendable {
    private static let flag: UInt64 = 1 << 63
    private let times: UnsafeMutableBufferPointer<UInt64>

    /// Room for so many requests, none of them released.
    package init(count: Int) {
        times = .allocate(capacity: count)
        times.initialize(repeating: 0)
    }

    deinit {
        times.deallocate()
    }

    /// Notes a release; called once a request.
    package func note(_ position: Int, at time: UInt64, backlogged: Bool) {
        times[position] = backlogged ? time | Self.flag : time
    }

    /// When a request was released, in nanoseconds of the machine's time; 0 if it was not.
    func time(of position: Int) -> UInt64 { times[position] & ~Self.flag }

    /// How many requests were released.
    var released: Int { times.count { $0 != 0 } }

    /// How many of them found every client of their worker busy.
    var backlogged: Int { times.count { $0 & Self.flag != 0 } }

    /// How late a request was released. Nothing but the pacer decides that, so it is the generator's own lag.
    func lag(of position: Int, intended: UInt64) -> UInt64 {
        time(of: position) - min(time(of: position), intended)
    }

    /// How long a released request waited until its call started: for a client, or for the worker to let one run.
    func wait(of position: Int, start: UInt64) -> UInt64 { start - min(start, time(of: position)) }
}
