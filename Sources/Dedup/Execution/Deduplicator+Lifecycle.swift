internal import Caching

// Beside requests: sweeping, writing records, and shutting down.
extension Deduplicator {
    /// Sweeps expired results, folds hit counts into records, and writes records, until the task is cancelled; then
    /// writes what is left. Everything works without it, but expired results stay until they are looked up, and hits
    /// reach the record store only when their result leaves the cache or ``flush()`` is called.
    ///
    /// - Throws: What the record store throws on the last write.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.writer.writeUntilCancelled { try await self.flush() } }
            group.addTask { await self.sweepUntilCancelled() }
        }
        // After the last sweep, because that hands hits to the writer too.
        try await writer.writeFinally { try await self.flush() }
    }

    private func sweepUntilCancelled() async {
        while !Task.isCancelled {
            do {
                try await time.sleep(until: time.now.advanced(by: configuration.sweepInterval))
            } catch {
                return
            }
            await sweep()
        }
    }

    /// Frees what has expired.
    ///
    /// The hits of a result that leaves the cache go to the record writer at once, whether it has room or not. So at a time
    /// only as many results leave as fill half of its room, the other half being for what is added meanwhile, and their
    /// hits are written before the next leave; but a store that fails or hangs does not keep expired results for longer
    /// than until the next sweep would be due.
    private func sweep() async {
        let now = time.now
        unrecorded.sweep(at: now)
        let deadline = now.advanced(by: configuration.sweepInterval)
        var cursor: CacheCursor? = CacheCursor()
        while let start = cursor {
            cursor = cache.sweep(from: start, at: now, limit: max(1, writer.room / 2)).next
            guard let rest = cursor else { return }
            let written = await writer.attempt({ try await self.writer.flush() }, until: deadline)
            guard case .success? = written else {
                // A sweep that is cancelled leaves the rest in the cache, hits included, and the last write takes them.
                if Task.isCancelled { return }
                _ = cache.sweep(from: rest, at: now, limit: .max)
                return
            }
        }
    }

    /// Writes every record up to now, hits included, to the record store.
    ///
    /// The hits of results that are still cached are handed to the store a batch at a time, and none of them is dropped,
    /// however many results were hit: what has not been handed over when the store fails stays with its result.
    ///
    /// - Throws: What the record store throws; what could not be written is kept for the next attempt.
    public func flush() async throws {
        var drain: CacheCursor? = CacheCursor()
        var hasAll: Bool
        repeat {
            // Records of withheld results for which there was no room; once what is pending is written, there is.
            hasAll = unrecorded.offerRecords()
            try await writer.flush { room, add in
                guard let start = drain else { return false }
                drain = cache.drainHits(from: start, limit: room) { fingerprint, result, hits in
                    add(.hits(hits, of: result, fingerprint))
                }
                return drain != nil
            }
        } while !hasAll
    }

    /// Starts nothing new, waits for the executions in progress, writes the records and ends the event streams, all
    /// within `grace`. What an execution in progress itself asks for is still run.
    ///
    /// A quarter of the time, at most two seconds, is kept for the end: executions that are not done by then are cancelled,
    /// and the requests that wait for them get ``DedupError/Code/shutDown``; what they leave behind is written with the
    /// rest. Results that are cached are served all the same.
    ///
    /// - Returns: Whether everything had ended by itself and been written in time.
    @discardableResult
    public func shutdown(grace: Duration = .seconds(10)) async -> Bool {
        let deadline = time.now.advanced(by: grace)
        let reserve = min(max(grace, .zero) / 4, .seconds(2))
        let lastEnd = deadline.advanced(by: .zero - reserve)
        flightShards.restrict(to: .nested)
        // Beside the executions, so that little is left to write after them; what goes wrong here is tried again at the end.
        let early = Task.detached { try? await self.flush() }
        defer { early.cancel() }
        let ended = await haveEnded(by: lastEnd)
        if !ended {
            flightShards.giveUpAll()
            _ = await isIdle(by: lastEnd.advanced(by: reserve / 2))
        }
        let written = await isWritten(by: deadline)
        bus.finish()
        return ended && written
    }

    /// Waits for the executions in progress and what they ask for, and accepts no request after that.
    private func haveEnded(by deadline: MonotonicInstant) async -> Bool {
        let ended = await isIdle(by: deadline)
        flightShards.restrict(to: .none)
        // A request may have been accepted at the last moment.
        return ended ? await isIdle(by: deadline) : false
    }

    /// Waits until no execution is running.
    private func isIdle(by deadline: MonotonicInstant) async -> Bool {
        let idle = OneShot<Bool>()
        flightShards.fulfilWhenIdle(idle)
        return await flightShards.value(of: idle, by: deadline, otherwise: false)
    }

    private func isWritten(by deadline: MonotonicInstant) async -> Bool {
        // However little time there is, it is enough when there is nothing to write.
        let rest = cache.drainHits(from: CacheCursor(), limit: writer.room) { fingerprint, result, hits in
            writer.add(.hits(hits, of: result, fingerprint))
        }
        let hasAll = unrecorded.offerRecords()
        if rest == nil, hasAll, writer.statistics.pending == 0 { return true }
        let written = OneShot<Bool>()
        Task.detached { written.fulfil((try? await self.flush()) != nil) }
        return await flightShards.value(of: written, by: deadline, otherwise: false)
    }

    // MARK: - Serving

    /// How serving came to an end.
    package struct ServingEnd: Sendable {
        /// Whether every execution had ended, and every record was written, within the grace time.
        package let isComplete: Bool
        /// What ``Deduplicator/run()`` ended with; nil if it had not ended within the grace time.
        package let run: Result<Void, any Error>?
    }

    /// Runs the background work until `stop` returns and then shuts down, all within `grace` from there, whatever the
    /// record store does: the shutdown comes before the end of the background work, which is not waited for any longer.
    package func serve(until stop: () async -> Void, grace: Duration) async -> ServingEnd {
        let end = OneShot<Result<Void, any Error>?>()
        let running = Task { end.fulfil(await Result { try await run() }) }
        await stop()
        let deadline = time.now.advanced(by: grace)
        let isComplete = await shutdown(grace: grace)
        running.cancel()
        return ServingEnd(
            isComplete: isComplete, run: await flightShards.value(of: end, by: deadline, otherwise: nil))
    }
}
