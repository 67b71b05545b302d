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
        try await run { try await self.flush() }
    }

    /// Writes by `write` whenever ``run()`` would flush.
    func run(writing write: @escaping @Sendable () async throws -> Void) async throws {
        while !Task.isCancelled {
            do {
                try await time.sleep(until: time.now.advanced(by: configuration.interval))
            } catch {
                break
            }
            // The statistics tell of a failure, and the changes are kept for the next round.
            _ = await attempt(write)
        }
        let deadline = time.now.advanced(by: configuration.finalFlushLimit)
        // In a task that the cancellation of this one does not reach.
        let end = await Task { await attempt(write, until: deadline) }.value
        guard let end else { throw RecordWriterError.finalFlushTimedOut(pendingChanges: statistics.pending) }
        try end.get()
    }

    /// Lets `write` run in a task of its own and waits for its end, but neither beyond `deadline` nor beyond the
    /// cancellation of this task: a store may hang and not heed its own. The write is called off then.
    ///
    /// - Returns: How the write ended; nil if it was not waited for.
    func attempt(
        _ write: @escaping @Sendable () async throws -> Void, until deadline: MonotonicInstant? = nil
    ) async -> Result<Void, any Error>? {
        let end = OneShot<Result<Void, any Error>?>()
        let writing = Task { end.fulfil(await Result { try await write() }) }
        let limit = deadline.map { deadline in
            Task {
                // A limit that is called off is no answer: the write has given its own.
                guard (try? await time.sleep(until: deadline)) != nil else { return }
                end.fulfil(nil)
            }
        }
        defer {
            limit?.cancel()
            writing.cancel()
        }
        return await withTaskCancellationHandler {
            await end.value
        } onCancel: {
            end.fulfil(nil)
        }
    }
}
