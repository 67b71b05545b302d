internal import Caching

// From a fingerprint to an answer: look it up, else claim a flight, wait, and turn the end of the wait into an answer.
// Every call ends here, with or without a registry and middleware.
extension Deduplicator {
    /// Answers a request. `makeRequest` is called only if the cache has no answer.
    ///
    /// All but the waiting is done by functions that are not async: what those use is on the stack of the thread, and not in the
    /// memory of a task that waits.
    @inlinable
    func resolve(
        _ fingerprint: Fingerprint, _ call: CallOptions, _ makeRequest: () throws -> Request
    ) async throws -> Answer {
        if !call.refresh, let answer = try lookup(fingerprint) { return answer }
        let isolation: (any Actor)? = #isolation
        let request = try countingRefusal(makeRequest)
        if let answer = try begin(request, isOnActor: isolation != nil) { return answer }
        return try await end(request)
    }

    /// Claims a flight for a request, or joins one.
    ///
    /// - Returns: The answer, if there is one by now; nil if the request has to wait for it.
    // Not inlined, so that what it uses is not kept in `end(_:)`.
    @usableFromInline @inline(never)
    func begin(_ request: Request, isOnActor: Bool) throws -> Answer? {
        try answer(request, claim(request, isOnActor: isOnActor))
    }

    /// Waits for the answer of a flight, and claims again where there is none.
    @usableFromInline
    func end(_ request: Request) async throws -> Answer {
        let isolation: (any Actor)? = #isolation
        let isOnActor = isolation != nil
        while true {
            if let answer = try await wait(request) { return answer }
            if let answer = try begin(request, isOnActor: isOnActor) { return answer }
        }
    }

    /// What the cache has for a fingerprint, or nil. Counts as a request only if there is something.
    ///
    /// - Throws: The error of a cached failure.
    @usableFromInline
    func lookup(_ fingerprint: Fingerprint) throws -> Answer? {
        let now = time.now
        guard let hit = cache.value(for: fingerprint, at: now) else { return nil }
        return try answer(hit, fingerprint, at: now)
    }

    private func answer(
        _ hit: CacheHit<StoredResult>, _ fingerprint: Fingerprint, at now: MonotonicInstant
    ) throws -> Answer {
        let result = hit.value
        // The result may have been stored after the clock was read and before the cache was asked.
        let age = max(.zero, hit.storedAt.duration(to: now))
        bus.publish(.cacheHit, .cached(.cacheHit, result, fingerprint, time.wallTime, age: age))
        switch result.outcome {
        case .failure(let error):
            counters.count { $0.outcomes.cachedFailures += 1 }
            throw error
        case .success:
            return Answer(result, .cached(age: age))
        }
    }

    /// What a claim has come to.
    enum Claimed {
        case answered(Answer)
        /// The request has led an execution that has ended already.
        case finished(FlightKey, StoredResult)
        /// The request has a place in a flight.
        case waits
    }

    /// Waits for the end of a flight that a request has claimed or joined.
    ///
    /// - Returns: The answer, or nil when the flight is gone and the request has to claim again.
    // Inlined, because each suspended waiter would hold its frame.
    @inline(__always)
    func wait(_ request: Request) async throws -> Answer? {
        let end: WaitEnd
        if let deadline = request.deadline {
            end = await flightShards.wait(request, until: deadline)
        } else {
            end = await flightShards.wait(request)
        }
        return try answer(request, end)
    }

    /// Leaves a flight without having waited for its end.
    ///
    /// - Parameter hasBegun: Whether the work may have begun, where the request leads.
    func leave(_ request: Request, _ claimed: Claimed, hasBegun: Bool) {
        request.trace?.waited(.cancelled)
        guard case .waits = claimed else { return }
        let place = request.place
        flightShards.leave(place.key, place.waiter, .cancelled, hasBegun: hasBegun || !place.isLeader)
        if let caller = request.caller { noLongerWaits(caller, for: place.key) }
    }

