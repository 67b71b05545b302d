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
        let beginsInline = isFreeToBegin && (!isOnActor || request.policy.start == .inline)
        let execution = Execution(of: request, in: key, by: self, at: now, beginsInline: beginsInline)
        let priority = Task.currentPriority
        // Its task can be cancelled when no request waits any more. A closure that has the execution alone needs no memory for it.
        let task =
            beginsInline
            ? Task.immediateDetached(priority: priority) { await execution.run(isolation: nil) }
            : Task.detached(priority: priority) { await execution.run(isolation: nil) }
        if let result = execution.handOver() { return result }
        return flightShards.started(key, leader: leader, task)
    }
}

extension Execution {
    /// What the task of the execution has to do.
    fileprivate enum Course {
        case works
        /// The store has to have a record before the requests get the result.
        case worksAndStores
        /// The result is there already, if its record is stored by now.
        case confirms
        /// Every request has left before it began.
        case ends
    }

    /// The task of the execution. What lasts as long as the step is in its memory; the rest is done by functions that are not async.
    ///
    /// - Parameter isolation: Nil. With it the compiler sees that no call changes the executor. It would have the runtime ask again
    ///   and again where to go on, which takes a lock of the task and 40 ns each time.
    // Inlined, because each execution would hold its frame.
    @inline(__always)
    fileprivate func run(isolation: isolated (any Actor)?) async {
        switch deduplicator.open(self) {
        case .works where request.trace == nil: await work(isolation: isolation)
        case .works: await workTraced()
        case .worksAndStores: await deduplicator.workAndStore(self)
        case .confirms: await deduplicator.confirm(self)
        case .ends: break
        }
        deduplicator.close(self)
    }

    /// Runs the step.
    // Inlined, because each execution would hold its frame.
    @inline(__always)
    private func work(isolation: isolated (any Actor)?) async {
        do {
            try await ExecutionContext.$current.withValue(
                context,
                operation: {
                    // A closure that names the isolation has it.
                    _ = isolation
                    try await request.work(self)
                }, isolation: isolation)
        } catch {
            fail(error)
        }
    }

    /// Runs the step where it may be followed: apart from ``work(isolation:)``, whose frame would have to have room for that.
    @inline(never)
    fileprivate func workTraced() async {
        do {
            try await followed { try await request.work(self) }
        } catch {
            fail(error)
        }
    }
}

extension Deduplicator {
    /// The task of an execution begins.
    @inline(never)
    fileprivate func open(_ execution: Execution) -> Execution.Course {
        if !execution.beginsInline {
            execution.setStart(time)
            if Task.isCancelled { return .ends }
        }
        guard configuration.recordStoreFailure == .failClosed else {
            begin(execution)
            return .works
        }
        if let earlier = unrecorded.result(for: execution.key.fingerprint, at: execution.startedAt) {
            execution.find(earlier)
            return .confirms
        }
        begin(execution)
        return .worksAndStores
    }

    /// The step is about to run, or its record to be opened.
    private func begin(_ execution: Execution) {
        let (request, epoch) = (execution.request, execution.key.epoch)
        request.trace?.begins(epoch, at: execution.wallTime)
        counters.count { $0.executions.started += 1 }
        bus.publish(.executionStarted, .execution(.executionStarted, request, epoch, time.wallTime))
        execution.begin(
            timeout: flightShards.armTimeout(execution.key, request.policy.timeout, from: execution.startedAt))
    }

    /// The execution has come to its end.
    @inline(never)
    fileprivate func close(_ execution: Execution) {
        flightShards.disarm(execution.timeout)
        finish(execution)
        execution.request.ended?(execution.key.epoch)
        flightShards.executionEnded()
    }

    // MARK: - Records, when the store has to have them

    /// Runs the step between opening its record and storing it.
    fileprivate func workAndStore(_ execution: Execution) async {
        if await openRecord(execution) {
            await execution.workTraced()
            await storeRecord(execution)
        }
    }

    /// Makes sure that the store can take a record before anything is run, and that a request still wants it run.
    ///
    /// - Returns: Whether the step is to be run.
    private func openRecord(_ execution: Execution) async -> Bool {
        let request = execution.request
        let end = await save(ExecutionRecord(step: request.step, fingerprint: request.fingerprint))
        if case .failure(let error) = end {
            execution.notRun(
                DedupError(
                    .recordStoreUnavailable,
                    "Step '\(request.step)' was not run, because its record could not be opened (\(type(of: error))).",
                    underlying: error))
            return false
        }
        guard Task.isCancelled else { return true }
        execution.notRun(CancellationError())
        return false
    }

