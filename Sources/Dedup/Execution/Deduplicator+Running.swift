internal import Caching

// The execution itself: the step runs in a task of the library's own, and its end is settled in a fixed order.
extension Deduplicator {
    /// Starts the flight's execution. A step that never suspends has ended when this returns.
    func start<Value: Sendable>(_ work: Work<Value>, _ key: FlightKey, at now: MonotonicInstant) {
        counters.count(execution: \.started)
        if events.hasSubscribers { events.publish(.executionStarted(details(work, key.epoch))) }
        flights.run(key) { await self.run(work, key, from: now) }
    }

    private func run<Value: Sendable>(_ work: Work<Value>, _ key: FlightKey, from start: MonotonicInstant) async {
        let startedAt = time.wallTime
        let timeout = flights.armTimeout(key, work.policy.timeout, from: start)
        let context = ExecutionContext(
            executionID: key.epoch, epoch: key.epoch, step: work.step, fingerprint: work.fingerprint)
        var result: Result<Value, any Error>
        var end = start
        do {
            try await openRecord(work)
            do {
                result = .success(
                    try await ExecutionContext.$current.withValue(context) { try await work.body(context) })
            } catch {
                result = .failure(error)
            }
            end = time.now
            flights.disarm(timeout)
            result = await record(work, result, startedAt, start.duration(to: end))
        } catch {
            end = time.now
            flights.disarm(timeout)
            result = .failure(error)
        }
        settle(work, key, result, took: start.duration(to: end), endedAt: end)
    }

    // MARK: - Records

    /// Makes sure, where the configuration asks for it, that the store can take a record before anything is run.
    private func openRecord<Value>(_ work: Work<Value>) async throws {
        guard configuration.recordStoreFailure == .failClosed else { return }
        do {
            try await store.save([ExecutionRecord(step: work.step, fingerprint: work.fingerprint)])
        } catch {
            throw DedupError(
                .recordStoreUnavailable,
                "Step '\(work.step)' was not run, because its record could not be opened: \(error)", underlying: error)
        }
    }

    private func record<Value>(
        _ work: Work<Value>, _ result: Result<Value, any Error>, _ startedAt: WallTime, _ took: Duration
    ) async -> Result<Value, any Error> {
        let failed = if case .failure = result { true } else { false }
        let change = ExecutionRecord.execution(
            step: work.step, fingerprint: work.fingerprint, startedAt: startedAt, duration: took, failed: failed)
        guard configuration.recordStoreFailure == .failClosed else {
            writer.add(change)
            return result
        }
        do {
            try await store.save([change])
            return result
        } catch {
            return .failure(
                DedupError(
                    .recordStoreUnavailable,
                    "Step '\(work.step)' has run, but its record could not be stored: \(error)", underlying: error))
        }
    }

    // MARK: - Settling

    private func settle<Value: Sendable>(
        _ work: Work<Value>, _ key: FlightKey, _ result: Result<Value, any Error>, took: Duration,
        endedAt end: MonotonicInstant
    ) {
        let boxed = result.map { Boxed(value: $0) as any AnyBoxed }
        let timeToLive = timeToLive(of: result, under: work)
        var departures = Departures<Fingerprint, CachedResult>()
        let settlement = flights.withTable(for: key.fingerprint) { table in
            if let timeToLive, table.isCurrent(key) {
                cache.insert(
                    CachedResult(payload: .init(boxed), executionID: key.epoch, stepNumber: work.stepNumber),
                    for: key.fingerprint, timeToLive: timeToLive, weight: work.policy.weight, at: end,
                    departures: &departures)
            }
            return table.settle(key, FlightResult(outcome: boxed, executionID: key.epoch, endedAt: end))
        }
        cache.report(departures)
        if settlement.joins > 0 {
            writer.add(ExecutionRecord(step: work.step, fingerprint: work.fingerprint, joins: settlement.joins))
        }
        report(work, key, result, took, isCurrent: settlement.isCurrent)
        for waiter in settlement.served {
            waiter.resume(
                returning: .settled(FlightResult(outcome: boxed, executionID: key.epoch, endedAt: end)))
        }
        for waiter in settlement.vacated { waiter.resume(returning: .vacated) }
    }

    /// How long a result is cached, or nil for not at all. Cancellation and the library's own errors never are.
    private func timeToLive<Value>(of result: Result<Value, any Error>, under work: Work<Value>) -> TimeToLive? {
        switch result {
        case .success(let value):
            if let decide = work.timeToLive { return decide(value) }
            return work.policy.timeToLive
        case .failure(let error):
            return error is CancellationError || error is DedupError ? nil : work.policy.failureTimeToLive
        }
    }

    private func report<Value>(
        _ work: Work<Value>, _ key: FlightKey, _ result: Result<Value, any Error>, _ took: Duration, isCurrent: Bool
    ) {
        switch (result, isCurrent) {
        case (.failure(let error), _):
            counters.count(execution: \.failed)
            if events.hasSubscribers {
                events.publish(.executionFailed(details(work, key.epoch), duration: took, error: error))
            }
        case (.success, true):
            counters.count(execution: \.succeeded)
            if events.hasSubscribers { events.publish(.executionCompleted(details(work, key.epoch), duration: took)) }
        case (.success, false):
            counters.count(execution: \.superseded)
            if events.hasSubscribers { events.publish(.executionSuperseded(details(work, key.epoch), duration: took)) }
        }
    }
}

extension CachedResult.Payload {
    init(_ result: Result<any AnyBoxed, any Error>) {
        switch result {
        case .success(let value): self = .value(value)
        case .failure(let error): self = .failure(error)
        }
    }
}
