internal import Caching

/// Lets one writer at a time through, first come, first served. A cancelled task stops waiting at once.
final class WriteTurn: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var isTaken = false
        var waiters: [Waiter] = []
        var lastID: UInt64 = 0
    }

    private let state = Lock(State())

    /// Waits for the turn and takes it. A turn that is free is taken even by a cancelled task.
    ///
    /// - Throws: `CancellationError` if the task is cancelled before its turn.
    func take() async throws {
        let id = state.withLock { state -> UInt64? in
            guard state.isTaken else {
                state.isTaken = true
                return nil
            }
            state.lastID += 1
            return state.lastID
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait(Waiter(id: id, continuation: $0)) }
        } onCancel: {
            remove(id)?.resume(throwing: CancellationError())
        }
    }

    /// Gives the turn to the task that has waited longest.
    func pass() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.waiters.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiters.removeFirst().continuation
        }
        next?.resume()
    }

    private func wait(_ waiter: Waiter) {
        let outcome = state.withLock { state -> Result<Void, any Error>? in
            // The cancellation handler may have run before there was a waiter to remove. The task is marked as cancelled
            // before the handler runs, so either the handler finds this waiter or the mark is seen here.
            if Task.isCancelled { return .failure(CancellationError()) }
            guard state.isTaken else {
                state.isTaken = true
                return .success(())
            }
            state.waiters.append(waiter)
            return nil
        }
        if let outcome { waiter.continuation.resume(with: outcome) }
    }

    private func remove(_ id: UInt64) -> CheckedContinuation<Void, any Error>? {
        state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index).continuation
        }
    }
}
