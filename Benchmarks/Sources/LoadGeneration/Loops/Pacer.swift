internal import DedupBenchKit
internal import Synchronization
internal import Workloads

/// Releases the requests of an open loop at their intended times, less the lead that their clients need to wake up, whether or not
/// earlier ones have returned.
final class Pacer: Sendable {
    private let machine: any Machine
    private let stream: RequestStream
    /// The positions of the requests.
    private let requests: Range<Int>
    private let mailboxes: [Mailbox]
    private let releases: ReleaseTimes
    private let stop: StopSignal
    /// Until when nothing could be released.
    private let restEnd: UInt64
    /// The request that is released next; only the steps touch it, one after the other.
    private let position: Atomic<Int>

    /// A pacer of some requests of a stream.
    init(
        _ requests: Range<Int>, of stream: RequestStream, on machine: any Machine, mailboxes: [Mailbox],
        releases: ReleaseTimes, restEnd: UInt64, stop: StopSignal
    ) {
        self.machine = machine
        self.stream = stream
        self.requests = requests
        position = Atomic(requests.lowerBound)
        self.mailboxes = mailboxes
        self.releases = releases
        self.restEnd = restEnd
        self.stop = stop
    }

    /// Releases everything in steps of the machine, then closes the mailboxes.
    func run(from start: UInt64) {
        releases.begin()
        machine.pace(from: start + stream[requests.lowerBound].intended) { [self] in step(from: start) }
    }

    /// Releases all that is due.
    ///
    /// - Returns: When to come again; nil if all is released, or the phase is to stop.
    private func step(from start: UInt64) -> UInt64? {
        var position = position.load(ordering: .relaxed)
        defer { self.position.store(position, ordering: .relaxed) }
        while position < requests.upperBound, !stop.isSet {
            let intended = start + stream[position].intended
            let mailbox = mailboxes[position % mailboxes.count]
            let now = machine.now()
            // A client that is busy need not be woken: whether it is there in time is seen at that time.
            let due = mailbox.hasIdleClient ? intended - mailbox.lead.time : intended
            if now < due { return min(due, now + StopSignal.longestWait) }
            mailbox.release(at: now) { hasIdleClient in
                // One that is handed over ahead of its time has not waited for anything until then. What was due in a backlog before a
                // rest would have waited for a client, and not for the pacer.
                let isOfBacklog = intended < restEnd
                releases.note(
                    position, at: isOfBacklog ? intended : max(intended, machine.now()),
                    backlogged: isOfBacklog || !hasIdleClient)
            }
            position += 1
        }
        releases.end()
        for mailbox in mailboxes { mailbox.close(discarding: position < requests.upperBound) }
        return nil
    }
}

/// When the phase started: set by the conductor before it opens the gate. In an open loop the time moves on by each rest.
final class PhaseClock: Sendable {
    private let origin = Atomic<UInt64>(0)

    /// Nanoseconds of the machine's time; 0 before the start.
    var start: UInt64 { origin.load(ordering: .acquiring) }

    /// Sets it.
    func start(at time: UInt64) {
        origin.store(time, ordering: .releasing)
    }
}