    /// Stores what has run before any request gets its result. What the store refuses is written later, as other records
    /// are, so that the history has it all the same; the result is kept back until then, and not made again.
    private func storeRecord(_ execution: Execution) async {
        let change = execution.recordOfEnd()
        let state = RecordState(writer: writer)
        let end = await save(change) { state.answered($0, change) }
        if case .failure(let error) = end {
            execution.withhold(until: state, because: .recordNotStored(step: execution.request.step, error))
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
    fileprivate func confirm(_ execution: Execution) async {
        guard case .found(let earlier) = execution.progress else {
            preconditionFailure("What is confirmed was found.")
        }
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
        execution.confirm(earlier)
    }

    // MARK: - Finishing

    /// Ends a flight whose execution has ended: in one step no request meets it any more, and if this is still the epoch the
    /// result goes into the cache. Then the record and the events follow, and at last the waiters get the result.
    private func finish(_ execution: Execution) {
        let key = execution.key
        let conclusion = execution.conclude()
        let result = conclusion.kept.result
        var removals = Removals<Fingerprint, StoredResult>()
        var unrecordedRemovals = Removals<Fingerprint, UnrecordedResult>()
        // Results that were looked at, so that none is released under the lock.
        var seen: StoredResult?
        let action = flightShards.withTable(for: key.fingerprint) { table in
            let action = table.finish(key, result, leaderTakes: execution.isInline)
            guard action.isCurrent else { return action }
            if let unrecorded = conclusion.unrecorded {
                self.unrecorded.keep(unrecorded, for: key.fingerprint, removals: &unrecordedRemovals)
            } else {
                // No request can claim between the two, and a request that finds the result already does not claim.
                cache(conclusion, of: execution, &removals, &seen)
            }
            return action
        }
        if let alarm = action.staleAlarm { flightShards.disarm(alarm) }
        cache.report(removals)
        addRecord(execution, conclusion, joins: action.joins)
        if conclusion.hasBegun { report(execution, result, isCurrent: action.isCurrent) }
        if action.leaderTakes { execution.keepForLeader(result) }
        let released = action.awaitsRelease ? flightShards.withTable(for: key.fingerprint) { $0.release(key) } : []
        for waiter in action.resume { waiter.resume(returning: .finished(result)) }
        for waiter in released { waiter.resume(returning: .finished(result)) }
        for waiter in action.claimAgain { waiter.resume(returning: .claimAgain) }
    }

    /// Puts what an execution has come to into the cache. Called under the lock of the fingerprint's flights.
    private func cache(
        _ conclusion: Execution.Conclusion, of execution: Execution,
        _ removals: inout Removals<Fingerprint, StoredResult>, _ seen: inout StoredResult?
    ) {
        let (fingerprint, kept) = (execution.key.fingerprint, conclusion.kept)
        // One that was invalidated since it was found is for this flight's waiters only.
        if let earlier = conclusion.confirmed, !unrecorded.confirm(earlier, for: fingerprint, other: &seen) { return }
        guard let timeToLive = kept.timeToLive else {
            // A refresh whose result is not cached must not leave the older one in its place.
            if execution.request.refreshes, case .success = kept.result.outcome {
                cache.removeValue(for: fingerprint, removals: &removals)
            }
            return
        }
        if execution.request.refreshes, case .failure = kept.result.outcome {
            seen = cache.peek(for: fingerprint, at: kept.result.endedAt)?.value
            if case .success? = seen?.outcome { return }
        }
        // A result that was there already has served as an answer, like a hit.
        cache.insert(
            kept.result, for: fingerprint, timeToLive: timeToLive, weight: kept.weight, at: kept.result.endedAt,
            usedAt: conclusion.confirmed == nil ? nil : execution.endedAt, removals: &removals)
    }

    private func addRecord(_ execution: Execution, _ conclusion: Execution.Conclusion, joins: Int) {
        if conclusion.hasBegun, configuration.recordStoreFailure == .failOpen {
            writer.add(execution.record(joins: joins, hasFailed: conclusion.hasFailed))
        } else if joins > 0 {
            writer.add(
                ExecutionRecord(step: execution.request.step, fingerprint: execution.key.fingerprint, joins: joins))
        }
    }

    private func report(_ execution: Execution, _ result: StoredResult, isCurrent: Bool) {
        let (request, epoch, took) = (execution.request, execution.key.epoch, execution.took)
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
