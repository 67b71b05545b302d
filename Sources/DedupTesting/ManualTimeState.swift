internal import Caching
internal import Dedup

/// The state of a ``ManualTimeSource``. Its methods return the continuations that are to be resumed after its lock is
/// released.
struct ManualTimeState {
    struct Sleeper {
        let id: UInt64
        let deadline: MonotonicInstant
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// A task that waits for a state of the sleepers.
    struct Observer {
        let id: UInt64
        let condition: @Sendable (inout ManualTimeState) -> MonotonicInstant?
        let continuation: CheckedContinuation<MonotonicInstant, any Error>
    }

    typealias Wake = @Sendable () -> Void

    private(set) var now: MonotonicInstant
    var wallTime: WallTime
    private(set) var sleepers: [Sleeper] = []
    private var observers: [Observer] = []
    /// The deadlines that no call has returned yet, the latest ``reportLimit`` of them: most tests never ask.
    private var unreported: ArraySlice<MonotonicInstant> = []
    private static let reportLimit = 10_000
    private var lastID: UInt64 = 0

    init(now: MonotonicInstant, wallTime: WallTime) {
        self.now = now
        self.wallTime = wallTime
    }

    mutating func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// Adds a sleeper, unless its deadline has passed. The caller reads under the lock whether it is cancelled, so that a
    /// cancellation is either seen here or finds the sleeper.
    mutating func park(_ sleeper: Sleeper, isCancelled: Bool) -> [Wake] {
        if isCancelled { return [{ sleeper.continuation.resume(throwing: CancellationError()) }] }
        if sleeper.deadline <= now { return [{ sleeper.continuation.resume() }] }
        sleepers.append(sleeper)
        unreported.append(sleeper.deadline)
        if unreported.count > Self.reportLimit { unreported.removeFirst() }
        return satisfiedObservers()
    }

    mutating func removeSleeper(_ id: UInt64) -> Sleeper? {
        sleepers.firstIndex { $0.id == id }.map { sleepers.remove(at: $0) }
    }

    /// Moves the time and removes the sleepers that are to wake, the earliest deadline first.
    mutating func move(to instant: MonotonicInstant) -> [Sleeper] {
        precondition(instant >= now, "Time only moves forward: it stands at \(now), the new time is \(instant).")
        let (moved, overflow) = wallTime.nanosecondsSinceEpoch.addingReportingOverflow(
            now.duration(to: instant).wholeNanoseconds)
        wallTime.nanosecondsSinceEpoch = overflow ? .max : moved
        now = instant
        let woken = sleepers.filter { $0.deadline <= instant }
        sleepers.removeAll { $0.deadline <= instant }
        return woken.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
    }

    mutating func add(_ observer: Observer, isCancelled: Bool) -> [Wake] {
        if isCancelled { return [{ observer.continuation.resume(throwing: CancellationError()) }] }
        observers.append(observer)
        return satisfiedObservers()
    }

    mutating func removeObserver(_ id: UInt64) -> Observer? {
        observers.firstIndex { $0.id == id }.map { observers.remove(at: $0) }
    }

    /// The deadline of the earliest sleeper that no call has returned yet.
    mutating func nextReport() -> MonotonicInstant? {
        unreported.popFirst()
    }

    private mutating func satisfiedObservers() -> [Wake] {
        var wakes: [Wake] = []
        var waiting: [Observer] = []
        for observer in observers {
            if let instant = observer.condition(&self) {
                wakes.append { observer.continuation.resume(returning: instant) }
            } else {
                waiting.append(observer)
            }
        }
        observers = waiting
        return wakes
    }
}
