import DedupVerification

/// The same rules, spelled out with nothing but loops over everything: slow, and hard to get wrong.
struct NaiveChecker {
    let checker: HistoryChecker
    let rule: FreshnessRule
    let mode: DuplicateMode
    let capacityBounded: Bool
    let lag: UInt64
    let removalLag: UInt64
    let allowsUnexplainedFailures: Bool
    let staleAllowance: UInt64?
    let tolerance: UInt64
    let history: History

    init(_ checker: HistoryChecker, history: History) {
        self.checker = checker
        rule = checker.freshness
        mode = checker.duplicateMode
        capacityBounded = checker.capacityBounded
        lag = checker.evictionLag
        removalLag = checker.removalLag
        allowsUnexplainedFailures = checker.allowsUnexplainedFailures
        staleAllowance = checker.staleAllowance
        tolerance = checker.flightTolerance
        self.history = history
    }

    /// How many violations of each kind there are.
    func violations() -> [ViolationKind: Int] {
        var counts: [ViolationKind: Int] = [:]
        let executions = history.executions
        for execution in executions {
            if isDetached(execution, by: execution.begin) {
                // Its epoch was over before it began.
            } else if executions.contains(where: { overlaps($0, execution) }) {
                counts[.overlap, default: 0] += 1
            } else if !isRefresh(execution), hasFreshResult(execution.key, at: execution.begin, before: execution) {
                counts[.unjustifiedExecution, default: 0] += 1
            }
            for excuse in history.excuses
            where excuse.kind == .expired && excuse.execution == execution.id && execution.ended
                && excuse.at < surelyFreshUntil(execution, at: excuse.at)
            {
                counts[.prematureExpiry, default: 0] += 1
            }
            let isEarly = history.excuses.contains {
                $0.kind == .evicted && $0.execution == execution.id && capacityBounded && $0.at < fullFrom
            }
            if isEarly { counts[.prematureEviction, default: 0] += 1 }
        }
        for (number, call) in history.calls.enumerated() {
            for kind in violations(of: call, number: number) { counts[kind, default: 0] += 1 }
        }
        return counts
    }

    /// How many calls met a running execution of their key, not their own.
    func overlappingCalls() -> Int {
        history.calls.filter { call in
            if call.hasReturned, call.outcome == .invalidated { return false }
            let end = call.hasReturned ? call.end : .max
            return history.executions.contains { execution in
                let isOwn =
                    call.hasReturned && (call.outcome == .executed || call.outcome == .failed)
                    && execution.id == call.execution && call.start <= execution.begin && ending(execution) <= call.end
                return execution.key == call.key && !isOwn && execution.begin < end && ending(execution) > call.start
            }
        }.count
    }

    private func isRefresh(_ execution: Execution) -> Bool {
        checker.allowsEarlyRefresh && leader(execution) == nil
    }

    /// When the last of more keys than there is room for was begun for the first time.
    private var fullFrom: UInt64 {
        guard let capacity = checker.capacity else { return 0 }
        let keys = Set(history.executions.map(\.key))
        let firsts = keys.map { key in history.executions.filter { $0.key == key }.map(\.begin).min() ?? .max }
        return firsts.count > capacity ? firsts.sorted()[capacity] : .max
    }

    private func ending(_ execution: Execution) -> UInt64 { execution.ended ? execution.end : .max }

    private func earliest(_ excuse: Excuse) -> UInt64 {
        guard excuse.since == excuse.at else { return excuse.since }
        let lag = excuse.execution == 0 ? lag : removalLag
        return excuse.at > lag ? excuse.at - lag : 0
    }

    private func concerns(_ excuse: Excuse, _ execution: Execution, since: UInt64) -> Bool {
        if excuse.execution != 0 { return excuse.execution == execution.id }
        return excuse.key == execution.key && excuse.at >= since
    }

    private func isDetached(_ execution: Execution, by time: UInt64) -> Bool {
        history.excuses.contains {
            ($0.kind == .invalidated || $0.kind == .superseded) && concerns($0, execution, since: claimed(execution))
                && earliest($0) <= time
        }
    }

    private func claimed(_ execution: Execution) -> UInt64 {
        leader(execution).map { min(history.calls[$0].start, execution.begin) }
            ?? execution.begin - min(execution.begin, tolerance)
    }

    private func isEvicted(_ execution: Execution, by time: UInt64) -> Bool {
        if capacityBounded, !checker.reportsEvictions, time >= fullFrom { return true }
        return capacityBounded
            && history.excuses.contains {
                $0.kind == .evicted && $0.at >= fullFrom && concerns($0, execution, since: execution.end)
                    && earliest($0) <= time
            }
    }

