public import Caching

/// Real time: `ContinuousClock` for ages and deadlines (it counts while the machine is suspended, so a cached result
/// ages while a laptop sleeps), the system's wall clock for display.
public struct SystemTimeSource: TimeSource {
    private static let origin = ContinuousClock.now

    /// Makes the real time source. All of them share one origin, so their instants may be compared.
    public init() {}

    /// Nanoseconds since the first use of any system time source in this process.
    public var now: MonotonicInstant {
        MonotonicInstant(nanoseconds: (ContinuousClock.now - Self.origin).wholeNanoseconds)
    }

    /// The system's wall clock.
    public var wallTime: WallTime { .systemNow }

    /// Sleeps on `ContinuousClock`.
    public func sleep(until deadline: MonotonicInstant) async throws {
        try await ContinuousClock().sleep(until: Self.origin.advanced(by: .nanoseconds(deadline.nanoseconds)))
    }
}

extension TimeSource where Self == SystemTimeSource {
    /// Real time.
    public static var system: SystemTimeSource { SystemTimeSource() }
}
