internal import Caching

/// Which flight: the fingerprint it works for, and its epoch, which no other flight of the process shares.
package struct FlightKey: Hashable, Sendable {
    package let fingerprint: Fingerprint
    package let epoch: UInt64
    /// Its place in the table; the epoch tells whether it is still there.
    let index: Int
}

/// What a request waits by: its flight, and its own place among the waiters.
struct FlightPlace: Sendable {
    let key: FlightKey
    let waiter: WaiterID
    let isLeader: Bool
}

/// How a flight treats requests that join and leave, and the time it takes. The delivery half of an ``ExecutionPolicy``.
package struct FlightRules: Hashable, Sendable {
    package var abandonment: AbandonmentPolicy = .cancel(after: .zero)
    package var overlap: OverlapPolicy = .never
    package var timeout: ExecutionTimeout = .none
    package var overlapLimit = 8

    /// Makes rules; the defaults are those of an ``ExecutionPolicy``.
    package init(
        abandonment: AbandonmentPolicy = .cancel(after: .zero), overlap: OverlapPolicy = .never,
        timeout: ExecutionTimeout = .none, overlapLimit: Int = 8
    ) {
        self.abandonment = abandonment
        self.overlap = overlap
        self.timeout = timeout
        self.overlapLimit = overlapLimit
    }
}

/// One execution in progress and its waiters.
///
/// `Label` is what the owner of the table wants to know the flight by: its request.
struct Flight<Continuation: Sendable, Result: Sendable, Label: Sendable>: Sendable {
    enum Phase: Sendable {
        /// It has a waiter, or its execution completes with or without one.
        case running
        /// The last waiter has left, for the n-th time; unless a request joins before the grace period ends, the execution
        /// is cancelled.
        case abandoned(round: Int)
        /// The execution has exceeded its timeout and keeps its key: newcomers are told at once. Requests that wait for the
        /// end of one that was cancelled have come after its cancellation, and claim again.
        case overdue(isCancelled: Bool)
        /// The execution was cancelled and has not ended yet. No request joins it; newcomers wait until it has ended or is
        /// detached.
        case cancelled
        /// The execution has ended, and its record and its events are on their way: requests that have joined and not
        /// suspended yet still wait for its result.
        case finished(Result)
        /// The execution has ended and is reported; requests that have joined and not suspended yet take its result.
        case released(Result)
        /// The execution ended after it was cancelled, or the library shut down: the waiters that are left claim again.
        case discarded
        /// The execution has ended and no waiter is left: the place in the table is free.
        case free
    }

    private(set) var fingerprint: Fingerprint
    private(set) var epoch: UInt64
    private(set) var startedAt: MonotonicInstant
    private(set) var rules: FlightRules
    /// Nil once the execution has ended, or was given up.
    private(set) var label: Label?
    var phase: Phase = .running
    /// Whether newcomers with its fingerprint meet it.
    var isCurrent = true
    var waiters = WaiterList<Continuation>()
    private(set) var leader: WaiterID
    /// The task that runs the step, once it has been handed over.
    var task: Task<Void, Never>?
    /// The alarm of the grace period that began last; it may have gone off.
    var graceAlarm: UInt64?
    /// How often the last waiter has left, so that the alarm of an earlier grace period is told from this one's.
    private var abandonments = 0

    /// Begins a flight with its leader as the first waiter.
    init(
        _ fingerprint: Fingerprint, epoch: UInt64, startedAt: MonotonicInstant, rules: FlightRules, label: Label
    ) {
        self.fingerprint = fingerprint
        self.epoch = epoch
        self.startedAt = startedAt
        self.rules = rules
        self.label = label
        leader = waiters.add()
    }

    /// Begins another flight in a place that is free, whose memory for waiters is used again.
    mutating func restart(
        _ fingerprint: Fingerprint, epoch: UInt64, startedAt: MonotonicInstant, rules: FlightRules, label: Label
    ) {
        self.fingerprint = fingerprint
        self.epoch = epoch
        self.startedAt = startedAt
        self.rules = rules
        self.label = label
        phase = .running
        isCurrent = true
        abandonments = 0
        leader = waiters.add()
    }

    /// Hands the label over, because the execution has ended or is given up: it is not for the lock to destroy it.
    mutating func takeLabel() -> Label? { label.take() }

    /// Frees everything but the memory for a few waiters.
    mutating func clear() {
        phase = .free
        label = nil
        task = nil
        graceAlarm = nil
        waiters.clear()
    }

    /// Whether the execution has been told to stop, so that what it returns may be half of a result.
    var isCancelled: Bool {
        switch phase {
        case .cancelled, .discarded, .overdue(isCancelled: true): true
        case .running, .abandoned, .overdue(isCancelled: false), .finished, .released, .free: false
        }
    }

    /// Whether the execution has not ended.
    var isRunning: Bool {
        switch phase {
        case .running, .abandoned, .overdue, .cancelled: true
        case .finished, .released, .discarded, .free: false
        }
    }

    /// Whether the execution has ended and no waiter is left.
    var isOver: Bool { !isRunning && waiters.isEmpty }

    /// The last waiter has left.
    ///
    /// - Parameter hasBegun: Whether the work may have begun. If not, there is nothing to complete or to wait for.
    mutating func abandon(hasBegun: Bool) -> AbandonmentAction {
        if !hasBegun, case .running = phase {
            phase = .cancelled
            return .cancel
        }
        switch (rules.abandonment, phase) {
        case (.cancel(let grace), .running) where grace > .zero:
            abandonments += 1
            phase = .abandoned(round: abandonments)
            return .startGrace(grace, round: abandonments)
        case (.cancel, .running):
            phase = .cancelled
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
    /// - Parameter keepsKey: Whether newcomers are refused from here on. If not, they start another flight.
    /// - Returns: The requests that waited for the end of a cancelled execution, and whether to cancel one that has no
    ///   waiter: no request can join a flight that is overdue, so its grace period is over.
    mutating func exceedTimeout(keepsKey: Bool) -> (claimAgain: [Continuation], action: AbandonmentAction) {
        switch phase {
        case .cancelled:
            phase = .overdue(isCancelled: true)
            return (waiters.removeSuspended(), .none)
        case .abandoned where keepsKey:
            phase = .overdue(isCancelled: true)
            return ([], .cancel)
        case .running where keepsKey:
            phase = .overdue(isCancelled: false)
            return ([], .none)
        case .running, .abandoned, .overdue, .finished, .released, .discarded, .free:
            return ([], .none)
        }
    }
}

/// What becomes of an execution whose last waiter has left.
package enum AbandonmentAction: Equatable {
    case none
    /// Cancel it unless a request joins within this time.
    case startGrace(Duration, round: Int)
    /// Cancel it now.
    case cancel
}
