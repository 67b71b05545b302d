public import Caching

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The clocks of the library: one monotonic time line for ages and deadlines, and one wall clock for display.
///
/// Everything in the core that waits, times out or expires asks its time source and nothing else, so that a test can drive
/// it with a manual clock and a simulation with virtual time.
public protocol TimeSource: Sendable {
    /// The current instant. Never goes back.
    var now: MonotonicInstant { get }

    /// The current wall time, for records and events only. May jump.
    var wallTime: WallTime { get }

    /// Suspends until `deadline` is reached; returns at once if it has passed, however long ago.
    ///
    /// The library cancels sleeps often, and mostly such as have long to go. Swift's own sleeps keep their timer until it
    /// would have fired, cancelled or not. So a source of your own should build on ``SystemTimeSource``, or should not
    /// sleep for longer than about a second at a stretch.
    ///
    /// - Throws: `CancellationError` promptly when the calling task is cancelled.
    func sleep(until deadline: MonotonicInstant) async throws
}

/// A moment of wall-clock time, in nanoseconds since 1970-01-01T00:00:00Z. For display and storage, never for ages.
public struct WallTime: Hashable, Comparable, Codable, Sendable {
    /// Nanoseconds since the Unix epoch.
    public var nanosecondsSinceEpoch: Int64

    /// Makes the moment `nanosecondsSinceEpoch` after the Unix epoch.
    public init(nanosecondsSinceEpoch: Int64) {
        self.nanosecondsSinceEpoch = nanosecondsSinceEpoch
    }

    /// Reads the bare number of nanoseconds.
    public init(from decoder: any Decoder) throws {
        nanosecondsSinceEpoch = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Writes the bare number of nanoseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanosecondsSinceEpoch)
    }

    /// Whether `lhs` is the earlier moment.
    public static func < (lhs: WallTime, rhs: WallTime) -> Bool {
        lhs.nanosecondsSinceEpoch < rhs.nanosecondsSinceEpoch
    }

    /// The time of the system's clock.
    static var systemNow: WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// Makes the moment so many seconds and nanoseconds after the Unix epoch, or the last one that can be written if that
    /// is later: a clock that is set to the year 2300 must not stop a server.
    package init(seconds: Int64, nanoseconds: Int64) {
        let sinceEpoch = Duration.seconds(seconds) + .nanoseconds(nanoseconds)
        self.init(nanosecondsSinceEpoch: sinceEpoch.wholeNanoseconds)
    }
}
