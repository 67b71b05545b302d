internal import Caching

// From a miss to an answer: claim a flight, wait in it, and turn how the waiting ended into an outcome.
extension Deduplicator {
    /// What a caller finds when it comes for work that it did not find in the cache.
    private enum Arrival {
        case hit(CacheHit<CachedResult>)
        case claim(FlightShards.Table.Claim)
    }

    /// Answers a request that has missed the cache.
    @usableFromInline
    func fly(_ request: Request) async throws -> BoxedOutcome {
        while true {
            let key: FlightKey
            let seat: Seat
            var isLeader = false
            switch try board(request) {
            case .hit(let outcome): return outcome
            case .lead(let ownKey, let ownSeat): (key, seat, isLeader) = (ownKey, ownSeat, true)
            case .follow(let itsKey, let itsSeat): (key, seat) = (itsKey, itsSeat)
            }
            let end: WaitEnd
            // Only a leader, whose execution began on its own thread, often finds the end of it without waiting.
            if isLeader, let result = flightShards.collect(key, seat) {
                end = .settled(result)
            } else if let deadline = request.deadline {
                end = await flightShards.wait(key, seat, until: deadline)
            } else {
                end = await flightShards.wait(key, seat)
            }
            if let caller = request.caller { noLongerWaits(caller, for: key) }
            if let outcome = try land(request, end, asLeader: isLeader) { return outcome }
        }
    }

    /// Where a request that needs an execution has found its place.
    private enum Boarding {
        case hit(BoxedOutcome)
        case lead(FlightKey, Seat)
        case follow(FlightKey, Seat)
    }

    /// Takes a seat in a flight, of its own or of another request; or finds that the answer has come meanwhile.
    @inline(never)
    private func board(_ request: Request) throws -> Boarding {
        if Task.isCancelled {
            counters.count { $0.outcomes.cancelled += 1 }
            throw CancellationError()
        }
        let now = time.now
        if let deadline = request.deadline, deadline <= now { throw deadlineExceeded(request) }
        switch arrive(request, at: now) {
        case .hit(let hit):
            return .hit(try open(hit, request.fingerprint, at: now))
        case .claim(.lead(let key, let seat)):
            if let caller = request.caller { try waits(caller, for: key, seat, request) }
            start(request, key)
            return .lead(key, seat)
        case .claim(.join(let key, let seat)):
            if let caller = request.caller { try waits(caller, for: key, seat, request) }
            if events.hasSubscribers { events.publish(.executionJoined(details(request, key.epoch))) }
            return .follow(key, seat)
        case .claim(.awaitDrained(let key, let seat)):
            if let caller = request.caller { try waits(caller, for: key, seat, request) }
            return .follow(key, seat)
        case .claim(let refusal):
            throw refused(request, refusal, at: now)
        }
    }

    /// Looks into the cache again and claims a flight in one step, so that no result can slip in between.
    private func arrive(_ request: Request, at now: MonotonicInstant) -> Arrival {
        flightShards.withTable(for: request.fingerprint) { table in
            if let hit = cache.valueAfterMiss(for: request.fingerprint, at: now) { return .hit(hit) }
            let claim = table.claim(
                request.fingerprint, duplicates: request.duplicates, rules: request.policy.flightRules,
                isNested: request.caller != nil, at: now, epoch: ExecutionNumbers.next)
            if case .lead = claim { flightShards.executionBegins() }
            return .claim(claim)
        }
    }

    /// How the waiting ended.
    ///
    /// - Returns: The outcome, or nil when the flight is gone and the caller has to claim anew.
    @inline(never)
    private func land(_ request: Request, _ end: WaitEnd, asLeader: Bool) throws -> BoxedOutcome? {
        switch end {
        case .vacated: return nil
        case .cancelled:
            counters.count { $0.outcomes.cancelled += 1 }
            throw CancellationError()
        case .deadlinePassed: throw deadlineExceeded(request)
        case .settled(let result):
            switch result.outcome {
            case .success(let boxed):
                return BoxedOutcome(
                    boxed: boxed, source: asLeader ? .executed : .joined, executionID: result.executionID)
            case .failure(let error):
                counters.count { counts in
                    if result.isRefusal { counts.outcomes.refused += 1 } else { counts.outcomes.failed += 1 }
                }
                throw error
            }
        }
    }

    /// Counts a request that has got its value in the type that it expects.
    @usableFromInline
    func countAnswer(_ source: OutcomeSource) {
        switch source {
        case .executed: counters.count { $0.outcomes.executed += 1 }
        case .joined: counters.count { $0.outcomes.joined += 1 }
        case .hit: break
        }
    }

    /// The error of an answer of another type, which counts as an answer with an error, so that it is no answer with a
    /// value.
    @usableFromInline
    func mismatched(_ type: Any.Type, _ source: OutcomeSource) -> DedupError {
        counters.count { counts in
            if case .hit = source { counts.outcomes.cachedFailures += 1 } else { counts.outcomes.refused += 1 }
        }
        return .typeMismatch(type)
    }

    // MARK: - Circles

    /// Notes that an execution waits for another, unless they would wait for each other for ever.
    private func waits(_ caller: ExecutionContext, for key: FlightKey, _ seat: Seat, _ request: Request) throws {
        if WaitGraph.shared.withLock({ $0.add(from: caller.executionID, to: key.epoch) }) { return }
        flightShards.leave(key, seat, .cancelled)
        throw recursive(request, key.epoch)
    }

    @inline(never)
    private func noLongerWaits(_ caller: ExecutionContext, for key: FlightKey) {
        WaitGraph.shared.withLock { $0.remove(from: caller.executionID, to: key.epoch) }
    }

    private func recursive(_ request: Request, _ epoch: UInt64) -> DedupError {
        counters.count { $0.outcomes.recursive += 1 }
        return DedupError(
            .recursiveExecution,
            "Step '\(request.step)' (\(request.fingerprint)) waits for itself; it would never end.",
            executionID: epoch)
    }

    // MARK: - Refusals

    private func deadlineExceeded(_ request: Request) -> DedupError {
        counters.count { $0.outcomes.deadlineExceeded += 1 }
        return DedupError(
            .deadlineExceeded, "The request for step '\(request.step)' has waited as long as its deadline allows.")
    }

    private func refused(
        _ request: Request, _ claim: FlightShards.Table.Claim, at now: MonotonicInstant
    ) -> DedupError {
        if let epoch = claim.epochInTheWay, let caller = request.caller,
            WaitGraph.shared.withLock({ $0.closesCircle(from: caller.executionID, to: epoch) })
        {
            return recursive(request, epoch)
        }
        let refusal = Refusal(claim, request, configuration, at: now)
        counters.count { $0.outcomes[keyPath: refusal.outcome] += 1 }
        if case .rejected(let epoch, _) = claim, events.hasSubscribers {
            events.publish(.executionRejected(details(request, epoch)))
        }
        return refusal.error
    }

    func details(_ request: Request, _ epoch: UInt64) -> ExecutionEvent.Details {
        ExecutionEvent.Details(
            step: request.step, fingerprint: request.fingerprint, executionID: epoch, epoch: epoch,
            time: time.wallTime)
    }
}
