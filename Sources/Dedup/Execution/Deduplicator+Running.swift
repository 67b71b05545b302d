internal import Caching

// The execution itself: the step runs in a task of the library's own, and its end is handled in a fixed order.
extension Deduplicator {
    /// Starts the flight's execution; returns its result for the leader if it has ended by now.
    ///
    /// It begins on the caller's own thread and goes on elsewhere from its first suspension on, which saves a change of
    /// threads for each short step. Not so for a caller on an actor, which could do nothing else meanwhile, unless the
    /// policy says so; for a caller with a deadline, which could not leave before that first suspension; and for one inside
    /// a step, whose stack would grow with each step in another.
    ///
    /// - Parameter now: When the flight was claimed.
    func start(
        _ request: Request, _ key: FlightKey, leader: WaiterID, isOnActor: Bool, at now: MonotonicInstant
    ) -> StoredResult? {
        let isFreeToBegin = request.deadline == nil && request.caller == nil
        let inline = isFreeToBegin && (!isOnActor || request.policy.start == .inline)
        return flightShards.run(key, leader: leader, inline: inline) {
            // One that begins at once begins when it was claimed, as far as the clock is concerned, which is not read again.
            await self.run(request, key, startedAt: inline ? now : self.time.now)
            request.ended?(key.epoch)
            self.flightShards.executionEnded()
        }
    }

    private func run(_ request: Request, _ key: FlightKey, startedAt start: MonotonicInstant) async {
        var execution = Execution(key: key, startedAt: start, wallTime: time.wallTime)
        // Every request for it has left before it began: there is nothing to run it for.
        if Task.isCancelled { return finish(request, execution) }
        if configuration.recordStoreFailure == .failClosed,
            let earlier = unrecorded.result(for: request.fingerprint, at: start)
        {
            return await finish(request, execution, confirming: earlier)
        }
        execution.begin()
        request.trace?.begins(key.epoch, at: execution.wallTime)
        counters.count { $0.executions.started += 1 }
        bus.publish(.executionStarted, .execution(.executionStarted, request, key.epoch, time.wallTime))
        let timeout = flightShards.armTimeout(key, request.policy.timeout, from: start)
        await execute(request, &execution)
        flightShards.disarm(timeout)
        finish(request, execution)
    }

    private func execute(_ request: Request, _ execution: inout Execution) async {
        let context = ExecutionContext(
            executionID: execution.key.epoch, epoch: execution.key.epoch, step: request.step,
            fingerprint: request.fingerprint, trace: request.trace)
        do {
            if configuration.recordStoreFailure == .failClosed { try await openRecord(request) }
            let end = await Result { try await context.run { try await request.work(context) } }
            execution.end(end, wasCancelled: Task.isCancelled, step: request.step, at: time.now)
            if configuration.recordStoreFailure == .failClosed { await storeRecord(request, &execution) }
        } catch {
            execution.notRun(error, at: time.now)
        }
    }

    // MARK: - Records, when the store has to have them

    /// Makes sure that the store can take a record before anything is run, and that a request still wants it run.
    private func openRecord(_ request: Request) async throws {
        do {
            try await save(ExecutionRecord(step: request.step, fingerprint: request.fingerprint)).get()
        } catch {
            throw DedupError(
                .recordStoreUnavailable,
                "Step '\(request.step)' was not run, because its record could not be opened (\(type(of: error))).",
                underlying: error)
        }
        try Task.checkCancellation()
    }

    /// Stores what has run before any request gets its result. What the store refuses is written later, as other records
    /// are, so that the history has it all the same; the result is kept back until then, and not made again.
    private func storeRecord(_ request: Request, _ execution: inout Execution) async {
        let change = execution.record(of: request, joins: 0)
        let state = RecordState(writer: writer)
        let end = await save(change) { state.answered($0, change) }
        if case .failure(let error) = end {
            execution.withhold(until: state, because: .recordNotStored(step: request.step, error))
        }
    }

    /// Saves one record, within ``DeduplicatorConfiguration/recordTimeout`` and whether or not the execution is cancelled.
    /// Calls `ended` when the store has answered, in time or late.
    private func save(
        _ change: ExecutionRecord, ended: @escaping @Sendable (Result<Void, any Error>) -> Void = { _ in }
    ) async -> Result<Void, any Error> {
        let saved = OneShot<Result<Void, any Error>>()
        // Detached, so that the store sees nothing of the request that happens to lead.
        Task.detached { [records] in
            let end = await Result { try await records.save([change]) }
            ended(end)
            saved.fulfil(end)
        }
        let deadline = time.now.advanced(by: configuration.recordTimeout)
        return await flightShards.value(of: saved, by: deadline, otherwise: .failure(TimeIsUp()))
    }

