package import Caching

/// The flights of one shard as a pure state machine: events go in, decisions come out, and nothing foreign runs inside.
///
/// A flight is *current* while newcomers with its fingerprint meet it, and *detached* once they no longer do: because
/// it was superseded, invalidated, cancelled under ``OverlapPolicy/allowed``, or because it has ended. A detached
/// flight still serves those who have a seat in it. Each fingerprint has at most one current flight; epochs grow, so
/// the flight that a late event speaks of is always found by identity and never mistaken for its successor.
package struct FlightTable<Continuation: Sendable, Result: Sendable>: Sendable {
    typealias Member = Flight<Continuation, Result>

    /// Whom the table lets in, from the most to the least.
    package enum Admission: Int, Comparable, Sendable {
        case everybody
        /// Only those whom an execution in progress sends, so that it can come to its end.
        case nested
        case nobody

        package static func < (lhs: Admission, rhs: Admission) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    // FlightShards lie side by side, each at the place that its key names, so that all but a claim finds its flight without a
    // hash; a dictionary of flights cost a miss eight lookups.
    private var members: [Member] = []
    private var free: [Int] = []
    private var current: [Fingerprint: Int] = [:]
    private var admission = Admission.everybody
    private let flightLimit: Int
    private let waiterLimit: Int

    /// Makes an empty table that holds at most `flightLimit` running flights, each with at most `waiterLimit` seats.
    package init(flightLimit: Int, waiterLimit: Int) {
        self.flightLimit = flightLimit
        self.waiterLimit = waiterLimit
    }

    /// How many flights have not ended, or have ended with callers who are yet to collect their result.
    package var count: Int { members.count - free.count }

    /// Whether a newcomer with this fingerprint would meet a flight.
    package func hasFlight(for fingerprint: Fingerprint) -> Bool {
        current[fingerprint] != nil
    }

    /// How many wait for the current flight of this fingerprint, or are about to.
    package func waiterCount(for fingerprint: Fingerprint) -> Int {
        current[fingerprint].map { members[$0].seats.count } ?? 0
    }

    /// The executions that have not ended, in no particular order.
    package func running(at now: MonotonicInstant) -> [FlightDescription] {
        members.filter(\.isRunning).map { flight in
            FlightDescription(
                fingerprint: flight.fingerprint, executionID: flight.epoch,
                age: flight.startedAt.duration(to: now), waiters: flight.seats.count)
        }
    }

    // MARK: - Coming

    /// A caller wants the work of `fingerprint` done. `isNested` says that an execution in progress sends it.
    package mutating func claim(
        _ fingerprint: Fingerprint, duplicates: DuplicateMode, rules: FlightRules, isNested: Bool = false,
        at now: MonotonicInstant, epoch: () -> UInt64
    ) -> Claim {
        switch admission {
        case .everybody: break
        case .nested: if !isNested { return .closed }
        case .nobody: return .closed
        }
        guard let slot = current[fingerprint] else {
            return lead(fingerprint, rules: rules, at: now, epoch: epoch)
        }
        let (epoch, startedAt) = (members[slot].epoch, members[slot].startedAt)
        switch members[slot].phase {
        case .overdue:
            return .overdue(epoch: epoch, startedAt: startedAt)
        case .running, .abandoned, .draining:
            if duplicates == .reject { return .rejected(epoch: epoch, startedAt: startedAt) }
            return join(FlightKey(fingerprint: fingerprint, epoch: epoch, slot: slot))
        case .settled, .vacated, .gone:
            preconditionFailure("A flight that has ended is detached in the same step.")
        }
    }

    private mutating func join(_ key: FlightKey) -> Claim {
        guard members[key.slot].seats.count < waiterLimit else { return .tooManyWaiters(epoch: key.epoch) }
        let seat = members[key.slot].seats.reserve()
        if case .draining = members[key.slot].phase { return .awaitDrained(key, seat) }
        members[key.slot].phase = .running
        return .join(key, seat)
    }

    private mutating func lead(
        _ fingerprint: Fingerprint, rules: FlightRules, at now: MonotonicInstant, epoch: () -> UInt64
    ) -> Claim {
        guard count < flightLimit else { return .tooManyFlights }
        let epoch = epoch()
        let slot: Int
        if let last = free.popLast() {
            slot = last
            members[slot].restart(fingerprint, epoch: epoch, startedAt: now, rules: rules)
        } else {
            slot = members.count
            members.append(Member(fingerprint, epoch: epoch, startedAt: now, rules: rules))
        }
        current[fingerprint] = slot
        return .lead(FlightKey(fingerprint: fingerprint, epoch: epoch, slot: slot), members[slot].leader)
    }

    /// The caller who reserved `seat` suspends in it, unless there is nothing left to wait for.
    package mutating func suspend(_ key: FlightKey, _ seat: Seat, _ continuation: Continuation) -> Suspension {
        guard isHere(key), members[key.slot].seats.isReserved(seat) else { return .left }
        switch members[key.slot].phase {
        case .settled(let result):
            _ = members[key.slot].seats.leave(seat)
            departIfOver(key.slot)
            return .settled(result)
        case .vacated, .overdue(isCancelled: true):
            return vacate(key.slot, seat)
        case .draining where !members[key.slot].isCurrent:
            return vacate(key.slot, seat)
        case .running, .abandoned, .overdue(isCancelled: false), .draining:
            members[key.slot].seats.take(seat, continuation)
            return .suspended
        case .gone:
            return .left
        }
    }

    private mutating func vacate(_ slot: Int, _ seat: Seat) -> Suspension {
        _ = members[slot].seats.leave(seat)
        departIfOver(slot)
        return .vacated
    }

    /// Takes the result of a flight that has ended before the caller had to suspend.
    package mutating func collect(_ key: FlightKey, _ seat: Seat) -> Result? {
        guard isHere(key), case .settled(let result) = members[key.slot].phase,
            members[key.slot].seats.isReserved(seat)
        else { return nil }
        _ = members[key.slot].seats.leave(seat)
        departIfOver(key.slot)
        return result
    }

    // MARK: - Going

    /// A waiter goes: its caller was cancelled, or its deadline has passed. The others do not notice.
    package mutating func leave(_ key: FlightKey, _ seat: Seat) -> Departure {
        var departure = Departure()
        guard isHere(key) else { return departure }
        switch members[key.slot].seats.leave(seat) {
        case .unknown: return departure
        case .beforeWaiting: break
        case .waiting(let continuation): departure.resume = continuation
        }
        guard members[key.slot].seats.isEmpty else { return departure }
        if case .settled(let result) = members[key.slot].phase { departure.uncollected = result }
        departure.consequence = members[key.slot].abandon()
        switch departure.consequence {
        case .none: break
        case .startGrace: departure.staleAlarm = members[key.slot].graceAlarm.take()
        case .cancel:
            departure.task = members[key.slot].task
            makeRoomIfOverlapIsAllowed(key.slot)
        }
        departIfOver(key.slot)
        return departure
    }

    /// The alarm `ticket` is set for the end of the grace period that began when the last waiter left for the `round`-th
    /// time.
    ///
    /// - Returns: Whether it is needed: false when somebody has come back meanwhile, or the execution has ended.
    package mutating func graceArmed(_ key: FlightKey, round: Int, _ ticket: UInt64) -> Bool {
        guard isHere(key), case .abandoned(round) = members[key.slot].phase else { return false }
        members[key.slot].graceAlarm = ticket
        return true
    }

    /// The grace period that began when the last waiter left for the `round`-th time has ended.
    ///
    /// - Returns: The consequence; none when somebody has come back meanwhile, or the execution has ended.
    package mutating func graceEnded(_ key: FlightKey, round: Int) -> Departure {
        guard isHere(key), case .abandoned(round) = members[key.slot].phase else { return Departure() }
        members[key.slot].phase = .draining
        members[key.slot].graceAlarm = nil
        makeRoomIfOverlapIsAllowed(key.slot)
        return Departure(consequence: .cancel, task: members[key.slot].task)
    }

    private mutating func makeRoomIfOverlapIsAllowed(_ slot: Int) {
        if members[slot].isCurrent, members[slot].rules.overlap == .allowed { detach(slot) }
    }

    // MARK: - Running

    /// The flight's execution runs in `task`.
    ///
    /// - Returns: Whether it has to be cancelled at once, because everybody had left before the task was known.
    package mutating func started(_ key: FlightKey, _ task: Task<Void, Never>) -> Bool {
        guard isHere(key), members[key.slot].isRunning || members[key.slot].isCancelled else { return false }
        members[key.slot].task = task
        return members[key.slot].isCancelled
    }

    // MARK: - Time and invalidation

    /// The execution has exceeded its timeout.
    package mutating func timedOut(_ key: FlightKey) -> Timeout {
        guard isHere(key), members[key.slot].isCurrent else { return Timeout() }
        let (vacated, consequence) = members[key.slot].exceedTimeout()
        var timeout = Timeout(vacated: vacated)
        if consequence == .cancel {
            timeout.task = members[key.slot].task
            makeRoomIfOverlapIsAllowed(key.slot)
        }
        if members[key.slot].isCurrent, case .supersede = members[key.slot].rules.timeout {
            detach(key.slot)
            timeout.isSuperseded = true
        }
        return timeout
    }

    /// What is current for `fingerprint` no longer is: those who wait for its value get it, the cache does not, and those
    /// who wait for it to end need not wait any more.
    package mutating func detach(_ fingerprint: Fingerprint) -> Detachment {
        guard let slot = current[fingerprint] else { return Detachment() }
        detach(slot)
        return Detachment(epoch: members[slot].epoch, vacated: releaseNewcomers(slot))
    }

    /// Detaches every current flight.
    ///
    /// - Returns: Those who waited for a cancelled flight to end, and claim again.
    package mutating func detachAll() -> [Continuation] {
        // The oldest first, so that the same run can be repeated.
        let slots = current.values.sorted { members[$0].epoch < members[$1].epoch }
        for slot in slots { members[slot].isCurrent = false }
        current = [:]
        return slots.flatMap { releaseNewcomers($0) }
    }

    /// Takes those who wait for the end of a cancelled flight out of it.
    private mutating func releaseNewcomers(_ slot: Int) -> [Continuation] {
        guard case .draining = members[slot].phase else { return [] }
        return members[slot].seats.releaseWaiting()
    }

    private mutating func detach(_ slot: Int) {
        members[slot].isCurrent = false
        current[members[slot].fingerprint] = nil
    }

    // MARK: - Ending

    /// Whether the flight is current and was not cancelled, so that its result may be published.
    package func isCurrent(_ key: FlightKey) -> Bool {
        isHere(key) && members[key.slot].isCurrent && !members[key.slot].isCancelled
    }

    /// The execution has ended: the flight leaves the table by identity.
    package mutating func settle(_ key: FlightKey, _ result: Result) -> Settlement {
        guard isHere(key), members[key.slot].isRunning else { return Settlement() }
        var settlement = Settlement(isCurrent: isCurrent(key))
        settlement.staleAlarm = members[key.slot].graceAlarm.take()
        if members[key.slot].isCurrent { detach(key.slot) }
        if members[key.slot].isCancelled {
            settlement.vacated = members[key.slot].seats.releaseWaiting()
            members[key.slot].phase = .vacated
        } else {
            let isLed = members[key.slot].seats.isTaken(members[key.slot].leader)
            settlement.joins = members[key.slot].seats.count - (isLed ? 1 : 0)
            settlement.served = members[key.slot].seats.releaseWaiting()
            members[key.slot].phase = .settled(result)
        }
        departIfOver(key.slot)
        return settlement
    }

    /// From here on only those whom `admission` names are let in; who is not gets ``Claim/closed``. Who was shut out
    /// before stays out.
    package mutating func admit(_ admission: Admission) {
        self.admission = max(self.admission, admission)
    }

    /// Gives up every flight that has not ended: shutdown has run out of time.
    ///
    /// - Returns: All who were waiting, who get no result, and the tasks to cancel.
    package mutating func abandonAll() -> (waiting: [Continuation], tasks: [Task<Void, Never>]) {
        var waiting = detachAll()
        var tasks: [Task<Void, Never>] = []
        // The oldest first, so that the same run can be repeated. They are found before the first of them departs, because
        // the table gives its places back with the last.
        let running = members.indices.filter { members[$0].isRunning }
        for slot in running.sorted(by: { members[$0].epoch < members[$1].epoch }) {
            waiting += members[slot].seats.releaseWaiting()
            if let task = members[slot].task { tasks.append(task) }
            members[slot].phase = .vacated
            departIfOver(slot)
        }
        return (waiting, tasks)
    }

    // MARK: - Finding by identity

    private func isHere(_ key: FlightKey) -> Bool {
        key.slot < members.count && members[key.slot].epoch == key.epoch
    }

    /// Frees the place of a flight that has ended and that everybody has left.
    private mutating func departIfOver(_ slot: Int) {
        guard members[slot].isOver else { return }
        members[slot].depart()
        free.append(slot)
        // After a rush the memory goes back once everything has landed.
        if free.count == members.count, members.count > 1_024 { (members, free) = ([], []) }
    }
}
