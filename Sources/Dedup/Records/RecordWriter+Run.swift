internal import Caching

extension RecordWriter {
    /// Writes every ``RecordWriterConfiguration/interval`` until the task is cancelled, then writes the rest.
    ///
    /// A write that fails is counted and tried again an interval later. Returns normally after cancellation if the last
    /// write succeeds.
    ///
    /// - Throws: the store's error if the last write fails, or ``RecordWriterError`` with code
    ///   ``RecordWriterError/Code/finalFlushTimedOut`` if the store did not answer within
    ///   ``RecordWriterConfiguration/finalFlushLimit``.
    public func run() async throws {
        await writeUntilCancelled { try await self.flush() }
        try await writeFinally { try await self.flush() }
    }

    /// Calls `write` every interval until the task is cancelled; a call that is in progress then is cancelled too.
    func writeUntilCancelled(by write: @escaping @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await time.sleep(until: time.now.advanced(by: configuration.interval))
            } catch {
                return
            }
            // The statistics count a failure, and the changes are kept for the next round.
            _ = await attempt(write)
        }
    }

    /// Calls `write` once more within ``RecordWriterConfiguration/finalFlushLimit``, even if the task is cancelled.
    ///
    /// - Throws: the error of `write`, or ``RecordWriterError`` if it did not end in time.
    func writeFinally(by write: @escaping @Sendable () async throws -> Void) async throws {
        let deadline = time.now.advanced(by: configuration.finalFlushLimit)
        // In a task that the cancellation of this one does not reach.
        let end = await Task.detached { await self.attempt(write, until: deadline) }.value
        guard let end else { throw RecordWriterError.finalFlushTimedOut(pendingChanges: statistics.pending) }
        try end.get()
    }

    /// Runs `write` in a task of its own and waits for its end, but neither beyond `deadline` nor beyond the cancellation of
    /// this task: a store may hang and ignore that it is cancelled. The write is cancelled then.
    ///
    /// - Returns: How the write ended; nil if that was not waited for.
    func attempt(
        _ write: @escaping @Sendable () async throws -> Void, until deadline: MonotonicInstant? = nil
    ) async -> Result<Void, any Error>? {
        let end = OneShot<Result<Void, any Error>?>()
        // Detached, so that no task-local of this task reaches the store; with the priority that a child would have.
        let writing = Task.detached(priority: Task.currentPriority) { end.fulfil(await Result { try await write() }) }
        let limit = deadline.map { deadline in
            Task.detached { [time] in
                // A limit that is cancelled has no effect: the write has ended before it.
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
