/// What the subject promises about how long a result may be served: the yardstick of the checker.
///
/// All times are nanoseconds. The rule must be the one the subject was configured with: a looser one hides violations.
public struct FreshnessRule: Hashable, Codable, Sendable {
    /// How long a result lives.
    public enum Lifetime: Hashable, Codable, Sendable {
        /// Nothing is cached: a result serves only the calls that waited for it.
        case none
        /// From the moment it was stored.
        case fixed(UInt64)
        /// From the last hit, and never longer than `maximumAge` after it was stored.
        case sliding(UInt64, maximumAge: UInt64? = nil)
        /// Until it is evicted or invalidated.
        case unbounded
    }

    /// How long a value lives.
    public var lifetime: Lifetime
    /// By which fraction (0..<1) a lifetime may be shortened at random; never lengthened.
    public var jitter: Double
    /// How long a failure is served from the cache; 0 (the default) when failures are not cached.
    public var failureLifetime: UInt64
    /// By how much the clock of the subject may be off, so that a result lives shorter or longer: 0 (the default) for a
    /// subject that shares the clock of the history.
    public var clockTolerance: UInt64

    /// A rule; by default without jitter and tolerance, and failures are not cached.
    public init(_ lifetime: Lifetime, jitter: Double = 0, failureLifetime: UInt64 = 0, clockTolerance: UInt64 = 0) {
        precondition((0..<1).contains(jitter), "the jitter is a fraction of the lifetime, from 0 up to but not 1")
        self.lifetime = lifetime
        self.jitter = jitter
        self.failureLifetime = failureLifetime
        self.clockTolerance = clockTolerance
    }

    /// The shortest time that a value stored under this rule lives untouched.
    var shortest: UInt64 {
        switch lifetime {
        case .none: 0
        case .fixed(let time), .sliding(let time, maximumAge: nil): shortened(time)
        case .sliding(let time, let maximumAge?): shortened(min(time, maximumAge))
        case .unbounded: .max
        }
    }

    /// The longest time that a value stored under this rule lives untouched.
    var longest: UInt64 {
        switch lifetime {
        case .none: 0
        case .fixed(let time), .sliding(let time, maximumAge: nil): lengthened(time)
        case .sliding(let time, let maximumAge?): lengthened(min(time, maximumAge))
        case .unbounded: .max
        }
    }

    /// The longest time that a failure is served.
    var longestFailure: UInt64 { failureLifetime == 0 ? 0 : lengthened(failureLifetime) }

    /// The age past which not even hits keep a value alive; without end when there is no such limit.
    var maximumAge: UInt64 {
        if case .sliding(_, let maximumAge?) = lifetime { return lengthened(maximumAge) }
        return .max
    }

    /// Whether hits lengthen the life of a value.
    var slides: Bool {
        if case .sliding = lifetime { return true }
        return false
    }

    /// `time` and what a clock that is late adds to it.
    func lengthened(_ time: UInt64) -> UInt64 { time.saturatingAdd(clockTolerance) }

    /// `time` less the most that jitter and a clock that is early may take from it, rounded down.
    func shortened(_ time: UInt64) -> UInt64 {
        let jittered = jittered(time)
        return jittered - min(jittered, clockTolerance)
    }

    private func jittered(_ time: UInt64) -> UInt64 {
        guard jitter > 0 else { return time }
        // One nanosecond more than the arithmetic says, so that no rounding of the subject's can make this too long.
        let rest = Double(time) * (1 - jitter)
        return rest <= 1 ? 0 : UInt64(rest) - 1
    }
}

extension UInt64 {
    /// The sum, or the end of time.
    func saturatingAdd(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
