/// How long an entry lives. Each insertion brings its own.
///
/// An entry is alive while `now < deadline` and expired at the deadline. A value with a time to live of zero or less is not
/// kept at all.
public struct TimeToLive: Hashable, Sendable {
    /// The rule without the jitter, in nanoseconds: half as large as with durations, and every waiting request holds some.
    @usableFromInline
    enum Kind: Hashable, Sendable {
        case forever
        case fixed(Int64)
        case sliding(Int64, maximumAge: Int64?)
    }

    @usableFromInline let kind: Kind

    /// The largest fraction of the life that jitter takes away: 0 for none, below 1. Of four bytes, which fit beside the kind.
    @usableFromInline let jitter: Float

    /// Until the entry is evicted, replaced or removed.
    public static let forever = TimeToLive(kind: .forever, jitter: 0)

    /// `duration` from the insertion, however often the entry is hit.
    public static func fixed(_ duration: Duration) -> TimeToLive {
        TimeToLive(kind: .fixed(duration.wholeNanoseconds), jitter: 0)
    }

    /// `duration` from the insertion or the last hit, but no longer than `maximumAge` from the insertion.
    ///
    /// Without a maximum age (nil, the default) an entry that is hit often enough never expires, however old its value is.
    public static func sliding(_ duration: Duration, maximumAge: Duration? = nil) -> TimeToLive {
        TimeToLive(
            kind: .sliding(duration.wholeNanoseconds, maximumAge: maximumAge.map(\.wholeNanoseconds)), jitter: 0)
    }

    /// The same, but each insertion shortens it by a random fraction of up to `fraction`, so that entries that were inserted
    /// together do not all expire together. Never longer. A sliding time to live and its maximum age shrink by the same
    /// fraction.
    ///
    /// - Parameter fraction: From 0 (no jitter) to below 1. ``validate()`` refuses other numbers; the cache clamps them.
    public func jittered(by fraction: Double) -> TimeToLive {
        // Never more than what is asked for: what is below 1 stays so.
        let nearest = Float(fraction)
        return TimeToLive(kind: kind, jitter: Double(nearest) > fraction ? nearest.nextDown : nearest)
    }

    /// Checks that durations are positive, that a maximum age is not shorter than its sliding time, and that jitter is from
    /// 0 to below 1. The cache does not call this.
    ///
    /// - Throws: ``CacheConfigurationError`` naming the field.
    public func validate() throws(CacheConfigurationError) {
        switch kind {
        case .forever: break
        case .fixed(let time): try Self.requirePositive(time, "timeToLive.fixed")
        case .sliding(let window, let maximumAge):
            try Self.requirePositive(window, "timeToLive.sliding")
            if let maximumAge {
                try CacheConfigurationError.require(
                    maximumAge >= window, "timeToLive.maximumAge", Duration.nanoseconds(maximumAge),
                    "be at least the sliding time of \(Duration.nanoseconds(window))")
            }
        }
        try CacheConfigurationError.require(
            jitter >= 0 && jitter < 1, "timeToLive.jitter", roundedJitter, "be at least 0 and below 1")
    }

    /// As it was written, but for what four bytes cannot hold.
    private var roundedJitter: Double { (Double(jitter) * 1e6).rounded() / 1e6 }

    private static func requirePositive(_ nanoseconds: Int64, _ field: String) throws(CacheConfigurationError) {
        try CacheConfigurationError.require(
            nanoseconds > 0, field, Duration.nanoseconds(nanoseconds), "be at least a nanosecond long")
    }

    /// The life of an entry inserted at `now`; `random` decides the jitter.
    @usableFromInline
    func lifetime(from now: MonotonicInstant, random: UInt64) -> Lifetime {
        switch kind {
        case .forever:
            return Lifetime(deadline: .max, sliding: nil)
        case .fixed(let time):
            return Lifetime(
                deadline: now.advanced(byNanoseconds: shortened(time, random)).nanoseconds, sliding: nil)
        case .sliding(let window, let maximumAge):
            let window = shortened(window, random)
            let limit = maximumAge.map { now.advanced(byNanoseconds: shortened($0, random)).nanoseconds } ?? .max
            let deadline = min(now.advanced(byNanoseconds: window).nanoseconds, limit)
            return Lifetime(deadline: deadline, sliding: SlidingWindow(window: window, limit: limit))
        }
    }

