/// How many requests a cache without bound could have answered without executing: the ceiling of the hit rate.
///
/// Each key alone: the first request executes; what follows is served while that runs and while its result lives; then
/// the next one executes. An execution is taken to last as long as the longest that was seen of its key, and the lifetime
/// without jitter, so the figure is an upper bound. Failures are not foreseen.
struct AttainableHits {
    private struct Request {
        let key: UInt32
        let phase: UInt16
        let start: UInt64
    }

    let rule: FreshnessRule
    let index: HistoryIndex

    func count(_ calls: [Call], into tally: inout Tally) {
        let durations = longestDurations(calls)
        let requests = calls.map { Request(key: $0.key, phase: $0.phase, start: $0.start) }
            .sorted { ($0.key, $0.start) < ($1.key, $1.start) }
        var key: UInt32?
        var result = IdealResult(rule: rule)
        for request in requests {
            if request.key != key {
                key = request.key
                result.execute(at: request.start, for: durations[request.key] ?? 0)
                continue
            }
            let served = result.serve(at: request.start)
            if !served { result.execute(at: request.start, for: durations[request.key] ?? 0) }
            tally.countRepeated(phase: request.phase, attainable: served)
        }
    }

    /// The longest that each key took: as logged inside the closure, or as the caller who executed it saw.
    private func longestDurations(_ calls: [Call]) -> [UInt32: UInt64] {
        var longest: [UInt32: UInt64] = [:]
        for execution in index.executions where execution.ended {
            longest[execution.key] = max(longest[execution.key] ?? 0, execution.end - execution.begin)
        }
        for call in calls where call.hasReturned && call.outcome == .executed {
            longest[call.key] = max(longest[call.key] ?? 0, call.end - call.start)
        }
        return longest
    }
}

/// The one result that a perfect cache holds of a key.
private struct IdealResult {
    let rule: FreshnessRule
    private var published: UInt64 = 0
    private var deadline: UInt64 = 0

    init(rule: FreshnessRule) {
        self.rule = rule
    }

    mutating func execute(at start: UInt64, for duration: UInt64) {
        published = start.saturatingAdd(duration)
        deadline = published.saturatingAdd(rule.longest)
    }

    mutating func serve(at time: UInt64) -> Bool {
        guard time <= deadline else { return false }
        if case .sliding(let lifetime, _) = rule.lifetime {
            let oldest = published.saturatingAdd(rule.maximumAge)
            deadline = max(deadline, min(time.saturatingAdd(lifetime), oldest))
        }
        return true
    }
}
