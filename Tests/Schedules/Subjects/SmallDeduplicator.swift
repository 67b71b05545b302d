internal import Caching
internal import Dedup
internal import DedupVerification

/// A deduplicator in a hundred lines: right without a bug, wrong with one.
///
/// It proves the programs and their oracle: with a bug it must fail, and without one it must not.
///
/// Unchecked: it is touched by the thread of the ``DeterministicScheduler`` alone, and suspends only where it says `await`.
final class SmallDeduplicator: Subject, @unchecked Sendable {
    private final class Flight {
        let epoch: UInt64
        let startedAt: MonotonicInstant
        var isCurrent = true
        var result: Result<UInt64, any Error>?
        var waiters: [CheckedContinuation<UInt64, any Error>] = []

        init(epoch: UInt64, startedAt: MonotonicInstant) {
            self.epoch = epoch
            self.startedAt = startedAt
        }
    }

    private struct Entry {
        let result: Result<UInt64, any Error>
        let epoch: UInt64
        let deadline: MonotonicInstant
    }

    private let bug: PlantedBug?
    private let time: VirtualTimeSource
    private var flights: [Int: Flight] = [:]
    private var running: [UInt64: Flight] = [:]
    private var entries: [Int: Entry] = [:]
    private var lastEpoch: UInt64 = 0

    private(set) var supersededEpochs: Set<UInt64> = []
    var core: Deduplicator? { nil }

    init(bug: PlantedBug?, time: VirtualTimeSource) {
        self.bug = bug
        self.time = time
    }

    func execute(
        _ request: Request, _ body: @escaping @Sendable (UInt64) async throws -> UInt64
    ) async throws -> Answer {
        let now = time.now
        if let answer = try cached(request, at: now) { return answer }
        if bug == .checkThenAct { await time.scheduler.yield() }
        if let flight = flights[request.key] {
            if (request.duplicates ?? request.plan.policy.duplicates) == .reject {
                throw DedupError(.rejected, "It is running.", executionID: flight.epoch)
            }
            return Answer(value: try await wait(for: flight), source: .joined, epoch: flight.epoch)
        }
        let flight = lead(request, at: now, body)
        return Answer(value: try await wait(for: flight), source: .executed, epoch: flight.epoch)
    }

    func invalidate(_ key: Int) {
        entries[key] = nil
        if bug == .forgottenFlight { return }
        flights.removeValue(forKey: key)?.isCurrent = false
    }

    func invalidateAll() {
        for key in Set(flights.keys).union(entries.keys) { invalidate(key) }
    }

    // MARK: - Flights

    private func cached(_ request: Request, at now: MonotonicInstant) throws -> Answer? {
        guard let entry = entries[request.key], now < entry.deadline else { return nil }
        return Answer(value: try entry.result.get(), source: .hit, epoch: entry.epoch)
    }

    private func wait(for flight: Flight) async throws -> UInt64 {
        try await withCheckedThrowingContinuation { continuation in
            // A task may be suspended between two functions, so the flight may have ended meanwhile.
            if let result = flight.result {
                continuation.resume(with: result)
            } else {
                flight.waiters.append(continuation)
            }
        }
    }

    private func lead(
        _ request: Request, at now: MonotonicInstant, _ body: @escaping @Sendable (UInt64) async throws -> UInt64
    ) -> Flight {
        lastEpoch += 1
        let epoch = lastEpoch
        let flight = Flight(epoch: epoch, startedAt: now)
        flights[request.key] = flight
        running[epoch] = flight
        // Begins before this returns, as the library's executions do.
        Task.immediateDetached {
            let result: Result<UInt64, any Error>
            do { result = .success(try await body(epoch)) } catch { result = .failure(error) }
            await self.finish(request, epoch, result)
        }
        if let timeout = request.plan.policy.timeout.duration {
            Task.detached {
                try? await self.time.sleep(until: now.advanced(by: timeout))
                self.supersede(request.key, epoch)
            }
        }
        return flight
    }

    private func supersede(_ key: Int, _ epoch: UInt64) {
        guard let flight = flights[key], flight.epoch == epoch else { return }
        flight.isCurrent = false
        flights[key] = nil
        supersededEpochs.insert(epoch)
    }

    private func finish(_ request: Request, _ epoch: UInt64, _ result: Result<UInt64, any Error>) async {
        guard let flight = running.removeValue(forKey: epoch) else { return }
        let now = time.now
        if bug == .latePublication {
            if flight.isCurrent { flights[request.key] = nil }
            wake(flight, result)
            await time.scheduler.yield()
            if flight.isCurrent { publish(request, flight, result, at: now) }
            return
        }
        if flight.isCurrent || bug == .lateResult { publish(request, flight, result, at: now) }
        let isForgotten = if case .failure = result { bug == .stuckFailure } else { false }
        if flight.isCurrent && !isForgotten || bug == .strangersFlight { flights[request.key] = nil }
        wake(flight, result)
    }

    private func publish(
        _ request: Request, _ flight: Flight, _ result: Result<UInt64, any Error>, at now: MonotonicInstant
    ) {
        if case .failure = result, bug != .cachedFailure { return }
        let deadline: MonotonicInstant
        switch request.plan.freshness.lifetime {
        case .unbounded: deadline = .distantFuture
        case .fixed(let time): deadline = now.advanced(byNanoseconds: Int64(time) * (bug == .staleHit ? 2 : 1))
        case .none, .sliding: return
        }
        entries[request.key] = Entry(result: result, epoch: flight.epoch, deadline: deadline)
    }

    private func wake(_ flight: Flight, _ result: Result<UInt64, any Error>) {
        flight.result = result
        let isShort = bug == .droppedWaiter && flight.waiters.count > 1
        for waiter in flight.waiters.dropLast(isShort ? 1 : 0) { waiter.resume(with: result) }
    }
}