    /// Claims a flight or joins that of another request; or finds that the answer has come meanwhile.
    @inline(never)
    func claim(_ request: Request, isOnActor: Bool) throws -> Claimed {
        if Task.isCancelled {
            counters.count { $0.outcomes.cancelled += 1 }
            throw CancellationError()
        }
        let now = time.now
        if let deadline = request.deadline, deadline <= now { throw deadlineExceeded(request) }
        var hit: CacheHit<StoredResult>?
        var leader: (any RequestTrace)?
        // The cache is asked again in one step with the claim, so that no result can slip in between.
        let claim = flightShards.withTable(for: request.fingerprint) { table -> FlightShards.Table.Claim? in
            if !request.refreshes { hit = cache.valueAfterMiss(for: request.fingerprint, at: now) }
            if hit != nil { return nil }
            let claim = table.claim(
                request.fingerprint, duplicates: request.duplicates, rules: request.policy.flightRules,
                label: request, isNested: request.isNested, at: now, epoch: ExecutionNumbers.next)
            switch claim {
            case .lead: flightShards.executionBegins()
            case .join(let key, _) where request.trace != nil: leader = table.label(of: key)?.trace
            default: break
            }
            return claim
        }
        if let hit { return .answered(try answer(hit, request.fingerprint, at: now)) }
        switch claim {
        case .lead(let key, let waiter)?:
            if let caller = request.caller { try waits(caller, for: key, waiter, request) }
            if let trace = request.trace { trace.waits(for: trace) }
            if let result = start(request, key, leader: waiter, isOnActor: isOnActor, at: now) {
                if let caller = request.caller { noLongerWaits(caller, for: key) }
                return .finished(key, result)
            }
            request.place = FlightPlace(key: key, waiter: waiter, isLeader: true)
            return .waits
        case .join(let key, let waiter)?:
            if let caller = request.caller { try waits(caller, for: key, waiter, request) }
            if let leader { request.trace?.waits(for: leader) }
            bus.publish(.executionJoined, .execution(.executionJoined, request, key.epoch, time.wallTime))
            request.place = FlightPlace(key: key, waiter: waiter, isLeader: false)
            return .waits
        case .waitForEnd(let key, let waiter)?:
            if let caller = request.caller { try waits(caller, for: key, waiter, request) }
            request.place = FlightPlace(key: key, waiter: waiter, isLeader: false)
            return .waits
        case let refusal?:
            throw refused(request, refusal, at: now)
        case nil:
            preconditionFailure("A request that finds no result claims a flight.")
        }
    }

    /// The answer that the end of a wait gives.
    ///
    /// - Returns: The answer, or nil when the flight is gone and the request has to claim again.
    @inline(never)
    private func answer(_ request: Request, _ end: WaitEnd) throws -> Answer? {
        let (key, isLeader) = (request.place.key, request.place.isLeader)
        if let caller = request.caller { noLongerWaits(caller, for: key) }
        request.trace?.waited(TracedWait(end, of: request, for: key, isLeader: isLeader))
        switch end {
        case .finished(let result): return try answer(result, key, isLeader: isLeader)
        case .claimAgain: return nil
        case .cancelled:
            counters.count { $0.outcomes.cancelled += 1 }
            throw CancellationError()
        case .deadlinePassed: throw deadlineExceeded(request)
        }
    }

    /// The answer that a claim gives without a wait; nil for a request that has to wait for it.
    func answer(_ request: Request, _ claimed: Claimed) throws -> Answer? {
        switch claimed {
        case .answered(let answer): return answer
        case .finished(let key, let result):
            request.trace?.waited(TracedWait(.finished(result), of: request, for: key, isLeader: true))
            return try answer(result, key, isLeader: true)
        case .waits: return nil
        }
    }

