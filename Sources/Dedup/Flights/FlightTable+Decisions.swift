package import Caching

// What the table answers to each event: a decision for the caller to act on once the lock is released.
extension FlightTable {
    /// What a newcomer is told.
    package enum Claim {
        /// It starts the flight, and sits in its first seat.
        case lead(FlightKey, Seat)
        /// It waits for a flight that is there.
        case join(FlightKey, Seat)
        /// A cancelled flight has to end first; it waits for that and then claims again.
        case awaitDrained(FlightKey, Seat)
        /// A flight is there, and duplicates are refused.
        case rejected(epoch: UInt64, startedAt: MonotonicInstant)
        /// A flight is there, has exceeded its timeout and holds its key.
        case overdue(epoch: UInt64, startedAt: MonotonicInstant)
        /// The limit on flights is reached.
        case tooManyFlights
        /// The limit on waiters is reached.
        case tooManyWaiters(epoch: UInt64)
        /// The table accepts nobody any more.
        case closed
    }

    /// What a caller finds when it comes to suspend in its seat.
    package enum Suspension {
        case suspended
        /// The flight has ended meanwhile.
        case settled(Result)
        /// The flight is gone without a result for this caller, which claims again.
        case vacated
        /// The caller has left its seat meanwhile: cancelled, or past its deadline.
        case left
    }

    /// What has to be done because a waiter left.
    package struct Departure {
        package var resume: Continuation?
        package var consequence = AbandonmentConsequence.none
        /// The task to cancel, when the consequence is to cancel and the task is known already.
        package var task: Task<Void, Never>?
        /// The alarm of an earlier grace period, which is not needed any more.
        package var staleAlarm: UInt64?
        /// The result that nobody is left to collect, so that it is destroyed outside the lock.
        package var uncollected: Result?
    }

    /// What has to be done because newcomers meet a flight no more.
    package struct Detachment {
        /// The epoch of the flight that was detached, if there was one.
        package var epoch: UInt64?
        /// Those who waited for a cancelled flight to end, and claim again.
        package var vacated: [Continuation] = []
    }

    /// What has to be done because an execution has exceeded its timeout.
    package struct Timeout {
        /// Whether newcomers start a new epoch from here on.
        package var isSuperseded = false
        /// Those who waited for a cancelled flight to end, and claim again.
        package var vacated: [Continuation] = []
        /// The task to cancel, because nobody waits for it and nobody can come back.
        package var task: Task<Void, Never>?
    }

    /// What an execution's end means.
    package struct Settlement {
        /// Whether the flight was current and not cancelled: only then do its result and its success count.
        package var isCurrent = false
        /// How many get the result beside the leader.
        package var joins = 0
        /// Those who get the result.
        package var served: [Continuation] = []
        /// Those who waited for a cancelled flight to end, and claim again.
        package var vacated: [Continuation] = []
        /// The alarm of a grace period, which is not needed any more.
        package var staleAlarm: UInt64?
    }
}
