package import Caching

/// The flights of one shard as a pure state machine: events go in, decisions come out, and nothing foreign runs inside.
///
/// A flight is *current* while newcomers with its fingerprint meet it, and *detached* once they no longer do: because
/// it was superseded, invalidated, cancelled under ``OverlapPolicy/allowed``, or because it has ended. A detached
/// flight still serves those who have a seat in it. Each fingerprint has at most one current flight; epochs grow, so
/// the flight that a late event speaks of is always found by identity and never mistaken for its successor.
package struct FlightTable<Continuation: Sendable, Result: Sendable>: Sendable {
    typealias Member = Flight<Continuation, Result>

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
        /// The limit on flights or on waiters is reached.
        case tooManyFlights
        case tooManyWaiters
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
        package var isCurrent: Bool
        package var joins: Int
        /// Those who get the result.
        package var served: [Continuation]
        /// Those who waited for a cancelled flight to end, and claim again.
        package var vacated: [Continuation]
    }

    private var current: [Fingerprint: Member] = [:]
    private var detached: [UInt64: Member] = [:]
    private var isClosed = false
    private let flightLimit: Int
    private let waiterLimit: Int

    /// Makes an empty table that holds at most `flightLimit` running flights, each with at most `waiterLimit` seats.
    package init(flightLimit: Int, waiterLimit: Int) {
        self.flightLimit = flightLimit
        self.waiterLimit = waiterLimit
    }

    /// How many flights have not ended, or have ended with callers who are yet to collect their result.
    package var count: Int { current.count + detached.count }

    /// Whether a newcomer with this fingerprint would meet a flight.
    package func hasFlight(for fingerprint: Fingerprint) -> Bool {
        current[fingerprint] != nil
    }

    /// How many wait for the current flight of this fingerprint, or are about to.
    package func waiterCount(for fingerprint: Fingerprint) -> Int {
        current[fingerprint]?.seats.count ?? 0
    }

    // MARK: - Coming

    /// A caller wants the work of `fingerprint` done.
    package mutating func claim(
        _ fingerprint: Fingerprint, duplicates: DuplicateMode, rules: FlightRules, at now: MonotonicInstant,
        epoch: () -> UInt64
    ) -> Claim {
        if isClosed { return .closed }
        guard let index = current.index(forKey: fingerprint) else {
            return lead(fingerprint, rules: rules, at: now, epoch: epoch())
        }
        // Fields are read one by one: a copy of the flight would share its seats and make each reservation copy them.
        let epoch = current.values[index].epoch
        switch current.values[index].phase {
        case .overdue:
            return .overdue(epoch: epoch, startedAt: current.values[index].startedAt)
        case .running, .abandoned, .draining:
            if duplicates == .reject {
                return .rejected(epoch: epoch, startedAt: current.values[index].startedAt)
            }
            return join(index, FlightKey(fingerprint: fingerprint, epoch: epoch))
        case .settled, .vacated:
            preconditionFailure("A flight that has ended is detached in the same step.")
        }
    }

    private mutating func join(_ index: Dictionary<Fingerprint, Member>.Index, _ key: FlightKey) -> Claim {
        guard current.values[index].seats.count < waiterLimit else { return .tooManyWaiters }
        let seat = current.values[index].seats.reserve()
        if case .draining = current.values[index].phase { return .awaitDrained(key, seat) }
        current.values[index].joins += 1
        current.values[index].phase = .running
        return .join(key, seat)
    }

    private mutating func lead(
        _ fingerprint: Fingerprint, rules: FlightRules, at now: MonotonicInstant, epoch: UInt64
    ) -> Claim {
        guard count < flightLimit else { return .tooManyFlights }
        var flight = Member(epoch: epoch, startedAt: now, rules: rules)
        let seat = flight.seats.reserve()
        current[fingerprint] = flight
        return .lead(FlightKey(fingerprint: fingerprint, epoch: epoch), seat)
    }

    /// The caller who reserved `seat` suspends in it, unless there is nothing left to wait for.
    package mutating func suspend(_ key: FlightKey, _ seat: Seat, _ continuation: Continuation) -> Suspension {
        let suspension = update(key) { flight -> Suspension in
            guard flight.seats.isReserved(seat) else { return .left }
            switch flight.phase {
            case .settled(let result):
                _ = flight.seats.leave(seat)
                return .settled(result)
            case .vacated, .overdue(isCancelled: true):
                _ = flight.seats.leave(seat)
                return .vacated
            case .running, .abandoned, .overdue(isCancelled: false), .draining:
                flight.seats.take(seat, continuation)
                return .suspended
            }
        }
        return suspension ?? .left
    }

    /// Takes the result of a flight that has ended before the caller had to suspend.
    package mutating func collect(_ key: FlightKey, _ seat: Seat) -> Result? {
        let result = update(key) { flight -> Result? in
            guard case .settled(let result) = flight.phase, flight.seats.isReserved(seat) else { return nil }
            _ = flight.seats.leave(seat)
            return result
        }
        return result ?? nil
    }

    // MARK: - Going

    /// A waiter goes: its caller was cancelled, or its deadline has passed. The others do not notice.
    package mutating func leave(_ key: FlightKey, _ seat: Seat) -> Departure {
        let departure = update(key) { flight -> Departure in
            var departure = Departure()
            switch flight.seats.leave(seat) {
            case .unknown: return departure
            case .beforeWaiting: break
            case .waiting(let continuation): departure.resume = continuation
            }
            if flight.seats.isEmpty { departure.consequence = flight.abandon() }
            if departure.consequence == .cancel { departure.task = flight.task }
            return departure
        }
        if departure?.consequence == .cancel { makeRoomIfOverlapIsAllowed(key) }
        return departure ?? Departure()
    }

    /// The grace period that began when the last waiter left for the `round`-th time has ended.
    ///
    /// - Returns: The consequence; none when somebody has come back meanwhile, or the execution has ended.
    package mutating func graceEnded(_ key: FlightKey, round: Int) -> Departure {
        let departure = update(key) { flight -> Departure in
            guard case .abandoned(round) = flight.phase else { return Departure() }
            flight.phase = .draining
            return Departure(consequence: .cancel, task: flight.task)
        }
        if departure?.consequence == .cancel { makeRoomIfOverlapIsAllowed(key) }
        return departure ?? Departure()
    }

    private mutating func makeRoomIfOverlapIsAllowed(_ key: FlightKey) {
        guard let flight = current[key.fingerprint], flight.epoch == key.epoch, flight.rules.overlap == .allowed
        else { return }
        detach(key.fingerprint)
    }

    // MARK: - Running

    /// The flight's execution runs in `task`.
    ///
    /// - Returns: Whether it has to be cancelled at once, because everybody had left before the task was known.
    package mutating func started(_ key: FlightKey, _ task: Task<Void, Never>) -> Bool {
        let isCancelled = update(key) { flight -> Bool in
            flight.task = task
            return flight.isCancelled
        }
        return isCancelled ?? false
    }

    // MARK: - Time and invalidation

    /// The execution has exceeded its timeout.
    package mutating func timedOut(_ key: FlightKey) -> Timeout {
        guard let index = current.index(forKey: key.fingerprint), current.values[index].epoch == key.epoch
        else { return Timeout() }
        let (vacated, consequence) = current.values[index].exceedTimeout()
        var timeout = Timeout(vacated: vacated)
        if consequence == .cancel {
            timeout.task = current.values[index].task
            makeRoomIfOverlapIsAllowed(key)
        }
        if case .supersede = current[key.fingerprint]?.rules.timeout {
            detach(key.fingerprint)
            timeout.isSuperseded = true
        }
        return timeout
    }

    /// What is current for `fingerprint` no longer is: those who wait get its value, the cache does not.
    ///
    /// - Returns: The epoch of the flight that was detached.
    @discardableResult
    package mutating func detach(_ fingerprint: Fingerprint) -> UInt64? {
        guard let flight = current.removeValue(forKey: fingerprint) else { return nil }
        detached[flight.epoch] = flight
        return flight.epoch
    }

    /// Detaches every current flight.
    package mutating func detachAll() {
        for fingerprint in Array(current.keys) { detach(fingerprint) }
    }

    // MARK: - Ending

    /// Whether the flight is current and was not cancelled, so that its result may be published.
    package func isCurrent(_ key: FlightKey) -> Bool {
        guard let flight = current[key.fingerprint], flight.epoch == key.epoch else { return false }
        return !flight.isCancelled
    }

    /// The execution has ended: the flight leaves the table by identity.
    package mutating func settle(_ key: FlightKey, _ result: Result) -> Settlement {
        let isCurrent = isCurrent(key)
        guard var flight = remove(key) else {
            return Settlement(isCurrent: false, joins: 0, served: [], vacated: [])
        }
        let waiting = flight.seats.releaseWaiting()
        let isDrained = flight.isCancelled
        if !flight.seats.isEmpty {
            flight.phase = isDrained ? .vacated : .settled(result)
            detached[key.epoch] = flight
        }
        return Settlement(
            isCurrent: isCurrent, joins: flight.joins, served: isDrained ? [] : waiting,
            vacated: isDrained ? waiting : [])
    }

    /// From here on every claim is answered with ``Claim/closed``.
    package mutating func close() {
        isClosed = true
    }

    /// Gives up every flight that has not ended: shutdown has run out of time.
    ///
    /// - Returns: All who were waiting, who get no result, and the tasks to cancel.
    package mutating func abandonAll() -> (waiting: [Continuation], tasks: [Task<Void, Never>]) {
        detachAll()
        var waiting: [Continuation] = []
        var tasks: [Task<Void, Never>] = []
        // The oldest first: in the order of a dictionary the same run could not be repeated.
        for epoch in detached.keys.sorted() {
            guard var flight = detached.removeValue(forKey: epoch) else { continue }
            waiting += flight.seats.releaseWaiting()
            if let task = flight.task { tasks.append(task) }
            if case .settled = flight.phase {} else { flight.phase = .vacated }
            if !flight.seats.isEmpty { detached[epoch] = flight }
        }
        return (waiting, tasks)
    }

    // MARK: - Finding by identity

    private mutating func remove(_ key: FlightKey) -> Member? {
        if let index = current.index(forKey: key.fingerprint), current.values[index].epoch == key.epoch {
            return current.remove(at: index).value
        }
        guard let flight = detached.removeValue(forKey: key.epoch) else { return nil }
        switch flight.phase {
        case .settled, .vacated:
            detached[key.epoch] = flight
            return nil
        case .running, .abandoned, .overdue, .draining:
            return flight
        }
    }

    private mutating func update<T>(_ key: FlightKey, _ body: (inout Member) -> T) -> T? {
        if let index = current.index(forKey: key.fingerprint), current.values[index].epoch == key.epoch {
            return body(&current.values[index])
        }
        guard let index = detached.index(forKey: key.epoch) else { return nil }
        let result = body(&detached.values[index])
        if case .settled = detached.values[index].phase, detached.values[index].seats.isEmpty {
            detached.remove(at: index)
        } else if case .vacated = detached.values[index].phase, detached.values[index].seats.isEmpty {
            detached.remove(at: index)
        }
        return result
    }
}