    private func answer(_ result: StoredResult, _ key: FlightKey, isLeader: Bool) throws -> Answer {
        switch result.outcome {
        case .success:
            guard result.executionID == key.epoch else {
                return Answer(result, .confirmed(age: result.endedAt.duration(to: time.now)))
            }
            return Answer(result, isLeader ? .executed : .joined)
        case .failure(let error):
            counters.count { counts in
                if result.isRefusal { counts.outcomes.refused += 1 } else { counts.outcomes.failed += 1 }
            }
            throw error
        }
    }

    // MARK: - Circles

    /// Notes that an execution waits for another, unless they would wait for each other for ever.
    private func waits(
        _ caller: ExecutionID, for key: FlightKey, _ waiter: WaiterID, _ request: Request
    ) throws {
        if WaitGraph.shared.withLock({ $0.add(from: caller, to: key.epoch) }) { return }
        flightShards.leave(key, waiter, .cancelled)
        throw recursive(request, key.epoch)
    }

    @inline(never)
    private func noLongerWaits(_ caller: ExecutionID, for key: FlightKey) {
        WaitGraph.shared.withLock { $0.remove(from: caller, to: key.epoch) }
    }

    // MARK: - Refusals

    private func recursive(_ request: Request, _ epoch: UInt64) -> DedupError {
        counters.count { $0.outcomes.recursive += 1 }
        return .recursive(request, epoch)
    }

    private func deadlineExceeded(_ request: Request) -> DedupError {
        counters.count { $0.outcomes.deadlineExceeded += 1 }
        return .deadlineExceeded(request)
    }

    private func refused(
        _ request: Request, _ claim: FlightShards.Table.Claim, at now: MonotonicInstant
    ) -> DedupError {
        if let epoch = claim.epochInTheWay, let caller = request.caller,
            WaitGraph.shared.withLock({ $0.closesCircle(from: caller, to: epoch) })
        {
            return recursive(request, epoch)
        }
        switch claim {
        case .rejected(let epoch, let startedAt):
            counters.count { $0.outcomes.rejected += 1 }
            bus.publish(.executionRejected, .execution(.executionRejected, request, epoch, time.wallTime))
            return .rejected(request, epoch, elapsed: startedAt.duration(to: now))
        case .overdue(let epoch, let startedAt):
            counters.count { $0.outcomes.overdue += 1 }
            return .overdue(request, epoch, elapsed: startedAt.duration(to: now))
        case .tooManyFlights, .tooManyWaiters, .closed:
            counters.count { $0.outcomes.refused += 1 }
            return .limit(claim, request, configuration)
        case .lead, .join, .waitForEnd:
            preconditionFailure("A claim that gives a place in a flight is not a refusal.")
        }
    }

    // MARK: - Counting

    /// Counts a request that has got its value in the type that it expects, and not from the cache.
    @usableFromInline
    func countAnswer(_ source: OutcomeSource) {
        counters.count { counts in
            switch source {
            case .executed: counts.outcomes.executed += 1
            case .joined: counts.outcomes.joined += 1
            case .hit: counts.outcomes.confirmed += 1
            }
        }
    }

    /// The error of an answer of another type or without a value, which counts as an answer with an error.
    @usableFromInline
    func mismatched(_ type: Any.Type, _ answer: Answer) -> DedupError {
        counters.count { counts in
            if answer.isFromCache { counts.outcomes.cachedFailures += 1 } else { counts.outcomes.refused += 1 }
        }
        if let missing = answer.boxed as? Boxed<NoValue> { return .missingResult(step: missing.value.step) }
        return .typeMismatch(type)
    }

    /// Counts a request that ends here with an error, before it can count as anything else.
    // Inlined, because generic code that calls it looks up the metadata of the result's type, 3 % of a typed hit.
    @inlinable @inline(__always)
    func countingRefusal<Result>(_ body: () throws -> Result) rethrows -> Result {
        do {
            return try body()
        } catch {
            countRefusal()
            throw error
        }
    }

    @usableFromInline @inline(never)
    func countRefusal() {
        counters.count { $0.outcomes.refused += 1 }
    }
}
