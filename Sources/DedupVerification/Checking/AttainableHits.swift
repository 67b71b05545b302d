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
    let requests: RequestOrder
    let phases: PhaseTable

    func count(into tally: inout Tally) {
        for key in 0..<requests.keyCount {
            var (result, resultOfPhase) = (IdealResult(rule: rule), IdealResult(rule: rule))
            var phase: UInt16?
            var isFirst = true
            for (number, over, end) in requests.ofKey(key) {
                let call = requests.calls[number]
                if call.verb == .invalidate {
                    result.forget(call)
                    resultOfPhase.forget(call)
                    isFirst = false
                    continue
                }
                if !isFirst, call.phase != phase {
                    resultOfPhase.execute(
                        until: phases.start(of: call.phase).saturatingAdd(requests.duration(of: key)))
                }
                phase = call.phase
                result.note(over)
                resultOfPhase.note(over)
                let executes = call.verb != .get
                let isServed = result.serve(at: call.start, orExecuteUntil: executes ? end : nil)
                let isServedInPhase = resultOfPhase.serve(at: call.start, orExecuteUntil: executes ? end : nil)
                if !isFirst, call.isRequest {
                    tally.countRepeated(phase: call.phase, attainable: isServedInPhase, inAll: isServed)
                }
                isFirst = false
            }
        }
    }
}

/// The one result that a perfect cache holds of a key.
private struct IdealResult {
    let rule: FreshnessRule
    private var published: UInt64 = 0
    /// When the last call for the key was over.
    private var latest: UInt64 = 0
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

    /// A call that may leave a result behind is over at this time.
    mutating func note(_ over: UInt64) { latest = max(latest, over) }

    /// The result is invalidated: it serves no request that comes when the invalidation is over. One whose call was open beside it
    /// may have been published after it, and stays.
    mutating func forget(_ invalidation: Call) {
        if latest <= invalidation.start { deadline = deadline.map { min($0, invalidation.endOrForever) } }
    }

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
