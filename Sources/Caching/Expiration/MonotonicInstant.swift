#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A point on a monotonic time line, in whole nanoseconds since an origin that only its time source knows.
///
/// ``now`` is real time. The functions of a cache take an instant, so that the same code also runs on a manual clock in
/// tests and on virtual time in simulation. Instants of different sources must not be mixed.
///
/// The range is about 292 years either way. Arithmetic saturates at both ends instead of trapping, so an absurdly long
/// time to live means "for ever" and not a crash.
public struct MonotonicInstant: InstantProtocol, Hashable, Sendable {
    /// Nanoseconds since the origin of the time source.
    public var nanoseconds: Int64

    /// The origin of the time source.
    public static let zero = MonotonicInstant(nanoseconds: 0)

    /// An instant that no clock reaches.
    public static let distantFuture = MonotonicInstant(nanoseconds: .max)

    /// The instant at which this is read, on a clock that also counts while the machine is suspended: a cached value ages
    /// while a laptop sleeps. The origin is the start of the machine.
    ///
    /// It is the clock of `ContinuousClock`, read from the system directly. Reading it by way of 128-bit durations took
    /// three times as long, and every lookup without an instant of its own reads it.
    public static var now: MonotonicInstant {
        #if canImport(Darwin)
        let clock = CLOCK_MONOTONIC_RAW
        #else
        let clock = CLOCK_BOOTTIME
        #endif
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// Makes the instant that lies `nanoseconds` after the origin of the time source.
    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The instant `duration` later, which counts in whole nanoseconds, rounded towards zero; saturating at the ends of the
    /// range.
    public func advanced(by duration: Duration) -> MonotonicInstant {
        advanced(byNanoseconds: duration.wholeNanoseconds)
    }

    /// The instant `delta` nanoseconds later, saturating at the ends of the range.
    @inlinable
    public func advanced(byNanoseconds delta: Int64) -> MonotonicInstant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
        return MonotonicInstant(nanoseconds: overflow ? (delta > 0 ? .max : .min) : sum)
    }

    /// The time from this instant to `other`: positive when `other` is later.
    public func duration(to other: MonotonicInstant) -> Duration { .nanoseconds(nanoseconds(to: other)) }

    /// The nanoseconds from this instant to `other`: positive when `other` is later, saturating at the ends of the range.
    package func nanoseconds(to other: MonotonicInstant) -> Int64 {
        let (difference, overflow) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
        return overflow ? (other > self ? .max : .min) : difference
    }

    /// Whether `lhs` is the earlier instant.
    @inlinable
    public static func < (lhs: MonotonicInstant, rhs: MonotonicInstant) -> Bool {
        lhs.nanoseconds < rhs.nanoseconds
    }
}

extension Duration {
    /// The duration in whole nanoseconds, rounded towards zero, saturating at the ends of `Int64`.
    ///
    /// Made of the attoseconds, because `components` ends the process where the seconds exceed 64 bits.
    package var wholeNanoseconds: Int64 {
        // Up to nine seconds without a division of 128 bits.
        if let attoseconds = Int64(exactly: attoseconds) { return attoseconds / 1_000_000_000 }
        return Int64(clamping: attoseconds / 1_000_000_000)
    }
}
