/// How many requests a cache without bound could have answered without executing: the ceiling of the hit rate.
///
/// Each key alone: the first request executes; what follows is served while that runs and while its result lives; then
/// the next one executes. An execution is taken to start when its call ended and to last as long as the longest that was
/// seen of its key, and the lifetime is taken without jitter, so the figure is an upper bound. Failures are not foreseen.
///
/// A phase has a bound of its own, because the fewest executions in all may fall on the one phase and be saved in another:
/// it begins with each result that was asked for before as fresh as can be. The bounds of phases may add up to more than
/// the bound of the whole.
struct AttainableHits {
    let rule: FreshnessRule
    let index: HistoryIndex
    let phases: PhaseTable

    func count(_ calls: [Call], into tally: inout Tally) {
        let durations = longestDurations(calls)
        var requests = Grouping(count: calls.count, groups: index.keyCount) { index.number(of: calls[$0].key) }
        requests.sortGroups { calls[$0].start < calls[$1].start }
        for key in 0..<requests.count {
            var (result, resultOfPhase) = (IdealResult(rule: rule), IdealResult(rule: rule))
            var phase: UInt16?
            for (place, number) in requests.order[requests.range(of: key)].enumerated() {
                let call = calls[Int(number)]
                if call.verb == .invalidate {
                    result.forget()
                    resultOfPhase.forget()
                    continue
                }
                if place > 0, call.phase != phase {
                    resultOfPhase.execute(until: phases.start(of: call.phase).saturatingAdd(durations[key]))
                }
                phase = call.phase
                let end = max(call.start, call.end).saturatingAdd(durations[key])
                let executes = call.verb != .get
                let isServed = result.serve(at: call.start, orExecuteUntil: executes ? end : nil)
                let isServedInPhase = resultOfPhase.serve(at: call.start, orExecuteUntil: executes ? end : nil)
                if place > 0, call.isRequest {
                    tally.countRepeated(phase: call.phase, attainable: isServedInPhase, inAll: isServed)
                }
            }
        }
    }

    /// The longest that each key took: as logged inside the closure, or as seen by the caller that executed it.
    private func longestDurations(_ calls: [Call]) -> [UInt64] {
        var longest = [UInt64](repeating: 0, count: index.keyCount)
        for execution in index.ownExecutions where execution.ended {
            let key = index.number(of: execution.key)
            longest[key] = max(longest[key], execution.end - min(execution.begin, execution.end))
        }
        for call in calls
        where call.hasReturned && (call.outcome == .executed || call.outcome == .failed) {
            let key = index.number(of: call.key)
            longest[key] = max(longest[key], call.end - min(call.start, call.end))
        }
        return longest
    }
}

/// The one result that a perfect cache holds of a key.
private struct IdealResult {
    let rule: FreshnessRule
    private var published: UInt64 = 0
    /// Until when it is served; nil before the first execution.
    private var deadline: UInt64?

    init(rule: FreshnessRule) {
        self.rule = rule
    }

    /// An execution ends, whose result replaces an older one.
    mutating func execute(until end: UInt64) {
        published = max(published, end)
        deadline = max(deadline ?? 0, published.saturatingAdd(rule.longest))
    }

    /// The result is invalidated: it serves no later request.
    mutating func forget() { deadline = nil }

    /// Whether the result serves a request; if not, the request executes, which lasts until `end`; nil: it does not.
    mutating func serve(at time: UInt64, orExecuteUntil end: UInt64?) -> Bool {
        guard let deadline, time <= deadline else {
            if let end { execute(until: end) }
            return false
        }
        if case .sliding(let lifetime, _) = rule.lifetime {
            let oldest = published.saturatingAdd(rule.maximumAge)
            self.deadline = max(deadline, min(time.saturatingAdd(rule.lengthened(lifetime)), oldest))
        }
        return true
    }
}
