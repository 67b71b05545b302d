/// How long an entry lives. Chosen for each insertion, so a result may bring its own, and a failure a shorter one.
///
/// An entry is alive while `now < deadline` and gone at the deadline. A time to live of zero or less means that the
/// value is not kept at all.
public struct TimeToLive: Hashable, Sendable {
    /// From when to when.
    @usableFromInline
    enum Kind: Hashable, Sendable {
        case forever
        case fixed(Duration)
        case sliding(Duration, maximumAge: Duration?)
    }

    @usableFromInline let kind: Kind

    /// The largest part of the lifetime that jitter takes away: 0 for none, below 1.
    @usableFromInline let jitter: Double

    /// Until evicted, replaced or invalidated.
    public static let forever = TimeToLive(kind: .forever, jitter: 0)

    /// `duration` from the insertion, however often it is hit.
    public static func fixed(_ duration: Duration) -> TimeToLive {
        TimeToLive(kind: .fixed(duration), jitter: 0)
    }

    /// So many seconds from the insertion.
    public static func seconds(_ seconds: Int) -> TimeToLive { .fixed(.seconds(seconds)) }

    /// So many milliseconds from the insertion.
    public static func milliseconds(_ milliseconds: Int) -> TimeToLive { .fixed(.milliseconds(milliseconds)) }

    /// So many minutes from the insertion.
    public static func minutes(_ minutes: Int) -> TimeToLive { .fixed(.seconds(60 * minutes)) }

    /// So many hours from the insertion.
    public static func hours(_ hours: Int) -> TimeToLive { .fixed(.seconds(3_600 * hours)) }

    /// `duration` from the insertion or the last hit, but no longer than `maximumAge` from the insertion.
    ///
    /// Without a maximum age (nil, the default) a value that is asked for often enough never leaves, however outdated.
    public static func sliding(_ duration: Duration, maximumAge: Duration? = nil) -> TimeToLive {
        TimeToLive(kind: .sliding(duration, maximumAge: maximumAge), jitter: 0)
    }

    /// The same, shortened for each insertion by a random part of up to `fraction`, so that entries that were stored
    /// together do not all expire together. Never longer. A sliding time to live and its maximum age shrink alike.
    ///
    /// - Parameter fraction: From 0 (no jitter) to below 1; ``validate()`` refuses others, and the cache clamps them.
    public func jittered(by fraction: Double) -> TimeToLive {
        TimeToLive(kind: kind, jitter: fraction)
    }

    /// Checks that durations are positive, that a maximum age is not below its window, and that jitter is from 0 to
    /// below 1.
    ///
    /// - Throws: ``CacheConfigurationError`` naming the field.
    public func validate() throws(CacheConfigurationError) {
        switch kind {
        case .forever: break
        case .fixed(let duration):
            try CacheConfigurationError.require(duration > .zero, "timeToLive.fixed", duration, "be longer than zero")
        case .sliding(let window, let maximumAge):
            try CacheConfigurationError.require(window > .zero, "timeToLive.sliding", window, "be longer than zero")
            if let maximumAge {
                try CacheConfigurationError.require(
                    maximumAge >= window, "timeToLive.maximumAge", maximumAge,
                    "be at least the sliding time of \(window)")
            }
        }
        try CacheConfigurationError.require(
            jitter >= 0 && jitter < 1, "timeToLive.jitter", jitter, "be at least 0 and below 1")
    }

    /// What this means for one insertion at `now`; `random` decides the jitter.
    @usableFromInline
    func lifetime(from now: MonotonicInstant, random: UInt64) -> Lifetime {
        switch kind {
        case .forever:
            return Lifetime(deadline: .max, sliding: nil)
        case .fixed(let duration):
            return Lifetime(
                deadline: now.advanced(byNanoseconds: shortened(duration, random)).nanoseconds, sliding: nil)
        case .sliding(let window, let maximumAge):
            let window = shortened(window, random)
            let limit = maximumAge.map { now.advanced(byNanoseconds: shortened($0, random)).nanoseconds } ?? .max
            let deadline = min(now.advanced(byNanoseconds: window).nanoseconds, limit)
            return Lifetime(deadline: deadline, sliding: SlidingWindow(window: window, limit: limit))
        }
    }

    /// `duration` in nanoseconds, less the random part that jitter takes; never negative.
    private func shortened(_ duration: Duration, _ random: UInt64) -> Int64 {
        let nanoseconds = max(0, duration.wholeNanoseconds)
        let fraction = jitter > 0 ? min(jitter, 1) : 0
        guard fraction > 0 else { return nanoseconds }
        let unit = Double(random >> 11) * 0x1p-53
        let cut = Int64(clamping: UInt64(Double(nanoseconds) * fraction * unit))
        return max(0, nanoseconds - cut)
    }
}

/// A time to live, decided for one insertion.
@usableFromInline
struct Lifetime: Sendable {
    /// The first nanosecond at which the entry is gone; `Int64.max` for never.
    @usableFromInline let deadline: Int64
    /// How hits move the deadline; nil when they do not.
    @usableFromInline let sliding: SlidingWindow?
}

/// How hits move the deadline of one entry.
@usableFromInline
struct SlidingWindow: Sendable {
    /// Nanoseconds from a hit to the deadline.
    @usableFromInline let window: Int64
    /// The nanosecond that no deadline passes; `Int64.max` for none.
    @usableFromInline let limit: Int64

    /// The deadline after a hit at `now`. It never moves back, even if another thread's `now` was later.
    @usableFromInline
    func deadline(afterHitAt now: MonotonicInstant, current: Int64) -> Int64 {
        max(current, min(now.advanced(byNanoseconds: window).nanoseconds, limit))
    }
}
