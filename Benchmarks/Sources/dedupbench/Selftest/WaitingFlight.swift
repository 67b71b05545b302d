internal import LoadGeneration
internal import Synchronization

/// An execution that is under way, and those who wait for it.
final class WaitingFlight: Sendable {
    private struct State {
        var result: StepResult?
        var waiting: [CheckedContinuation<StepResult, Never>] = []
        var forgotten: CheckedContinuation<StepResult, Never>?
    }

    private let state = Mutex(State())

    /// Waits for the result.
    func result() async -> StepResult {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }

    /// Hands the result to everybody who waits; or, which is a defect, to all but one of them.
    func land(_ result: StepResult, forgettingOne: Bool) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.result = result
            // Kept, because a continuation that is dropped says so on standard error.
            if forgettingOne { state.forgotten = state.waiting.popLast() }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}