    /// A time without the random fraction that jitter takes away; never negative.
    private func shortened(_ time: Int64, _ random: UInt64) -> Int64 {
        let nanoseconds = max(0, time)
        let fraction = jitter > 0 ? min(Double(jitter), 1) : 0
        guard fraction > 0 else { return nanoseconds }
        let unit = Double(random >> 11) * 0x1p-53
        let cut = Int64(clamping: UInt64(Double(nanoseconds) * fraction * unit))
        return max(0, nanoseconds - cut)
    }
}

extension TimeToLive {
    /// A fixed time to live in seconds. For other durations use ``fixed(_:)``.
    public static func seconds(_ count: Int) -> TimeToLive { fixed(nanoseconds: 1_000_000_000, times: count) }

    /// A fixed time to live in milliseconds.
    public static func milliseconds(_ count: Int) -> TimeToLive { fixed(nanoseconds: 1_000_000, times: count) }

    /// A fixed time to live in minutes.
    public static func minutes(_ count: Int) -> TimeToLive { fixed(nanoseconds: 60_000_000_000, times: count) }

    /// A fixed time to live in hours.
    public static func hours(_ count: Int) -> TimeToLive { fixed(nanoseconds: 3_600_000_000_000, times: count) }

    /// Saturates, so that an absurdly long time to live means "for ever".
    private static func fixed(nanoseconds: Int64, times count: Int) -> TimeToLive {
        let (product, overflow) = nanoseconds.multipliedReportingOverflow(by: Int64(count))
        return TimeToLive(kind: .fixed(overflow ? (count > 0 ? .max : .min) : product), jitter: 0)
    }
}

/// The life of one entry.
@usableFromInline
struct Lifetime: Sendable {
    /// The first nanosecond at which the entry has expired; `Int64.max` for never.
    @usableFromInline let deadline: Int64
    /// How hits move the deadline; nil when they do not.
    @usableFromInline let sliding: SlidingWindow?

    /// The life that a use at `now` leaves. It is not asked whether the life had ended before, because the jitter of this
    /// one may have been drawn after the use.
    @usableFromInline
    func afterUse(at now: MonotonicInstant) -> Lifetime {
        guard let sliding else { return self }
        return Lifetime(deadline: sliding.deadline(afterHitAt: now, current: deadline), sliding: sliding)
    }
}

/// How hits move the deadline of one entry.
@usableFromInline
struct SlidingWindow: Sendable {
    /// Nanoseconds from a hit to the deadline.
    @usableFromInline let window: Int64
    /// The nanosecond that no deadline passes; `Int64.max` for none.
    @usableFromInline let limit: Int64

    /// The deadline after a hit at `now`. It never moves back, even if the hit of another thread was later.
    @usableFromInline
    func deadline(afterHitAt now: MonotonicInstant, current: Int64) -> Int64 {
        max(current, min(now.advanced(byNanoseconds: window).nanoseconds, limit))
    }
}

/// SplitMix64: a small seeded generator that draws the same numbers for the same seed for ever. It draws the jitter.
///
/// G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
@usableFromInline
package struct SplitMix: Sendable {
    private var state: UInt64

    /// Makes a generator; any seed will do, zero included.
    @usableFromInline
    package init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    @usableFromInline
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension TimeToLive: CustomStringConvertible {
    /// As it is written in code, for example `fixed(60.0 seconds), jittered by 0.1`.
    public var description: String {
        let rule =
            switch kind {
            case .forever: "forever"
            case .fixed(let time): "fixed(\(Duration.nanoseconds(time)))"
            case .sliding(let window, nil): "sliding(\(Duration.nanoseconds(window)))"
            case .sliding(let window, let maximumAge?):
                "sliding(\(Duration.nanoseconds(window)), maximumAge: \(Duration.nanoseconds(maximumAge)))"
            }
        return jitter == 0 ? rule : "\(rule), jittered by \(roundedJitter)"
    }
}
