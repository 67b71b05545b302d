internal import Caching

extension RecordWriter {
    /// Writes every ``RecordWriterConfiguration/interval`` until the task is cancelled, then writes what is left.
    ///
    /// A write that fails is counted and tried again an interval later. Returns normally after cancellation if the last
    /// write succeeds.
    ///
    /// - Throws: the store's error if the last write fails, or ``RecordWriterError/finalFlushTimedOut(pendingChanges:)``
    ///   if the store did not answer within ``RecordWriterConfiguration/finalFlushLimit``.
    public func run() async throws {
        try await run(collecting: {})
    }

    /// Writes as ``run()`` does, and calls `collect` before each write, the last one included.
    func run(collecting collect: @Sendable () -> Void) async throws {
        while !Task.isCancelled {
            do {
                try await time.sleep(until: time.now.advanced(by: configuration.interval))
            } catch {
                break
            }
            collect()
            // The statistics tell of a failure, and the changes are kept for the next round.
            try? await flush()
        }
        collect()
        try await flushFinally()
    }

    /// Flushes in a task that the cancellation of this one does not reach, and waits for it no longer than is allowed.
    private func flushFinally() async throws {
        let deadline = time.now.advanced(by: configuration.finalFlushLimit)
        let answer = OneShot<Result<Void, any Error>>()
        let flush = Task {
            do {
                try await self.flush()
                answer.fulfil(.success(()))
            } catch {
                answer.fulfil(.failure(error))
            }
        }
        let limit = Task { [time] in
            // A limit that is called off is no answer: the flush has given its own.
            guard (try? await time.sleep(until: deadline)) != nil else { return }
            answer.fulfil(.failure(RecordWriterError.finalFlushTimedOut(pendingChanges: statistics.pending)))
        }
        defer {
            limit.cancel()
            flush.cancel()
        }
        try await answer.value.get()
    }
}
