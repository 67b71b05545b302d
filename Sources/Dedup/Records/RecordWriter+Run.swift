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
        while !Task.isCancelled {
            do {
                try await time.sleep(until: time.now.advanced(by: configuration.interval))
            } catch {
                break
            }
            // The statistics tell of a failure, and the changes are kept for the next round.
            try? await flush()
        }
        try await flushFinally()
    }

    /// Flushes in a task that the cancellation of this one does not reach, and waits for it no longer than is allowed.
    private func flushFinally() async throws {
        let deadline = time.now.advanced(by: configuration.finalFlushLimit)
        let flush = Task { try await self.flush() }
        let limit = Task { [time] in try await time.sleep(until: deadline) }
        defer { limit.cancel() }
        try await withCheckedThrowingContinuation { continuation in
            let answer = FirstAnswer(continuation)
            Task { answer.give(await flush.result) }
            Task {
                // A limit that is called off is no answer: the flush has given its own.
                guard case .success = await limit.result else { return }
                flush.cancel()
                answer.give(.failure(RecordWriterError.finalFlushTimedOut(pendingChanges: statistics.pending)))
            }
        }
    }
}

/// Resumes a continuation with the first answer it is given.
private final class FirstAnswer: Sendable {
    private let waiting: Lock<CheckedContinuation<Void, any Error>?>

    init(_ continuation: CheckedContinuation<Void, any Error>) {
        waiting = Lock(continuation)
    }

    func give(_ answer: Result<Void, any Error>) {
        let continuation = waiting.withLock { $0.take() }
        continuation?.resume(with: answer)
    }
}
