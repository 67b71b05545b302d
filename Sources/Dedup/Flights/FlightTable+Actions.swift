package import Caching

// What the table answers to each event: what its owner has to do once the lock is released.
extension FlightTable {
    /// What a request finds that claims a flight.
    package enum Claim {
        /// It starts the flight, and is its first waiter.
        case lead(FlightKey, WaiterID)
        /// It waits for a flight that is there.
        case join(FlightKey, WaiterID)
        /// A cancelled flight has to end first; the request waits for that and then claims again.
        case waitForEnd(FlightKey, WaiterID)
        /// A flight is there, and duplicates are refused.
        case rejected(epoch: UInt64, startedAt: MonotonicInstant)
        /// A flight is there, has exceeded its timeout and keeps its key.
        case overdue(epoch: UInt64, startedAt: MonotonicInstant)
        /// The limit on flights is reached.
        case tooManyFlights
        /// The limit on waiters is reached.
        case tooManyWaiters(epoch: UInt64)
        /// The table accepts no more requests.
        case closed

        /// The epoch of the flight because of which the request is refused.
        var epochInTheWay: UInt64? {
            switch self {
            case .rejected(let epoch, _), .overdue(let epoch, _), .tooManyWaiters(let epoch): epoch
            case .lead, .join, .waitForEnd, .tooManyFlights, .closed: nil
            }
        }
    }

    /// What a waiter finds when it comes to suspend.
    package enum Suspension {
        case suspended
        /// The flight has ended meanwhile, and its result is released.
        case finished(Result)
        /// The flight is gone without a result for this waiter, whose request claims again.
        case claimAgain
        /// The waiter has left meanwhile: cancelled, or past its deadline.
        case left
    }

    /// What has to be done because a waiter left.
    package struct LeaveAction {
        package var resume: Continuation?
        package var abandonment = AbandonmentAction.none
        /// The task to cancel, when the execution is to be cancelled and its task is known already.
        package var task: Task<Void, Never>?
        /// The alarm of an earlier grace period, which is not needed any more.
        package var staleAlarm: UInt64?
        /// The result that no waiter is left to take, so that it is destroyed outside the lock.
        package var untakenResult: Result?
    }

    /// What has to be done because the task of an execution is known.
    package struct StartAction {
        /// Whether the task has to be cancelled at once, because shutdown gave the flight up before it was known.
        package var cancels = false
        /// The result, if the execution has ended by now and its leader need not suspend.
        package var result: Result?
    }

    /// What has to be done because newcomers meet a flight no more.
    package struct DetachAction {
        /// The epoch of the flight that was detached, if there was one.
        package var epoch: UInt64?
        /// The requests that waited for a cancelled flight to end, and claim again.
        package var claimAgain: [Continuation] = []
    }

    /// What has to be done because an execution has exceeded its timeout.
    package struct TimeoutAction {
        /// Whether newcomers start a new epoch from here on.
        package var isSuperseded = false
        /// The requests that waited for a cancelled flight to end, and claim again.
        package var claimAgain: [Continuation] = []
        /// The task to cancel, because it has no waiter and no request can join.
        package var task: Task<Void, Never>?
    }

    /// What has to be done because an execution has ended.
    package struct FinishAction {
        /// Whether the flight was current and not cancelled: only then do its result and its success count.
        package var isCurrent = false
        /// How many waiters get the result beside the leader.
        package var joins = 0
        /// Whether the leader, which has not suspended, takes the result without the table, once it is reported.
        package var leaderTakes = false
        /// The waiters that get the result once it is reported.
        package var resume: [Continuation] = []
        /// Whether waiters that have not suspended yet wait for ``FlightTable/release(_:)``.
        package var awaitsRelease = false
        /// The requests that waited for a cancelled flight to end, and claim again.
        package var claimAgain: [Continuation] = []
        /// The alarm of a grace period, which is not needed any more.
        package var staleAlarm: UInt64?
        /// What the flight was known by, so that it is destroyed outside the lock.
        package var label: Label?
    }

    /// What has to be done because every flight that has not ended is given up.
    package struct GiveUpAction {
        /// The waiters that were suspended, which get no result.
        package var claimAgain: [Continuation] = []
        /// The tasks to cancel.
        package var tasks: [Task<Void, Never>] = []
        /// What the flights were known by, so that it is destroyed outside the lock.
        package var labels: [Label] = []
    }
}

/// An execution in progress, as it was a moment ago.
public struct FlightDescription: Hashable, Sendable {
    /// The name of the step.
    public let step: String

    /// The scope of the request that started it.
    public let scope: String?

    /// What makes other requests the same work.
    public let fingerprint: Fingerprint

    /// The execution.
    public let executionID: ExecutionID

    /// How long ago it was claimed.
    public let age: Duration

    /// How many requests wait for it, the one that started it included.
    public let waiters: Int
}
