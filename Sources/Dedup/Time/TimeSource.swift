public import Caching

/// Where the library gets its time from: one monotonic time line for ages and deadlines, one wall clock for display.
///
/// Everything in the core that waits, times out or expires asks this and nothing else, so that a test can drive it with
/// a manual clock and a simulation with virtual time.
public protocol TimeSource: Sendable {
    /// The current instant. Never goes back.
    var now: MonotonicInstant { get }

    /// The current wall time, for records and events only. May jump.
    var wallTime: WallTime { get }

    /// Suspends until `deadline` is reached; returns at once if it has passed.
    ///
    /// - Throws: `CancellationError` promptly when the calling task is cancelled.
    func sleep(until deadline: MonotonicInstant) async throws
}
