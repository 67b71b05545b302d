public import Caching
public import Dedup

/// Time that stands still until a test moves it.
///
/// A test must know that the code it tests sleeps before it moves the time; otherwise the move comes too early and the code
/// sleeps for ever. So the source can wait for a sleeper, without yields, and in every order of the threads:
///
///     let time = ManualTimeSource()
///     let writer = RecordWriter(store: records, time: time)
///     group.addTask { try await writer.run() }
///     let deadline = try await time.nextSleeper()  // it sleeps now
///     writer.add(ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1))
///     time.advance(to: deadline)  // it wakes, and writes
///
/// Monotonic and wall time move together, and only forward. A cancelled sleeper wakes promptly.
public final class ManualTimeSource: TimeSource {
    private let state: Lock<ManualTimeState>

    /// Makes a source whose time stands at the given instants. The default wall time is 2001-09-09T01:46:40Z.
    public init(
        now: MonotonicInstant = .zero, wallTime: WallTime = WallTime(nanosecondsSinceEpoch: 1_000_000_000_000_000_000)
    ) {
        state = Lock(ManualTimeState(now: now, wallTime: wallTime))
    }

    /// The instant at which the time stands.
    public var now: MonotonicInstant { state.withLock { $0.now } }

    /// The wall time at which the time stands.
    public var wallTime: WallTime { state.withLock { $0.wallTime } }

    /// How many tasks sleep now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Suspends the task until the time is moved to `deadline` or beyond; returns at once if it is there already.
    ///
    /// - Throws: `CancellationError` promptly when the task is cancelled.
    public func sleep(until deadline: MonotonicInstant) async throws {
        let id = state.withLock { $0.makeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let sleeper = ManualTimeState.Sleeper(id: id, deadline: deadline, continuation: continuation)
                let wakes = state.withLock { $0.park(sleeper, isCancelled: Task.isCancelled) }
                for wake in wakes { wake() }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.removeSleeper(id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

// MARK: - Moving the time

extension ManualTimeSource {
    /// Moves the time forward by `duration` and wakes all sleepers whose deadlines it reaches, the earliest first.
    ///
    /// The sleepers are awake when this returns, but may not have run yet.
    ///
    /// - Precondition: `duration` is not negative: time only moves forward.
    public func advance(by duration: Duration) {
        advance { $0.advanced(by: duration) }
    }

    /// Moves the time forward to `instant`; see ``advance(by:)``. The wall time stops at its last moment, in the year 2262.
    ///
    /// - Precondition: `instant` is not in the past: time only moves forward.
    public func advance(to instant: MonotonicInstant) {
        advance { _ in instant }
    }

    private func advance(to target: (MonotonicInstant) -> MonotonicInstant) {
        let woken = state.withLock { state in state.move(to: target(state.now)) }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Sets the wall time alone, as an operator or a time server does; it may go back.
    public func setWallTime(_ wallTime: WallTime) {
        state.withLock { $0.wallTime = wallTime }
    }
}

// MARK: - The handshake

extension ManualTimeSource {
    /// Waits for a task that goes to sleep, and returns its deadline. Each sleeper is returned once, in the order in which
    /// they went to sleep, also if it has woken since. Of more than 10,000 sleepers the latest are remembered.
    ///
    /// - Throws: `CancellationError` promptly when the task is cancelled.
    @discardableResult
    public func nextSleeper() async throws -> MonotonicInstant {
        try await observe { $0.nextReport() }
    }

    /// Waits until at least `count` tasks sleep at once.
    ///
    /// - Throws: `CancellationError` promptly when the task is cancelled.
    public func waitForSleepers(_ count: Int) async throws {
        _ = try await observe { state in state.sleepers.count >= count ? state.now : nil }
    }

    private func observe(
        _ condition: @escaping @Sendable (inout ManualTimeState) -> MonotonicInstant?
    ) async throws -> MonotonicInstant {
        let id = state.withLock { $0.makeID() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let observer = ManualTimeState.Observer(id: id, condition: condition, continuation: continuation)
                let wakes = state.withLock { $0.add(observer, isCancelled: Task.isCancelled) }
                for wake in wakes { wake() }
            }
        } onCancel: {
            let observer = state.withLock { $0.removeObserver(id) }
            observer?.continuation.resume(throwing: CancellationError())
        }
    }
}
