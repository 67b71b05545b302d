public import Caching

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Real time: a clock that counts while the machine is suspended for ages and deadlines, so that a cached result ages
/// while a laptop sleeps, and the system's wall clock for display.
///
/// The monotonic clock is that of `ContinuousClock`, read from the system directly: every hit reads it once, and the
/// detour over 128-bit durations took three times as long as the system call itself.
public struct SystemTimeSource: TimeSource {
    #if canImport(Darwin)
    private static var clock: clockid_t { CLOCK_MONOTONIC_RAW }
    #else
    private static var clock: clockid_t { CLOCK_BOOTTIME }
    #endif

    /// Makes the real time source. All of them share one time line, so their instants may be compared.
    public init() {}

    /// Nanoseconds since the machine was started.
    public var now: MonotonicInstant {
        var time = timespec()
        unsafe clock_gettime(Self.clock, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

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
