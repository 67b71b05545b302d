public import Caching

/// Real time: a clock that counts while the machine is suspended for ages and deadlines, so that a cached result ages
/// while a laptop sleeps, and the system's wall clock for display.
///
/// The monotonic clock is ``MonotonicInstant/now``, which is that of `ContinuousClock`.
public struct SystemTimeSource: TimeSource {
    /// Makes the real time source. All of them share one time line, so their instants may be compared.
    public init() {}

    /// Nanoseconds since the machine was started.
    public var now: MonotonicInstant { .now }

    /// The system's wall clock.
    public var wallTime: WallTime { .systemNow }

    /// Sleeps on `ContinuousClock` for the time that is left.
    public func sleep(until deadline: MonotonicInstant) async throws {
        let left = deadline.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        try await ContinuousClock().sleep(for: .nanoseconds(left.overflow ? .max : max(0, left.partialValue)))
    }
}

extension TimeSource where Self == SystemTimeSource {
    /// Real time.
    public static var system: SystemTimeSource { SystemTimeSource() }
}
