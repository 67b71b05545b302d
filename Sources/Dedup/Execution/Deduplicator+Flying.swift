internal import Caching

// From a miss to an answer: claim a flight, wait in it, and turn how the waiting ended into an outcome.
extension Deduplicator {
    /// What a caller finds when it comes for work that it did not find in the cache.
    private enum Arrival {
        case hit(CacheHit<CachedResult>)
        case claim(Flights.Table.Claim)
    }

    func fly<Value: Sendable>(_ work: Work<Value>) async throws -> Outcome<Value> {
        while true {
            if Task.isCancelled {
                counters.count(\.cancelled)
                throw CancellationError()
            }
            let now = time.now
            if let deadline = work.deadline, deadline <= now { throw deadlineExceeded(work) }
            switch arrive(work, at: now) {
            case .hit(let hit):
                return try Outcome(open(hit, work.fingerprint, at: now), in: self)
            case .claim(.lead(let key, let seat)):
                start(work, key, at: now)
                if let outcome = try await land(work, key, seat, asLeader: true) { return outcome }
            case .claim(.join(let key, let seat)):
                publishJoin(work, key)
                if let outcome = try await land(work, key, seat, asLeader: false) { return outcome }
            case .claim(.awaitDrained(let key, let seat)):
                if let outcome = try await land(work, key, seat, asLeader: false) { return outcome }
            case .claim(let refusal):
                throw refused(work, refusal, at: now)
            }
        }
    }

    /// Looks into the cache again and claims a flight in one step, so that no result can slip in between.
    private func arrive<Value>(_ work: Work<Value>, at now: MonotonicInstant) -> Arrival {
        flights.withTable(for: work.fingerprint) { table in
            if !table.hasFlight(for: work.fingerprint),
                let hit = cache.valueAfterMiss(for: work.fingerprint, at: now)
            {
                return .hit(hit)
            }
            let claim = table.claim(
                work.fingerprint, duplicates: work.duplicates, rules: work.policy.flightRules, at: now,
                epoch: ExecutionNumbers.next)
            if case .lead = claim { flights.executionBegins() }
            return .claim(claim)
        }
    }

    /// Waits in a seat.
    ///
    /// - Returns: The outcome, or nil when the flight is gone and the caller has to claim anew.
    private func land<Value: Sendable>(
        _ work: Work<Value>, _ key: FlightKey, _ seat: Seat, asLeader: Bool
    ) async throws -> Outcome<Value>? {
        let caller = ExecutionContext.current?.executionID
        if let caller, !WaitGraph.shared.withLock({ $0.add(from: caller, to: key.epoch) }) {
            flights.leave(key, seat, .cancelled)
            counters.count(\.recursive)
            throw DedupError(
                .recursiveExecution,
                "Step '\(work.step)' (\(work.fingerprint)) waits for itself; it would never end.",
                executionID: key.epoch)
        }
        defer { if let caller { WaitGraph.shared.withLock { $0.remove(from: caller, to: key.epoch) } } }
        switch await flights.wait(key, seat, until: work.deadline) {
        case .settled(let result): return try outcome(of: result, asLeader: asLeader)
        case .vacated: return nil
        case .cancelled:
            counters.count(\.cancelled)
            throw CancellationError()
        case .deadlinePassed:
            throw deadlineExceeded(work)
        }
    }

    private func outcome<Value: Sendable>(of result: FlightResult, asLeader: Bool) throws -> Outcome<Value> {
        do {
            guard let box = try result.outcome.get() as? Boxed<Value> else {
                throw DedupError.typeMismatch(Value.self)
            }
            counters.count(asLeader ? \.executed : \.joined)
            return Outcome(
                value: box.value, source: asLeader ? .executed : .joined, executionID: result.executionID,
                epoch: result.executionID)
        } catch {
            counters.count((error as? DedupError)?.code.isRefusal == true ? \.refused : \.failed)
            throw error
        }
    }

    // MARK: - Refusals

    private func deadlineExceeded<Value>(_ work: Work<Value>) -> DedupError {
        counters.count(\.deadlineExceeded)
        return DedupError(
            .deadlineExceeded, "The request for step '\(work.step)' has waited as long as its deadline allows.")
    }

    private func refused<Value>(
        _ work: Work<Value>, _ claim: Flights.Table.Claim, at now: MonotonicInstant
    ) -> DedupError {
        switch claim {
        case .rejected(let epoch, let startedAt):
            counters.count(\.rejected)
            if events.hasSubscribers { events.publish(.executionRejected(details(work, epoch))) }
            return DedupError(
                .rejected, "Step '\(work.step)' is running for the same input, and duplicates are refused.",
                executionID: epoch, elapsed: startedAt.duration(to: now))
        case .overdue(let epoch, let startedAt):
            counters.count(\.overdue)
            return DedupError(
                .overdue,
                "Step '\(work.step)' is running for the same input beyond its timeout, and holds its key until it ends.",
                executionID: epoch, elapsed: startedAt.duration(to: now))
        case .tooManyFlights:
            counters.count(\.refused)
            return DedupError(
                .tooManyFlights,
                "\(configuration.flightLimit) executions are in progress already (flightLimit).")
        case .tooManyWaiters:
            counters.count(\.refused)
            return DedupError(
                .tooManyWaiters,
                "\(configuration.waiterLimit) requests wait for step '\(work.step)' with the same input already "
                    + "(waiterLimit).")
        case .closed:
            counters.count(\.refused)
            return DedupError(.shutDown, "The deduplicator has been shut down and starts no more work.")
        case .lead, .join, .awaitDrained:
            preconditionFailure("A claim that seats the caller is not a refusal.")
        }
    }

    private func publishJoin<Value>(_ work: Work<Value>, _ key: FlightKey) {
        if events.hasSubscribers { events.publish(.executionJoined(details(work, key.epoch))) }
    }

    func details<Value>(_ work: Work<Value>, _ epoch: UInt64) -> ExecutionEvent.Details {
        ExecutionEvent.Details(
            step: work.step, fingerprint: work.fingerprint, executionID: epoch, epoch: epoch, time: time.wallTime)
    }
}

extension DedupError.Code {
    /// Whether the library refused the request, as against a step that failed with an error of the library's.
    fileprivate var isRefusal: Bool {
        switch self {
        case .recordStoreUnavailable, .typeMismatch: true
        default: false
        }
    }
}
