internal import Caching

/// A barrier in the code that a test calls: closed at first, opened once, then open for ever.
///
/// It counts the tasks that wait for it, so a test can wait until its code is at the latch instead of sleeping:
///
///     let latch = Latch()
///     let step = Task {
///         try await latch.wait()
///         return "done"
///     }
///     try await latch.waitForWaiters(1)
///     latch.open()
public final class Latch: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// A task that waits until so many wait for the latch.
    private struct Counter {
        let waiter: Waiter
        let count: Int
    }

    private struct State {
        var isOpen = false
        var waiters: [Waiter] = []
        var counters: [Counter] = []
        var lastID: UInt64 = 0

        mutating func makeID() -> UInt64 {
            lastID += 1
            return lastID
        }
    }

    private let state = Lock(State())

    /// Makes a closed latch.
    public init() {}

    /// Whether the latch has been opened.
    public var isOpen: Bool { state.withLock { $0.isOpen } }

    /// How many tasks wait for the latch to open.
    public var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Opens the latch and resumes all waiting tasks, also those in ``waitForWaiters(_:)``. Opening it again does nothing.
    public func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer {
                state.waiters = []
                state.counters = []
            }
            return state.waiters + state.counters.map(\.waiter)
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Waits until the latch is open.
    ///
    /// - Throws: `CancellationError` promptly when the task is cancelled.
    public func wait() async throws {
        try await park { state, waiter in
            if state.isOpen { return [waiter] }
            state.waiters.append(waiter)
            let satisfied = state.counters.filter { $0.count <= state.waiters.count }
            state.counters.removeAll { $0.count <= state.waiters.count }
            return satisfied.map(\.waiter)
        }
    }

    /// Waits until at least `count` tasks wait for the latch at once, or until it is open: no task waits for it after that.
    ///
    /// - Throws: `CancellationError` promptly when the task is cancelled.
    public func waitForWaiters(_ count: Int) async throws {
        try await park { state, waiter in
            if state.isOpen || state.waiters.count >= count { return [waiter] }
            state.counters.append(Counter(waiter: waiter, count: count))
            return []
        }
    }

    /// Suspends the task. `enter` adds it to the state and returns the waiters that are to be resumed because of that.
    private func park(_ enter: (inout State, Waiter) -> [Waiter]) async throws {
        let id = state.withLock { $0.makeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = Waiter(id: id, continuation: continuation)
                let released = state.withLock { Task.isCancelled ? nil : enter(&$0, waiter) }
                guard let released else { return continuation.resume(throwing: CancellationError()) }
                for waiter in released { waiter.continuation.resume() }
            }
        } onCancel: {
            remove(id)?.continuation.resume(throwing: CancellationError())
        }
    }

    private func remove(_ id: UInt64) -> Waiter? {
        state.withLock { state in
            if let index = state.waiters.firstIndex(where: { $0.id == id }) { return state.waiters.remove(at: index) }
            guard let index = state.counters.firstIndex(where: { $0.waiter.id == id }) else { return nil }
            return state.counters.remove(at: index).waiter
        }
    }
}
