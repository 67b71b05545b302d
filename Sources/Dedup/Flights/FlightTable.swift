package import Caching

/// The flights of one shard as a pure state machine: events go in, actions come out, and nothing foreign runs inside.
///
/// A flight is *current* while newcomers with its fingerprint meet it, and *detached* once they no longer do: because
/// it was superseded, invalidated, cancelled under ``OverlapPolicy/allowed``, or because it has ended. A detached
/// flight still serves its waiters. Each fingerprint has at most one current flight; epochs grow, so the flight that a
/// late event speaks of is always found by identity and never mistaken for its successor.
package struct FlightTable<Continuation: Sendable, Result: Sendable, Label: Sendable>: ~Copyable, Sendable {
    /// Which requests the table accepts, from the most to the fewest.
    package enum Acceptance: Int, Comparable, Sendable {
        case all
        /// Only those that come from an execution in progress, so that it can come to its end.
        case nested
        case none

        package static func < (lhs: Acceptance, rhs: Acceptance) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    // Flights lie side by side, each at the place that its key names, so that every event but a claim finds its flight
    // without a hash.
    private var flights: [Flight<Continuation, Result, Label>] = []
    private var free: [Int] = []
    /// The places of the current flights.
    private var current = FingerprintIndex()
    /// How many detached executions of a fingerprint have not ended.
    private var detachedRunning: [Fingerprint: Int] = [:]
    private var acceptance = Acceptance.all
    private let flightLimit: Int
    private let waiterLimit: Int

    /// Makes an empty table that holds at most `flightLimit` running flights, each with at most `waiterLimit` waiters.
    package init(flightLimit: Int, waiterLimit: Int) {
        self.flightLimit = flightLimit
        self.waiterLimit = waiterLimit
    }

    /// How many flights have not ended, or have ended with waiters that are yet to take their result.
    package var count: Int { flights.count - free.count }

    /// Whether a newcomer with this fingerprint would meet a flight.
    package func hasFlight(for fingerprint: Fingerprint) -> Bool {
        currentIndex(fingerprint) != nil
    }

    private func currentIndex(_ fingerprint: Fingerprint) -> Int? {
        current.find(fingerprint) { flights[$0].fingerprint == fingerprint }
    }

    /// How many requests wait for the current flight of this fingerprint, or are about to.
    package func waiterCount(for fingerprint: Fingerprint) -> Int {
        currentIndex(fingerprint).map { flights[$0].waiters.count } ?? 0
    }

    /// What a flight is known by, unless its execution has ended.
    package func label(of key: FlightKey) -> Label? { holds(key) ? flights[key.index].label : nil }

    /// Lists the executions that have not ended, the oldest first.
    package func running<Description>(
        _ describe: (Label, FlightKey, _ startedAt: MonotonicInstant, _ waiters: Int) -> Description
    ) -> [Description] {
        runningIndices.compactMap { index in
            let flight = flights[index]
            let key = FlightKey(fingerprint: flight.fingerprint, epoch: flight.epoch, index: index)
            return flight.label.map { describe($0, key, flight.startedAt, flight.waiters.count) }
        }
    }

    /// The places of the executions that have not ended, the oldest first, so that the same run can be repeated.
    private var runningIndices: [Int] {
        flights.indices.filter { flights[$0].isRunning }.sorted { flights[$0].epoch < flights[$1].epoch }
    }

    // MARK: - Joining

    /// A request wants the work of `fingerprint` done. `isNested` says that it comes from an execution in progress.
    package mutating func claim(
        _ fingerprint: Fingerprint, duplicates: DuplicateMode, rules: FlightRules, label: Label, isNested: Bool = false,
        at now: MonotonicInstant, epoch: () -> UInt64
    ) -> Claim {
        switch acceptance {
        case .all: break
        case .nested: if !isNested { return .closed }
        case .none: return .closed
        }
        guard let index = currentIndex(fingerprint) else {
            return lead(fingerprint, rules: rules, label: label, at: now, epoch: epoch)
        }
        let (epoch, startedAt) = (flights[index].epoch, flights[index].startedAt)
        switch flights[index].phase {
        case .overdue:
            return .overdue(epoch: epoch, startedAt: startedAt)
        case .running, .abandoned, .cancelled:
            if duplicates == .reject { return .rejected(epoch: epoch, startedAt: startedAt) }
            return join(FlightKey(fingerprint: fingerprint, epoch: epoch, index: index))
        case .finished, .released, .discarded, .free:
            preconditionFailure("A flight that has ended is detached in the same step.")
        }
    }

    private mutating func join(_ key: FlightKey) -> Claim {
        guard flights[key.index].waiters.count < waiterLimit else { return .tooManyWaiters(epoch: key.epoch) }
        let waiter = flights[key.index].waiters.add()
        if case .cancelled = flights[key.index].phase { return .waitForEnd(key, waiter) }
        flights[key.index].phase = .running
        return .join(key, waiter)
    }

    private mutating func lead(
        _ fingerprint: Fingerprint, rules: FlightRules, label: Label, at now: MonotonicInstant, epoch: () -> UInt64
    ) -> Claim {
        guard count < flightLimit else { return .tooManyFlights }
        let epoch = epoch()
        let index: Int
        if let last = free.popLast() {
            index = last
            flights[index].restart(fingerprint, epoch: epoch, startedAt: now, rules: rules, label: label)
        } else {
            index = flights.count
            flights.append(Flight(fingerprint, epoch: epoch, startedAt: now, rules: rules, label: label))
        }
        current.insert(index, for: fingerprint)
        return .lead(FlightKey(fingerprint: fingerprint, epoch: epoch, index: index), flights[index].leader)
    }

    /// A waiter suspends, unless there is nothing left to wait for.
    package mutating func suspend(_ key: FlightKey, _ waiter: WaiterID, _ continuation: Continuation) -> Suspension {
        guard holds(key), flights[key.index].waiters.hasNotSuspended(waiter) else { return .left }
        switch flights[key.index].phase {
        case .released(let result):
            removeWaiter(waiter, of: key.index)
            return .finished(result)
        case .discarded, .overdue(isCancelled: true):
            removeWaiter(waiter, of: key.index)
            return .claimAgain
        case .cancelled where !flights[key.index].isCurrent:
            removeWaiter(waiter, of: key.index)
            return .claimAgain
        case .running, .abandoned, .overdue(isCancelled: false), .cancelled, .finished:
            flights[key.index].waiters.suspend(waiter, continuation)
            return .suspended
        case .free:
            return .left
        }
    }

    private mutating func removeWaiter(_ waiter: WaiterID, of index: Int) {
        _ = flights[index].waiters.remove(waiter)
        freeIfOver(index)
    }

    // MARK: - Leaving

    /// A waiter leaves: its request was cancelled, or its deadline has passed. The others do not notice.
    ///
    /// - Parameter hasBegun: Whether the work may have begun. If not, the last to leave has the execution cancelled, whatever
    ///   the rules say of executions that are abandoned.
    package mutating func leave(_ key: FlightKey, _ waiter: WaiterID, hasBegun: Bool = true) -> LeaveAction {
        var action = LeaveAction()
        guard holds(key) else { return action }
        switch flights[key.index].waiters.remove(waiter) {
        case .unknown: return action
        case .joined: break
        case .suspended(let continuation): action.resume = continuation
        }
        guard flights[key.index].waiters.isEmpty else { return action }
        switch flights[key.index].phase {
        case .finished(let result), .released(let result): action.untakenResult = result
        case .running, .abandoned, .overdue, .cancelled, .discarded, .free: break
        }
        action.abandonment = flights[key.index].abandon(hasBegun: hasBegun)
        switch action.abandonment {
        case .none: break
        case .startGrace: action.staleAlarm = flights[key.index].graceAlarm.take()
        case .cancel:
            action.task = flights[key.index].task
            makeRoomIfOverlapIsAllowed(key.index)
        }
        freeIfOver(key.index)
        return action
    }

    /// The alarm `ticket` is set for the end of the grace period that began when the last waiter left for the `round`-th
    /// time.
    ///
    /// - Returns: Whether it is needed: false when a request has joined meanwhile, or the execution has ended.
    package mutating func graceAlarmSet(_ key: FlightKey, round: Int, _ ticket: UInt64) -> Bool {
        guard holds(key), case .abandoned(round) = flights[key.index].phase else { return false }
        flights[key.index].graceAlarm = ticket
        return true
    }

    /// The grace period that began when the last waiter left for the `round`-th time has ended.
    ///
    /// - Returns: Whether to cancel the execution: no when a request has joined meanwhile, or the execution has ended.
    package mutating func graceEnded(_ key: FlightKey, round: Int) -> LeaveAction {
        guard holds(key), case .abandoned(round) = flights[key.index].phase else { return LeaveAction() }
        flights[key.index].phase = .cancelled
        flights[key.index].graceAlarm = nil
        makeRoomIfOverlapIsAllowed(key.index)
        return LeaveAction(abandonment: .cancel, task: flights[key.index].task)
    }

    private mutating func makeRoomIfOverlapIsAllowed(_ index: Int) {
        if flights[index].isCurrent, flights[index].rules.overlap == .allowed, mayOverlap(index) { detach(index) }
    }

    /// Whether another execution may start beside that of a current flight.
    private func mayOverlap(_ index: Int) -> Bool {
        let detached = detachedRunning[flights[index].fingerprint] ?? 0
        return detached + 2 <= flights[index].rules.overlapLimit
    }

    // MARK: - Running

    /// The flight's execution runs in `task`, or has ended already; then `leader` takes its result, if that is released and
    /// unless it has suspended.
    package mutating func started(_ key: FlightKey, leader: WaiterID, _ task: Task<Void, Never>) -> StartAction {
        guard holds(key) else { return StartAction() }
        switch flights[key.index].phase {
        case .running, .abandoned, .overdue, .cancelled, .discarded:
            flights[key.index].task = task
            return StartAction(cancels: flights[key.index].isCancelled)
        case .released(let result) where flights[key.index].waiters.hasNotSuspended(leader):
            removeWaiter(leader, of: key.index)
            return StartAction(result: result)
        case .finished, .released, .free:
            return StartAction()
        }
    }

    // MARK: - Time and invalidation

    /// The execution has exceeded its timeout.
    package mutating func timedOut(_ key: FlightKey) -> TimeoutAction {
        guard holds(key), flights[key.index].isCurrent else { return TimeoutAction() }
        let keepsKey: Bool
        switch flights[key.index].rules.timeout {
        case .none: return TimeoutAction()
        case .hold: keepsKey = true
        case .supersede: keepsKey = !mayOverlap(key.index)
        }
        let (claimAgain, abandonment) = flights[key.index].exceedTimeout(keepsKey: keepsKey)
        var action = TimeoutAction(claimAgain: claimAgain)
        if abandonment == .cancel {
            action.task = flights[key.index].task
            makeRoomIfOverlapIsAllowed(key.index)
        }
        if !keepsKey {
            detach(key.index)
            action.isSuperseded = true
        }
        return action
    }

    /// What is current for `fingerprint` no longer is: its waiters get its value, the cache does not, and the requests that
    /// wait for its end need not wait any more.
    package mutating func detach(_ fingerprint: Fingerprint) -> DetachAction {
        guard let index = currentIndex(fingerprint) else { return DetachAction() }
        detach(index)
        return DetachAction(epoch: flights[index].epoch, claimAgain: releaseNewcomers(index))
    }

    /// Detaches every current flight whose label meets a condition.
    ///
    /// - Returns: How many, and the requests that waited for a cancelled flight to end, and claim again.
    package mutating func detachAll(where isMeant: (Label) -> Bool) -> (count: Int, claimAgain: [Continuation]) {
        // The oldest first, so that the same run can be repeated.
        let indices = flights.indices.filter { flights[$0].isCurrent && (flights[$0].label.map(isMeant) ?? false) }
            .sorted { flights[$0].epoch < flights[$1].epoch }
        for index in indices { detach(index) }
        return (indices.count, indices.flatMap { releaseNewcomers($0) })
    }

    /// Takes the requests that wait for the end of a cancelled flight out of it.
    private mutating func releaseNewcomers(_ index: Int) -> [Continuation] {
        guard case .cancelled = flights[index].phase else { return [] }
        return flights[index].waiters.removeSuspended()
    }

    /// Newcomers do not meet the flight any more, whose execution goes on.
    private mutating func detach(_ index: Int) {
        removeCurrent(index)
        detachedRunning[flights[index].fingerprint, default: 0] += 1
    }

    private mutating func removeCurrent(_ index: Int) {
        flights[index].isCurrent = false
        current.remove(index)
    }

    // MARK: - Ending

    /// Whether the flight is current and was not cancelled, so that its result may be published.
    package func isCurrent(_ key: FlightKey) -> Bool {
        holds(key) && flights[key.index].isCurrent && !flights[key.index].isCancelled
    }

    /// The execution has ended: no request meets its flight from here on. The caller reports the result, resumes the waiters
    /// that had suspended, and releases the result to those that had not.
    ///
    /// - Parameter leaderTakes: Whether the leader, which has not suspended, takes the result from the caller of this.
    package mutating func finish(_ key: FlightKey, _ result: Result, leaderTakes: Bool = false) -> FinishAction {
        guard holds(key), flights[key.index].isRunning else { return FinishAction() }
        var action = FinishAction(isCurrent: isCurrent(key), label: flights[key.index].takeLabel())
        action.staleAlarm = flights[key.index].graceAlarm.take()
        endRunning(key.index)
        if flights[key.index].isCancelled {
            action.claimAgain = flights[key.index].waiters.removeSuspended()
            flights[key.index].phase = .discarded
        } else {
            let leader = flights[key.index].leader
            let hasLeader = flights[key.index].waiters.contains(leader)
            action.joins = flights[key.index].waiters.count - (hasLeader ? 1 : 0)
            if leaderTakes, flights[key.index].waiters.hasNotSuspended(leader) {
                _ = flights[key.index].waiters.remove(leader)
                action.leaderTakes = true
            }
            action.resume = flights[key.index].waiters.removeSuspended()
            action.awaitsRelease = !flights[key.index].waiters.isEmpty
            flights[key.index].phase = .finished(result)
        }
        freeIfOver(key.index)
        return action
    }

    /// The result of a flight that has ended is reported, so that every waiter may have it.
    ///
    /// - Returns: The waiters that have suspended since the end, and get it now.
    package mutating func release(_ key: FlightKey) -> [Continuation] {
        guard holds(key), case .finished(let result) = flights[key.index].phase else { return [] }
        let suspended = flights[key.index].waiters.removeSuspended()
        flights[key.index].phase = .released(result)
        freeIfOver(key.index)
        return suspended
    }

    /// The execution of a flight no longer counts as running.
    private mutating func endRunning(_ index: Int) {
        if flights[index].isCurrent { return removeCurrent(index) }
        let fingerprint = flights[index].fingerprint
        let others = (detachedRunning[fingerprint] ?? 1) - 1
        detachedRunning[fingerprint] = others > 0 ? others : nil
    }

    /// From here on only the requests that `acceptance` names are accepted; the others get ``Claim/closed``. What was
    /// excluded before stays so.
    package mutating func restrict(to acceptance: Acceptance) {
        self.acceptance = max(self.acceptance, acceptance)
    }

    /// Gives up every flight that has not ended: shutdown has run out of time.
    package mutating func giveUpAll() -> GiveUpAction {
        var action = GiveUpAction()
        // They are found before the first of them is freed, because the table gives its places back with the last.
        for index in runningIndices {
            action.claimAgain += flights[index].waiters.removeSuspended()
            if let task = flights[index].task { action.tasks.append(task) }
            if let label = flights[index].takeLabel() { action.labels.append(label) }
            endRunning(index)
            flights[index].phase = .discarded
            freeIfOver(index)
        }
        return action
    }

    // MARK: - Finding by identity

    private func holds(_ key: FlightKey) -> Bool {
        key.index < flights.count && flights[key.index].epoch == key.epoch
    }

    /// Frees the place of a flight that has ended and has no waiter left.
    private mutating func freeIfOver(_ index: Int) {
        guard flights[index].isOver else { return }
        flights[index].clear()
        free.append(index)
        // After a rush the memory goes back once every flight has ended.
        if free.count == flights.count, flights.count > 1_024 {
            (flights, free) = ([], [])
            current.removeAll()
        }
    }
}
