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
        ]
        for (name, reported, seen) in pairs where reported != nil && reported != seen {
            log.add(.counterMismatch, phase: nil) {
                Violation(
                    kind: .counterMismatch, key: 0,
                    explanation: "the subject reports \(reported ?? 0) \(name), the history holds \(seen)",
                    executions: [], calls: [])
            }
        }
    }
}