    private func overlaps(_ first: Execution, _ second: Execution) -> Bool {
        first.key == second.key && (first.begin, first.id) < (second.begin, second.id)
            && ending(first) > second.begin && !isDetached(first, by: second.begin)
    }

    private func hasFreshResult(_ key: UInt32, at time: UInt64, before execution: Execution) -> Bool {
        freshResult(key, at: time) { ($0.begin, $0.id) < (execution.begin, execution.id) } != nil
    }

    private func freshResult(_ key: UInt32, at time: UInt64, where condition: (Execution) -> Bool) -> Execution? {
        let published = history.executions.filter {
            $0.key == key && $0.ended && $0.end <= time && ($0.succeeded || rule.failureLifetime > 0)
                && !isLeft($0) && !isDetached($0, by: time) && condition($0)
        }
        let last = published.max { ($0.end, $0.begin, $0.id) < ($1.end, $1.begin, $1.id) }
        guard let last else { return nil }
        return time < surelyFreshUntil(last, at: time) && !isEvicted(last, by: time) ? last : nil
    }

    private func isLeft(_ execution: Execution) -> Bool {
        firstAnswer(execution) == .max
            && history.calls.contains { $0.key == execution.key && $0.hasReturned && $0.outcome == .abandoned }
    }

    private func isMissed(_ call: Call) -> Bool {
        guard let first = freshResult(call.key, at: call.start, where: { _ in true }) else { return false }
        return freshResult(call.key, at: call.end) { _ in true } == first && firstAnswer(first) < call.start
    }

    private func shortened(_ time: UInt64) -> UInt64 {
        let rest = Double(time) * (1 - rule.jitter)
        let jittered = rule.jitter == 0 ? time : rest <= 1 ? 0 : UInt64(rest) - 1
        return jittered > rule.clockTolerance ? jittered - rule.clockTolerance : 0
    }

    private func lengthened(_ time: UInt64) -> UInt64 { add(time, rule.clockTolerance) }

    private func add(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let (sum, overflow) = first.addingReportingOverflow(second)
        return overflow ? .max : sum
    }

    private func surelyFreshUntil(_ execution: Execution, at time: UInt64) -> UInt64 {
        guard execution.succeeded else { return add(execution.end, shortened(rule.failureLifetime)) }
        switch rule.lifetime {
        case .none: return execution.end
        case .fixed(let lifetime): return add(execution.end, shortened(lifetime))
        case .unbounded: return .max
        case .sliding(let lifetime, let maximumAge):
            let oldest = maximumAge.map { add(execution.end, shortened($0)) } ?? .max
            var until = add(execution.end, shortened(min(lifetime, maximumAge ?? .max)))
            for hit in hits(execution) where hit.end <= time {
                until = max(until, min(add(hit.start, shortened(lifetime)), oldest))
            }
            return until
        }
    }

    private func hits(_ execution: Execution) -> [Call] {
        history.calls.filter {
            $0.hasReturned && $0.outcome == .hit && $0.execution == execution.id && $0.key == execution.key
        }
    }

    /// Hits, and joined calls that may have been some.
    private func possibleHits(_ execution: Execution) -> [Call] {
        history.calls.filter {
            $0.hasReturned && ($0.outcome == .hit || $0.outcome == .joined) && $0.execution == execution.id
                && $0.key == execution.key
        }
    }

    private func answers(_ execution: Execution) -> [Call] {
        history.calls.filter {
            $0.hasReturned && $0.outcome != .rejected && $0.execution == execution.id && $0.key == execution.key
                && execution.ended && execution.end <= $0.end
        }
    }

    private func firstAnswer(_ execution: Execution) -> UInt64 { answers(execution).map(\.end).min() ?? .max }

    private func firstSettled(_ execution: Execution) -> UInt64 {
        answers(execution).filter { $0.outcome != .hit && $0.outcome != .stale }.map(\.end).min() ?? .max
    }

    private func leader(_ execution: Execution) -> Int? {
        history.calls.indices.first { number in
            let call = history.calls[number]
            return call.outcome == .executed && answers(execution).contains(call)
        }
    }

