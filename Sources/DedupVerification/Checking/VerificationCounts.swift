/// What happened in a stretch of the history.
public struct VerificationCounts: Hashable, Codable, Sendable {
    /// Calls, returned or not.
    public var operations = 0
    /// Calls that never returned.
    public var lost = 0
    /// Returned calls of each outcome, indexed by the raw value of ``OutcomeClass``.
    public var outcomes = [Int](repeating: 0, count: OutcomeClass.allCases.count)
    /// Executions that began.
    public var executions = 0
    /// Executions that ended in an error.
    public var failedExecutions = 0
    /// Executions that nothing justified: they overlapped another of their key or ran beside a fresh result.
    public var duplicateExecutions = 0
    /// Calls that met a running execution (not their own) or a fresh result of their key.
    public var opportunities = 0
    /// Calls that overlapped a running execution of their key which was not their own.
    public var overlappingCalls = 0
    /// The most calls that were open at one time.
    public var maximumConcurrency = 0
    /// Requests for a key that had been requested before in the history.
    public var repeatedRequests = 0
    /// Repeated requests that a cache without bound would have answered without executing.
    public var attainableHits = 0
    /// Of these, the most that any cache with as much room as the subject's could have answered, one that knows the future
    /// included; nil where it is not known how much room there is. For a history that was checked part by part it is an upper
    /// bound of that.
    public var attainableWithinCapacity: Int?
    /// Breaches of any rule.
    public var violations = 0

    /// Figures of nothing.
    public init() {}

    /// Adds the figures of another stretch of the same history; ``maximumConcurrency`` becomes that of the stretch that had
    /// more of it.
    public mutating func add(_ other: VerificationCounts) {
        // What has no calls takes no room.
        if operations == 0 || other.operations == 0 {
            attainableWithinCapacity = operations == 0 ? other.attainableWithinCapacity : attainableWithinCapacity
        } else {
            attainableWithinCapacity = attainableWithinCapacity.flatMap { ours in
                other.attainableWithinCapacity.map { ours + $0 }
            }
        }
        operations += other.operations
        lost += other.lost
        for outcome in outcomes.indices { outcomes[outcome] += other.outcomes[outcome] }
        executions += other.executions
        failedExecutions += other.failedExecutions
        duplicateExecutions += other.duplicateExecutions
        opportunities += other.opportunities
        overlappingCalls += other.overlappingCalls
        maximumConcurrency = max(maximumConcurrency, other.maximumConcurrency)
        repeatedRequests += other.repeatedRequests
        attainableHits += other.attainableHits
        violations += other.violations
    }

    /// Returned calls of one outcome.
    public func count(of outcome: OutcomeClass) -> Int { outcomes[Int(outcome.rawValue)] }

    /// Calls that returned.
    public var returned: Int { operations - lost }

    /// Returned calls that asked for a result and were not given up: neither invalidations nor abandoned calls.
    public var answered: Int { returned - count(of: .invalidated) - count(of: .abandoned) }

    /// Executions that were justified.
    public var necessaryExecutions: Int { executions - duplicateExecutions }

    /// Answered calls that found or made a result, less necessary executions: what could have been answered without
    /// executing. An execution that every caller has left is none of theirs.
    public var duplicatesOffered: Int { max(0, answered - count(of: .missed) - necessaryExecutions) }

    /// Offered duplicates that did not execute.
    public var duplicatesPrevented: Int { max(0, duplicatesOffered - duplicateExecutions) }

    /// The share of the offered duplicates that did not execute; NaN when none was offered.
    public var preventedRatio: Double { Self.ratio(duplicatesPrevented, duplicatesOffered) }

    /// Hits per answered call; NaN when there was none.
    public var hitRatio: Double { Self.ratio(count(of: .hit), answered) }

    /// Joins per answered call; NaN when there was none.
    public var joinedRatio: Double { Self.ratio(count(of: .joined), answered) }

    /// Calls answered with a value but without executing: hit, joined, stale.
    public var served: Int { count(of: .hit) + count(of: .joined) + count(of: .stale) }

    /// ``served`` calls per answered call; NaN when there was none.
    public var servedRatio: Double { Self.ratio(served, answered) }

    /// What ``hitRatio`` and ``joinedRatio`` together could have been at most: within the capacity where that is known, else with a cache
    /// without bound; NaN when no call was answered.
    public var tightestServedCeiling: Double { Self.ratio(attainableWithinCapacity ?? attainableHits, answered) }

    /// Hits and joins per repeated request; NaN when no key was requested twice.
    public var repeatHitRatio: Double {
        Self.ratio(count(of: .hit) + count(of: .joined), repeatedRequests)
    }

    /// What ``repeatHitRatio`` would have been with a cache without bound; NaN when no key was requested twice.
    public var repeatHitCeiling: Double { Self.ratio(attainableHits, repeatedRequests) }

    /// What ``repeatHitRatio`` any cache with as much room could have reached at most; NaN when that is not known, or no key was
    /// requested twice.
    public var repeatHitCeilingWithinCapacity: Double {
        attainableWithinCapacity.map { Self.ratio($0, repeatedRequests) } ?? .nan
    }

    /// The least that is known of what ``repeatHitRatio`` could have been: within the capacity where that is known, else with a
    /// cache without bound; NaN when no key was requested twice.
    public var tightestHitCeiling: Double { Self.ratio(attainableWithinCapacity ?? attainableHits, repeatedRequests) }

    private static func ratio(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? .nan : Double(part) / Double(whole)
    }
}
