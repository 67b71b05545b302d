public import Caching

/// Real time: a clock that counts while the machine is suspended for ages and deadlines, so that a cached result ages
/// while a laptop sleeps, and the system's wall clock for display.
///
/// The monotonic clock is `MonotonicInstant.now`, which is that of `ContinuousClock`.
public struct SystemTimeSource: TimeSource {
    /// Makes the real time source. All of them share one time line, so their instants may be compared.
    public init() {}

    /// Nanoseconds since the machine was started.
    public var now: MonotonicInstant { .now }

    /// The system's wall clock.
    public var wallTime: WallTime { .systemNow }

    /// Sleeps on `ContinuousClock` until the deadline, a second at most at a stretch.
    ///
    /// A cancelled sleep throws at once, but its timer stays in the system, with about 800 bytes, until it would have fired.
    /// Because of the stretches that is within a second, however far away the deadline is. The price is that a task which
    /// sleeps for long wakes once a second: about 10 microseconds of processor time each, or 200 where the process is idle
    /// and a thread has to wake too.
    public func sleep(until deadline: MonotonicInstant) async throws {
        try await Self.sleep(until: deadline, now: { now }, stretch: { try await ContinuousClock().sleep(for: $0) })
    }

    /// The longest time that ``sleep(until:)`` leaves to a timer of the system.
    package static let longestStretch = Duration.seconds(1)

    /// Sleeps by one `stretch` after the other until `now` has reached `deadline`.
    package static func sleep(
        until deadline: MonotonicInstant, now: () -> MonotonicInstant, stretch: (Duration) async throws -> Void
    ) async throws {
        while true {
            let instant = now()
            // Compared, not subtracted: the difference to an instant in the far past is more than 64 bits hold.
            guard instant < deadline else { return }
            try await stretch(min(longestStretch, instant.duration(to: deadline)))
        }
    }
}

extension TimeSource where Self == SystemTimeSource {
    /// Real time.
    public static var system: SystemTimeSource { SystemTimeSource() }
}
