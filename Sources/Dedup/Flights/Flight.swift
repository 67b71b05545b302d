internal import Caching

/// Which flight: the fingerprint it works for, and its epoch, which no other flight of the process shares.
package struct FlightKey: Hashable, Sendable {
    package let fingerprint: Fingerprint
    package let epoch: UInt64
    /// Where its table keeps it; whether it is still there, the epoch tells.
    let slot: Int
}

/// How a flight treats those who come, those who go and the clock. The delivery half of an ``ExecutionPolicy``.
package struct FlightRules: Hashable, Sendable {
    package var abandonment: AbandonmentPolicy = .cancel(after: .zero)
    package var overlap: OverlapPolicy = .never
    package var timeout: ExecutionTimeout = .none

    /// Makes rules; the defaults are those of an ``ExecutionPolicy``.
    package init(
        abandonment: AbandonmentPolicy = .cancel(after: .zero), overlap: OverlapPolicy = .never,
        timeout: ExecutionTimeout = .none
    ) {
        self.abandonment = abandonment
        self.overlap = overlap
        self.timeout = timeout
    }
}

/// One execution in progress and those who wait for it.
struct Flight<Continuation: Sendable, Result: Sendable>: Sendable {
    enum Phase: Sendable {
        /// Somebody waits, or the step completes whether anybody waits or not.
        case running
        /// The last waiter has left, for the n-th time; unless one comes back before the grace period ends, the
        /// execution is cancelled.
        case abandoned(round: Int)
        /// It has exceeded its timeout and keeps its key: newcomers are told at once. Whoever waits for one that was
        /// cancelled has come after its cancellation, and claims anew.
        case overdue(isCancelled: Bool)
        /// It was cancelled and has not ended yet. Nobody joins it; newcomers sit here until it is gone or detached.
        case draining
        /// It has ended; callers who had reserved a seat but not yet suspended collect this result.
        case settled(Result)
        /// It ended after it was cancelled, or the library shut down: whoever still has a seat must claim anew.
        case vacated
        /// It has ended and everybody has left: its place in the table is free.
        case gone
    }

    private(set) var fingerprint: Fingerprint
    private(set) var epoch: UInt64
    private(set) var startedAt: MonotonicInstant
    private(set) var rules: FlightRules
    var phase: Phase = .running
    /// Whether newcomers with its fingerprint meet it.
    var isCurrent = true
    var seats = SeatList<Continuation>()
    private(set) var leader: Seat
    /// The task that runs the step, once it has been handed over.
    var task: Task<Void, Never>?
    /// The alarm of the grace period that began last; it may have gone off.
    var graceAlarm: UInt64?
    /// How often the last waiter has left, so that the alarm of an earlier grace period is told from this one's.
    private var abandonments = 0

    /// Begins a flight with its leader seated.
    init(_ fingerprint: Fingerprint, epoch: UInt64, startedAt: MonotonicInstant, rules: FlightRules) {
        self.fingerprint = fingerprint
        self.epoch = epoch
        self.startedAt = startedAt
        self.rules = rules
        leader = seats.reserve()
    }

    /// Begins another flight in the place of one that is gone, whose memory for seats is used again.
    mutating func restart(_ fingerprint: Fingerprint, epoch: UInt64, startedAt: MonotonicInstant, rules: FlightRules) {
        self.fingerprint = fingerprint
        self.epoch = epoch
        self.startedAt = startedAt
        self.rules = rules
        phase = .running
        isCurrent = true
        abandonments = 0
        leader = seats.reserve()
    }

    /// Lets go of everything but the memory for a few seats.
    mutating func depart() {
        phase = .gone
        task = nil
        graceAlarm = nil
        seats.clear()
    }

    /// Whether the execution has been told to stop, so that what it returns may be half of a result.
    var isCancelled: Bool {
        switch phase {
        case .draining, .vacated, .overdue(isCancelled: true): true
        case .running, .abandoned, .overdue(isCancelled: false), .settled, .gone: false
        }
    }

    /// Whether the execution has not ended.
    var isRunning: Bool {
        switch phase {
        case .running, .abandoned, .overdue, .draining: true
        case .settled, .vacated, .gone: false
        }
    }

    /// Whether it has ended and nobody is left to hear of it.
    var isOver: Bool { !isRunning && seats.isEmpty }

    /// The last waiter has left.
    mutating func abandon() -> AbandonmentConsequence {
        switch (rules.abandonment, phase) {
        case (.cancel(let grace), .running) where grace > .zero:
            abandonments += 1
            phase = .abandoned(round: abandonments)
            return .startGrace(grace, round: abandonments)
        case (.cancel, .running):
            phase = .draining
            return .cancel
        case (.cancel, .overdue(isCancelled: false)):
            phase = .overdue(isCancelled: true)
            return .cancel
        case (.complete, _), (.cancel, _):
            return .none
        }
    }

    /// The execution has exceeded its timeout, and the flight is current.
    ///
    /// - Returns: Those who waited for a cancelled execution to end, and whether to cancel one that nobody waits for:
    ///   nobody can come back to a flight that is overdue, so its grace period is over.
    mutating func exceedTimeout() -> (vacated: [Continuation], consequence: AbandonmentConsequence) {
        switch (phase, rules.timeout) {
        case (.draining, .hold), (.draining, .supersede):
            phase = .overdue(isCancelled: true)
            return (seats.releaseWaiting(), .none)
        case (.abandoned, .hold):
            phase = .overdue(isCancelled: true)
            return ([], .cancel)
        case (.running, .hold):
            phase = .overdue(isCancelled: false)
            return ([], .none)
        case (.running, _), (.abandoned, _), (.draining, .none), (.overdue, _), (.settled, _), (.vacated, _),
            (.gone, _):
            return ([], .none)
        }
    }
}

/// What becomes of an execution that nobody waits for any more.
package enum AbandonmentConsequence: Equatable {
    case none
    /// Cancel it unless somebody comes back within this time.
    case startGrace(Duration, round: Int)
    /// Cancel it now.
    case cancel
}
