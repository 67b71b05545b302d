internal import Caching

// The execution itself: the step runs in a task of the library's own, and its end is settled in a fixed order.
extension Deduplicator {
    /// Starts the flight's execution.
    ///
    /// It begins on the caller's own thread and goes on elsewhere from its first suspension on, which saves a change of
    /// threads for each short step. Not so for a caller who may have to leave early, because it could not leave before
    /// that first suspension; nor for one inside a step, whose stack would grow with each step in another.
    func start(_ request: Request, _ key: FlightKey) {
        flightShards.run(key, immediately: request.deadline == nil && request.caller == nil) {
            await self.run(request, key)
            self.flightShards.executionEnded()
        }
    }

    private func run(_ request: Request, _ key: FlightKey) async {
        let start = time.now
        var execution = Execution(key: key, startedAt: start, wallTime: time.wallTime)
        // Whoever asked for it has gone before it began: there is nothing to run it for.
        if Task.isCancelled { return settle(request, execution) }
        execution.begin()
        counters.count { $0.executions.started += 1 }
        if events.hasSubscribers { events.publish(.executionStarted(details(request, key.epoch))) }
        let timeout = flightShards.armTimeout(key, request.policy.timeout, from: start)
        let context = ExecutionContext(
            executionID: key.epoch, epoch: key.epoch, step: request.step, fingerprint: request.fingerprint)
        do {
            if configuration.recordStoreFailure == .failClosed { try await openRecord(request) }
            let end = await Result {
                try await ExecutionContext.$current.withValue(context) { try await request.work(context) }
            }
            execution.end(end, at: time.now)
            if configuration.recordStoreFailure == .failClosed { await storeRecord(request, &execution) }
        } catch {
            execution.fail(error, at: time.now)
        }
        flightShards.disarm(timeout)
        settle(request, execution)
    }

    // MARK: - Records, when the store has to have them

    /// Makes sure that the store can take a record before anything is run, and that somebody still wants it run.
    private func openRecord(_ request: Request) async throws {
        do {
            try await save(ExecutionRecord(step: request.step, fingerprint: request.fingerprint))
        } catch {
            throw DedupError(
                .recordStoreUnavailable,
                "Step '\(request.step)' was not run, because its record could not be opened (\(type(of: error))).",
                underlying: error)
        }
        try Task.checkCancellation()
    }

    /// Stores what has run before anybody gets its result. What the store refuses is written later, as other records are,
    /// so that the history has it all the same; so is what it refuses after its time was up.
    private func storeRecord(_ request: Request, _ execution: inout Execution) async {
        let change = execution.record(of: request, joins: 0)
        do {
            try await save(change) { [writer] in writer.add(change) }
        } catch {
            if !(error is TimeIsUp) { writer.add(change) }
            execution.refuse(
                DedupError(
                    .recordStoreUnavailable,
                    "Step '\(request.step)' has run, but its record could not be stored (\(type(of: error))).",
                    underlying: error))
        }
    }

    /// Saves one record, within ``DeduplicatorConfiguration/recordTimeout`` and whether or not the execution is cancelled.
    /// Calls `lateFailure` if the store refuses it after that.
    private func save(_ change: ExecutionRecord, lateFailure: @escaping @Sendable () -> Void = {}) async throws {
        let saved = OneShot<Result<Void, any Error>>()
        Task.detached { [store] in
            let end = await Result { try await store.save([change]) }
            if !saved.fulfil(end), case .failure = end { lateFailure() }
        }
        let deadline = time.now.advanced(by: configuration.recordTimeout)
        try await flightShards.value(of: saved, by: deadline, otherwise: .failure(TimeIsUp())).get()
    }

    // MARK: - Settling

    /// Settles an execution that has ended: is this still the epoch? then the cache, the flight, the record, and at last
    /// those who wait.
    private func settle(_ request: Request, _ execution: Execution) {
        let key = execution.key
        let (boxed, timeToLive, weight) = execution.keeping(under: request.policy)
        let result = FlightResult(outcome: boxed, executionID: key.epoch, isRefusal: execution.isRefusal)
        var removals = Removals<Fingerprint, CachedResult>()
        let settlement = flightShards.withTable(for: key.fingerprint) { table in
            let settlement = table.settle(key, result)
            if let timeToLive, settlement.isCurrent {
                // Nobody can claim between the two, and whoever finds the result already does not claim.
                cache.insert(
                    CachedResult(payload: boxed, executionID: key.epoch, stepNumber: request.stepNumber),
                    for: key.fingerprint, timeToLive: timeToLive, weight: weight, at: execution.endedAt,
                    removals: &removals)
            }
            return settlement
        }
        if let alarm = settlement.staleAlarm { flightShards.disarm(alarm) }
        cache.report(removals)
        if execution.hasBegun {
            addRecord(request, execution, joins: settlement.joins)
            report(request, execution, isCurrent: settlement.isCurrent)
        }
        for waiter in settlement.served { waiter.resume(returning: .settled(result)) }
        for waiter in settlement.vacated { waiter.resume(returning: .vacated) }
    }

    private func addRecord(_ request: Request, _ execution: Execution, joins: Int) {
        if configuration.recordStoreFailure == .failOpen {
            writer.add(execution.record(of: request, joins: joins))
        } else if joins > 0 {
            writer.add(ExecutionRecord(step: request.step, fingerprint: request.fingerprint, joins: joins))
        }
    }

    private func report(_ request: Request, _ execution: Execution, isCurrent: Bool) {
        let (epoch, took) = (execution.key.epoch, execution.took)
        switch (execution.result, isCurrent) {
        case (.failure(let error), _):
            counters.count { $0.executions.failed += 1 }
            if events.hasSubscribers {
                events.publish(.executionFailed(details(request, epoch), duration: took, error: error))
            }
        case (.success, true):
            counters.count { $0.executions.succeeded += 1 }
            if events.hasSubscribers { events.publish(.executionCompleted(details(request, epoch), duration: took)) }
        case (.success, false):
            counters.count { $0.executions.superseded += 1 }
            if events.hasSubscribers { events.publish(.executionSuperseded(details(request, epoch), duration: took)) }
        }
    }
}

/// What was waited for has not come in time.
struct TimeIsUp: Error {}
