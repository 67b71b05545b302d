/// What the subject itself says it did. A counter that it does not have is nil and is not compared.
public struct SubjectCounters: Hashable, Sendable {
    /// Calls served from the cache.
    public var hits: Int?
    /// Calls that waited for a running execution.
    public var joins: Int?
    /// Executions started.
    public var executions: Int?
    /// Calls refused because an execution was running.
    public var rejections: Int?
    /// Executions that ended in an error.
    public var failures: Int?
    /// Calls answered with an error.
    public var failedCalls: Int?
    /// Calls served past the time to live on purpose.
    public var stale: Int?
    /// Calls that were given up: cancelled, or past their deadline.
    public var abandoned: Int?

    /// Counters; each defaults to "not reported".
    public init(
        hits: Int? = nil, joins: Int? = nil, executions: Int? = nil, rejections: Int? = nil, failures: Int? = nil,
        failedCalls: Int? = nil, stale: Int? = nil, abandoned: Int? = nil
    ) {
        self.hits = hits
        self.joins = joins
        self.executions = executions
        self.rejections = rejections
        self.failures = failures
        self.failedCalls = failedCalls
        self.stale = stale
        self.abandoned = abandoned
    }
}

/// The subject's own counters must equal the history.
struct CounterRules {
    let counters: SubjectCounters

    func check(against counts: VerificationCounts, _ log: inout ViolationLog) {
        let pairs: [(String, Int?, Int)] = [
            ("hits", counters.hits, counts.count(of: .hit)),
            ("joins", counters.joins, counts.count(of: .joined)),
            ("executions", counters.executions, counts.executions),
            ("rejections", counters.rejections, counts.count(of: .rejected)),
            ("failures", counters.failures, counts.failedExecutions),
            ("failed calls", counters.failedCalls, counts.count(of: .failed)),
            ("stale", counters.stale, counts.count(of: .stale)),
            ("abandoned calls", counters.abandoned, counts.count(of: .abandoned)),
        ]
        for (name, reported, seen) in pairs where reported != nil && reported != seen {
            log.add(.counterMismatch, phase: nil, at: .max) {
                Violation(
                    kind: .counterMismatch, key: 0,
                    explanation: "the subject reports \(reported ?? 0) \(name), the history holds \(seen)",
                    executions: [], calls: [])
            }
        }
    }
}
