import Caching
import Dedup
import DedupTesting

/// A manual clock that calls back once when it is read, so that a test gets a foot into the moment between two steps.
struct HookedTime: TimeSource {
    let time = ManualTimeSource()
    private let hooks = Hooks()

    private final class Hooks: Sendable {
        let wallTime = Lock<(@Sendable () -> Void)?>(nil)
        let staleReadings = Lock<[MonotonicInstant]>([])
        let readings = Lock<[@Sendable () -> Void]>([])
        let count = Lock(0)
    }

    /// How often it was read, the wall time aside.
    var readingCount: Int { hooks.count.withLock { $0 } }

    /// Calls `hook` the next time that the wall time is read.
    func onNextWallTime(_ hook: @escaping @Sendable () -> Void) {
        hooks.wallTime.withLock { $0 = hook }
    }

    /// Lets the next reading give an instant that has passed, as a thread does that is delayed after it has read the clock.
    func delayNextReading(from instant: MonotonicInstant) {
        hooks.staleReadings.withLock { $0.append(instant) }
    }

    /// Calls `hook` at the `number`-th reading from here on.
    func onReading(_ number: Int, _ hook: @escaping @Sendable () -> Void) {
        hooks.readings.withLock { $0 = [hook] + Array(repeating: {}, count: number - 1) }
    }

    var now: MonotonicInstant {
        hooks.count.withLock { $0 += 1 }
        hooks.readings.withLock { $0.popLast() }?()
        return hooks.staleReadings.withLock { $0.popLast() } ?? time.now
    }

    var wallTime: WallTime {
        hooks.wallTime.withLock { $0.take() }?()
        return time.wallTime
    }

    func sleep(until deadline: MonotonicInstant) async throws {
        try await time.sleep(until: deadline)
    }
}
