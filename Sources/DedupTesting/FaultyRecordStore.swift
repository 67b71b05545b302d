internal import Caching
public import Dedup

/// A record store that fails or hangs on command, in front of one that works.
///
/// A call that fails does not reach the store behind it and changes nothing.
public final class FaultyRecordStore: ExecutionRecordStore {
    /// The error of a call that was told to fail.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// The number of the call, counted from 1 over all methods.
        public let call: Int

        /// Makes the error of a call, to compare it with.
        public init(call: Int) {
            self.call = call
        }

        /// Says that the failure is intended.
        public var description: String { "The record store was told to fail, and did so at call \(call)." }
    }

    private struct State {
        var calls = 0
        var failingCalls: Set<Int> = []
        var failsAlways = false
        var latch: Latch?
        var heedsCancellation = true
    }

    private let store: any ExecutionRecordStore
    private let state = Lock(State())

    /// Makes a store that works until it is told to fail or to hang.
    public init(_ store: any ExecutionRecordStore = InMemoryExecutionRecords()) {
        self.store = store
    }

    /// How many calls there were, including those that failed or hang.
    public var calls: Int { state.withLock { $0.calls } }

    /// Lets the calls with these numbers fail, counted from 1 over all methods since the store was made.
    public func fail(calls: some Sequence<Int>) {
        state.withLock { $0.failingCalls.formUnion(calls) }
    }

    /// Lets every call fail until ``heal()``.
    public func fail() {
        state.withLock { $0.failsAlways = true }
    }

    /// Lets every later call hang until the latch is opened or the call is cancelled.
    ///
    /// - Parameter ignoringCancellation: Whether a cancelled call goes on hanging, like one that waits for a network without
    ///   a timeout. Default `false`.
    /// - Returns: The latch; its waiters are the calls that hang.
    public func hang(ignoringCancellation: Bool = false) -> Latch {
        let latch = Latch()
        state.withLock { state in
            state.latch = latch
            state.heedsCancellation = !ignoringCancellation
        }
        return latch
    }

    /// Lets calls work again, including those that hang.
    public func heal() {
        let latch = state.withLock { state in
            state.failsAlways = false
            state.failingCalls = []
            return state.latch.take()
        }
        latch?.open()
    }

    private func failOrHang() async throws {
        let (call, latch, heedsCancellation) = state.withLock { state in
            state.calls += 1
            return (state.calls, state.latch, state.heedsCancellation)
        }
        if heedsCancellation {
            try await latch?.wait()
        } else {
            await Task { try? await latch?.wait() }.value
        }
        if state.withLock({ $0.failsAlways || $0.failingCalls.contains(call) }) { throw Fault(call: call) }
    }
}

extension FaultyRecordStore {
    /// Saves, unless the call is to fail.
    public func save(_ changes: [ExecutionRecord]) async throws {
        try await failOrHang()
        try await store.save(changes)
    }

    /// Finds, unless the call is to fail.
    public func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        try await failOrHang()
        return try await store.find(fingerprint, step: step)
    }

    /// Adds up by step, unless the call is to fail.
    public func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        try await failOrHang()
        return try await store.statistics(step: step, limit: limit)
    }

    /// Lists duplicates, unless the call is to fail.
    public func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        try await failOrHang()
        return try await store.duplicates(over: threshold, limit: limit)
    }
}