    /// Answers with the result of an earlier execution if its record is stored by now, and refuses otherwise: the step is
    /// not run again.
    private func finish(_ request: Request, _ execution: Execution, confirming earlier: UnrecordedResult) async {
        var execution = execution
        let deadline = time.now.advanced(by: configuration.recordTimeout)
        let answered = OneShot<Bool>()
        earlier.state.fulfilWhenAnswered(answered)
        _ = await flightShards.value(of: answered, by: deadline, otherwise: false)
        if earlier.state.isRefused {
            let flushed = OneShot<Result<Void, any Error>>()
            Task.detached { flushed.fulfil(await Result { try await self.flush() }) }
            let end = await flightShards.value(of: flushed, by: deadline, otherwise: .failure(TimeIsUp()))
            if case .success = end { earlier.state.wasFlushed() }
        }
        execution.confirm(earlier, step: request.step, at: time.now)
        finish(request, execution)
    }

    // MARK: - Finishing

    /// Ends a flight whose execution has ended: in one step no request meets it any more, and if this is still the epoch the
    /// result goes into the cache. Then the record and the events follow, and at last the waiters get the result.
    private func finish(_ request: Request, _ execution: Execution) {
        let key = execution.key
        let results = execution.results(of: request)
        var removals = Removals<Fingerprint, StoredResult>()
        var unrecordedRemovals = Removals<Fingerprint, UnrecordedResult>()
        // Results that were looked at, so that none is released under the lock.
        var seen: StoredResult?
        let action = flightShards.withTable(for: key.fingerprint) { table in
            let action = table.finish(key, results.result)
            guard action.isCurrent else { return action }
            if let unrecorded = results.unrecorded {
                self.unrecorded.keep(unrecorded, for: key.fingerprint, removals: &unrecordedRemovals)
            } else {
                // No request can claim between the two, and a request that finds the result already does not claim.
                cache(results, of: request, execution, &removals, &seen)
            }
            return action
        }
        if let alarm = action.staleAlarm { flightShards.disarm(alarm) }
        cache.report(removals)
        addRecord(request, execution, joins: action.joins)
        if execution.hasBegun {
            report(request, execution, results.result, isCurrent: action.isCurrent)
        }
        let released = action.awaitsRelease ? flightShards.withTable(for: key.fingerprint) { $0.release(key) } : []
        for waiter in action.resume { waiter.resume(returning: .finished(results.result)) }
        for waiter in released { waiter.resume(returning: .finished(results.result)) }
        for waiter in action.claimAgain { waiter.resume(returning: .claimAgain) }
    }

    /// Puts what an execution has come to into the cache. Called under the lock of the fingerprint's flights.
    private func cache(
        _ results: Execution.Results, of request: Request, _ execution: Execution,
        _ removals: inout Removals<Fingerprint, StoredResult>, _ seen: inout StoredResult?
    ) {
        let fingerprint = execution.key.fingerprint
        // One that was invalidated since it was found is for this flight's waiters only.
        if case .confirmed(let earlier) = execution.progress,
            !unrecorded.confirm(earlier, for: fingerprint, other: &seen)
        {
            return
        }
        guard let kept = results.kept, let timeToLive = kept.timeToLive else {
            // A refresh whose result is not cached must not leave the older one in its place.
            if request.refreshes, case .success = results.result.outcome {
                cache.removeValue(for: fingerprint, removals: &removals)
            }
            return
        }
        if request.refreshes, case .failure = kept.result.outcome {
            seen = cache.peek(for: fingerprint, at: kept.result.endedAt)?.value
            if case .success? = seen?.outcome { return }
        }
        cache.insert(
            kept.result, for: fingerprint, timeToLive: timeToLive, weight: kept.weight, at: kept.result.endedAt,
            usedAt: results.usedAt, removals: &removals)
    }

    private func addRecord(_ request: Request, _ execution: Execution, joins: Int) {
        if execution.hasBegun, configuration.recordStoreFailure == .failOpen {
            writer.add(execution.record(of: request, joins: joins))
        } else if joins > 0 {
            writer.add(ExecutionRecord(step: request.step, fingerprint: request.fingerprint, joins: joins))
        }
    }

    private func report(_ request: Request, _ execution: Execution, _ result: StoredResult, isCurrent: Bool) {
        let (epoch, took) = (execution.key.epoch, execution.took)
        let kind: ExecutionEvent.Kind
        var failure: (any Error)?
        switch (result.outcome, isCurrent) {
        case (.failure(let error), _):
            counters.count { $0.executions.failed += 1 }
            (kind, failure) = (.executionFailed, error)
        case (.success, true):
            counters.count { $0.executions.succeeded += 1 }
            kind = .executionCompleted
        case (.success, false):
            counters.count { $0.executions.superseded += 1 }
            kind = .executionSuperseded
        }
        bus.publish(kind, .execution(kind, request, epoch, time.wallTime, duration: took, error: failure))
        request.trace?.ended(kind, error: failure, after: took)
    }
}

/// What was waited for has not come in time.
struct TimeIsUp: Error {}
