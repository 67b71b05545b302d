internal import Caching
internal import Dedup

/// The time of a ``DeterministicScheduler``. A task that reads it may be preempted there.
struct VirtualTimeSource: TimeSource {
    let scheduler: DeterministicScheduler

    var now: MonotonicInstant {
        scheduler.preemptionPoint()
        return MonotonicInstant(nanoseconds: Int64(scheduler.clock))
    }

    /// The virtual time too, as time since 1970.
    var wallTime: WallTime {
        scheduler.preemptionPoint()
        return WallTime(nanosecondsSinceEpoch: Int64(scheduler.clock))
    }

    func sleep(until deadline: MonotonicInstant) async throws {
        try await scheduler.sleep(until: UInt64(clamping: deadline.nanoseconds))
    }
}