    private func violations(of call: Call, number: Int) -> [ViolationKind] {
        guard call.hasReturned else { return [.lostCall] }
        switch call.outcome {
        case .rejected: return isRejectionJustified(call) ? [] : [.unjustifiedRejection]
        case .invalidated: return []
        case .abandoned: return call.verb == .cancel || call.verb == .deadline ? [] : [.unjustifiedAbandonment]
        case .missed: return isMissed(call) ? [.missedResult] : []
        default: break
        }
        guard let execution = history.executions.first(where: { $0.id == call.execution }) else {
            guard call.outcome == .failed, call.execution == 0 else { return [.unknownExecution] }
            return allowsUnexplainedFailures ? [] : [.unexplainedFailure]
        }
        if execution.key != call.key { return [.wrongKey] }
        if !execution.ended || execution.end > call.end { return [.answerFromFuture] }
        if execution.succeeded == (call.outcome == .failed) { return [.wrongOutcome] }
        let corrupt: [ViolationKind] = call.value != 0 && call.value != call.execution ? [.corruptValue] : []
        return corrupt + (outcomeViolation(call, number, execution).map { [$0] } ?? [])
    }

    private func outcomeViolation(_ call: Call, _ number: Int, _ execution: Execution) -> ViolationKind? {
        switch call.outcome {
        case .hit: return servedViolation(call, execution, until: add(staleFrom(execution), staleAllowance ?? 0))
        case .joined:
            if mode == .reject || mode == .none || call.start > firstSettled(execution) { return .lateJoin }
            return removed(execution, kinds: [.superseded, .invalidated]) < call.start ? .servedAfterRemoval : nil
        case .executed:
            if execution.begin < call.start { return .foreignExecution }
            return leader(execution) == number ? nil : .foreignExecution
        case .failed:
            return call.start
                > add(firstSettled(execution), rule.failureLifetime == 0 ? 0 : lengthened(rule.failureLifetime))
                ? .lateFailure : nil
        case .stale:
            guard let staleAllowance else { return .staleHit }
            return servedViolation(call, execution, until: add(staleFrom(execution), staleAllowance))
        case .rejected, .missed, .abandoned, .invalidated: return nil
        }
    }

    private func servedViolation(_ call: Call, _ execution: Execution, until limit: UInt64) -> ViolationKind? {
        if rule.lifetime == .none ? call.start > limit : call.start >= limit { return .staleHit }
        let newer = history.executions.filter {
            $0.key == execution.key && $0.succeeded && $0.begin >= execution.end
                && ($0.begin, $0.id) > (execution.begin, execution.id) && !isDetached($0, by: .max)
        }
        if newer.contains(where: { call.start > firstAnswer($0) }) { return .outdatedHit }
        let kinds: [ExcuseKind] =
            capacityBounded
            ? [.evicted, .expired, .superseded, .invalidated] : [.expired, .superseded, .invalidated]
        return removed(execution, kinds: kinds) < call.start ? .servedAfterRemoval : nil
    }

    private func removed(_ execution: Execution, kinds: [ExcuseKind]) -> UInt64 {
        let times = history.excuses.filter { excuse in
            let unnamed =
                excuse.execution == 0 && excuse.kind == .invalidated && excuse.key == execution.key
                && excuse.since < excuse.at && excuse.since > execution.begin
            return kinds.contains(excuse.kind) && (excuse.execution == execution.id || unnamed)
        }
        return times.map(\.at).min() ?? .max
    }

    private func staleFrom(_ execution: Execution) -> UInt64 {
        let answered = firstAnswer(execution)
        switch rule.lifetime {
        case .none: return answered
        case .unbounded: return .max
        case .fixed(let lifetime): return add(answered, lengthened(lifetime))
        case .sliding(let lifetime, let maximumAge):
            guard answered != .max else { return .max }
            let oldest = maximumAge.map { add(answered, lengthened($0)) } ?? .max
            var deadline = add(answered, lengthened(min(lifetime, maximumAge ?? .max)))
            var changed = true
            while changed {
                let reachable = possibleHits(execution).filter { $0.start < deadline }
                let next = reachable.map { min(add($0.end, lengthened(lifetime)), oldest) }.max() ?? 0
                changed = next > deadline
                deadline = max(deadline, next)
            }
            return deadline
        }
    }

    private func isRejectionJustified(_ call: Call) -> Bool {
        guard mode == .reject || mode == .either else { return false }
        return history.executions.filter { $0.key == call.key }.contains { execution in
            let isKnown = firstSettled(execution) != .max && (execution.succeeded || rule.failureLifetime == 0)
            let settled = isKnown ? firstSettled(execution) : add(ending(execution), tolerance)
            return claimed(execution) <= call.end && settled >= call.start
        }
    }
}
