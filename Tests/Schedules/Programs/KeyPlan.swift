internal import Caching
internal import Dedup
internal import DedupVerification

/// How the work behind one key is deduplicated. All requests for a key share it, so that the checker knows its rule.
struct KeyPlan: Sendable {
    var policy: ExecutionPolicy
    /// The time to live that really holds; the policy's is another one when it is decided for each result.
    var timeToLive: TimeToLive?
    var isDecidedByResult: Bool
    /// What the history checker must know of it.
    var freshness: FreshnessRule
    /// The probability that an execution fails.
    var failureRate: Double

    init(_ features: Features, _ random: inout SeededGenerator) {
        let lifetime = Lifetime(features, &random)
        timeToLive = lifetime.timeToLive
        freshness = lifetime.rule
        isDecidedByResult = features.contains(.lifetimes) && random.chance(0.2)
        failureRate = features.contains(.failures) ? random.element(of: [0, 0.15, 0.5]) : 0
        policy = ExecutionPolicy(timeToLive: isDecidedByResult ? .forever : lifetime.timeToLive)
        policy.abandonment = Self.abandonment(features, &random)
        policy.overlap = features.contains(.overlap) && random.chance(0.4) ? .allowed : .never
        policy.timeout = Self.timeout(features, &random)
        if features.contains(.rejection), random.chance(0.3) { policy.duplicates = .reject }
        if features.contains(.lifetimes), failureRate > 0, random.chance(0.3) {
            let microseconds = random.number(5...60)
            policy.failureTimeToLive = .fixed(.microseconds(microseconds))
            freshness.failureLifetime = UInt64(microseconds) * 1_000
        }
    }

    /// How long an execution may take, in nanoseconds, before its key is free.
    var supersededAfter: UInt64? {
        guard case .supersede(let duration) = policy.timeout else { return nil }
        return UInt64(duration.wholeNanoseconds)
    }

    /// Whether an execution without waiters is cancelled.
    var cancelsAbandoned: Bool {
        if case .cancel = policy.abandonment { true } else { false }
    }

    /// Whether cancelling waits for a new waiter.
    var hasGrace: Bool {
        if case .cancel(let grace) = policy.abandonment { grace > .zero } else { false }
    }

    private static func abandonment(_ features: Features, _ random: inout SeededGenerator) -> AbandonmentPolicy {
        if random.chance(0.3) { return .complete }
        guard features.contains(.grace), random.chance(0.5) else { return .cancel(after: .zero) }
        return .cancel(after: .microseconds(random.number(1...30)))
    }

    private static func timeout(_ features: Features, _ random: inout SeededGenerator) -> ExecutionTimeout {
        let duration = Duration.microseconds(random.number(5...50))
        var choices: [ExecutionTimeout] = [.none]
        if features.contains(.supersede) { choices.append(.supersede(after: duration)) }
        if features.contains(.hold) { choices.append(.hold(after: duration)) }
        return random.element(of: choices)
    }
}

/// A time to live and the rule that a checker knows it by.
private struct Lifetime {
    let timeToLive: TimeToLive?
    let rule: FreshnessRule

    init(_ features: Features, _ random: inout SeededGenerator) {
        let time = random.number(5...80)
        let jitter = features.contains(.lifetimes) && random.chance(0.2) ? 0.4 : 0
        let kind = features.contains(.lifetimes) ? random.below(6) : random.below(2)
        switch kind {
        case 0: (timeToLive, rule) = (.forever, FreshnessRule(.unbounded))
        case 1, 2:
            timeToLive = .fixed(.microseconds(time)).jittered(by: jitter)
            rule = FreshnessRule(.fixed(UInt64(time) * 1_000), jitter: jitter)
        case 3:
            timeToLive = .sliding(.microseconds(time)).jittered(by: jitter)
            rule = FreshnessRule(.sliding(UInt64(time) * 1_000), jitter: jitter)
        case 4:
            timeToLive = .sliding(.microseconds(time), maximumAge: .microseconds(3 * time)).jittered(by: jitter)
            rule = FreshnessRule(
                .sliding(UInt64(time) * 1_000, maximumAge: UInt64(3 * time) * 1_000), jitter: jitter)
        default: (timeToLive, rule) = (nil, FreshnessRule(.none))
        }
    }
}
