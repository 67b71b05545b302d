import DedupTesting
import DedupVerification

/// Finds a place in a clean history where a given falsehood is one for sure, and plants it.
struct MutationSite {
    var history: History
    let plan: SimulationPlan
    var random: SplitMix64

    private let farFuture: UInt64 = 1 << 40
    private let nextID: UInt64 = 5_000_000

    private mutating func pick<Element>(_ candidates: [Element]) -> Element? {
        candidates.randomElement(using: &random)
    }

    private func call(
        _ key: UInt32, _ start: UInt64, _ end: UInt64, _ outcome: OutcomeClass, _ execution: UInt64
    ) -> Call {
        Call(request: 777_777, key: key, start: start, end: end, outcome: outcome, execution: execution)
    }

    private func earliestAnswer(_ execution: Execution) -> UInt64? {
        history.calls.filter { $0.execution == execution.id && $0.outcome != .rejected }.map(\.end).min()
    }

    private var succeeded: [Execution] { history.executions.filter(\.succeeded) }

    private func hasExcuse(_ execution: Execution, besides kind: ExcuseKind? = nil) -> Bool {
        history.excuses.contains {
            $0.key == execution.key && $0.kind != .expired && $0.kind != kind
                && ($0.execution == 0 || $0.execution == execution.id)
        }
    }

    mutating func overlappingExecution() -> History? {
        guard let first = pick(history.executions.filter { $0.end > $0.begin + 2 && !hasExcuse($0) }) else {
            return nil
        }
        let begin = random.time(first.begin + 1...first.end - 1)
        let second = Execution(id: nextID, key: first.key, begin: begin, end: begin + random.time(1...9_000))
        history.executions.append(second)
        history.calls.append(call(first.key, begin - 1, second.end + 10, .executed, second.id))
        return history
    }

    mutating func executionBesideFreshResult() -> History? {
        let shortest: UInt64 =
            switch plan.rule.lifetime {
            case .none: 0
            case .fixed(let time): time / 2
            case .sliding(let time, let maximumAge): min(time, maximumAge ?? .max) / 2
            case .unbounded: 1_000
            }
        guard shortest > 10, let first = pick(succeeded.filter { !hasExcuse($0) }) else { return nil }
        // Where the gap ends does not matter: whichever begins later is the one that nothing justifies.
        let begin = first.end + random.time(1...shortest / 2)
        let overlaps = history.executions.contains { $0.key == first.key && $0.begin <= begin && begin < $0.end }
        let between = history.executions.contains { $0.key == first.key && $0.end > first.end && $0.end <= begin }
        guard !overlaps, !between else { return nil }
        history.executions.append(Execution(id: nextID, key: first.key, begin: begin, end: begin + 1))
        history.calls.append(call(first.key, begin - 1, begin + 10, .executed, nextID))
        return history
    }

    /// Under a lifetime without end only an excuse lets a key execute again after a success.
    mutating func changeEvictionExcuse(_ change: (inout [Excuse], Int) -> Void) -> History? {
        guard plan.rule.lifetime == .unbounded, plan.rule.failureLifetime == 0 else { return nil }
        let candidates = history.excuses.indices.filter { index in
            let excuse = history.excuses[index]
            guard excuse.kind == .evicted, excuse.execution != 0 else { return false }
            let others = history.excuses.filter { $0.key == excuse.key && $0.kind != .expired }
            return others.allSatisfy { $0.kind == .evicted && $0.execution != 0 }
                && history.executions.contains { $0.key == excuse.key && $0.begin > excuse.at }
        }
        guard let index = pick(candidates) else { return nil }
        change(&history.excuses, index)
        return history
    }

    mutating func prematureExpiry() -> History? {
        guard plan.rule.lifetime != .none, let execution = pick(succeeded.filter { !hasExcuse($0) }) else { return nil }
        history.excuses.append(
            Excuse(.expired, key: execution.key, at: execution.end + random.time(0...3_000), execution: execution.id))
        return history
    }

    /// Changes one answer that carries a value.
    mutating func changeAnswer(_ change: (inout Call) -> Void) -> History? {
        let served = history.calls.indices.filter {
            [.hit, .joined, .executed].contains(history.calls[$0].outcome)
        }
        guard let index = pick(served) else { return nil }
        change(&history.calls[index])
        return history
    }

    mutating func resultOfAnotherKey() -> History? {
        guard let other = pick(succeeded) else { return nil }
        let served = history.calls.indices.filter {
            history.calls[$0].outcome == .hit && history.calls[$0].key != other.key
        }
        guard let index = pick(served) else { return nil }
        history.calls[index].execution = other.id
        return history
    }

    mutating func valueOfFailedExecution() -> History? {
        let answered = history.executions.indices.filter { index in
            let execution = history.executions[index]
            return execution.succeeded && history.calls.contains { $0.execution == execution.id }
        }
        guard let index = pick(answered) else { return nil }
        history.executions[index].succeeded = false
        return history
    }

    mutating func answerBeforeEnd() -> History? {
        let joined = history.calls.indices.filter { history.calls[$0].outcome == .joined }
        guard let index = pick(joined) else { return nil }
        guard let execution = history.executions.first(where: { $0.id == history.calls[index].execution }) else {
            return nil
        }
        history.calls[index].end = execution.end - 1
        history.calls[index].start = min(history.calls[index].start, execution.end - 1)
        return history
    }

    mutating func staleHit() -> History? {
        guard plan.rule.lifetime != .unbounded, let execution = pick(succeeded) else { return nil }
        guard earliestAnswer(execution) != nil else { return nil }
        history.calls.append(call(execution.key, farFuture, farFuture + 10, .hit, execution.id))
        return history
    }

    mutating func outdatedHit() -> History? {
        // Only within the lifetime of the older result: past it the hit is stale before it is outdated.
        guard plan.rule.lifetime == .unbounded, let older = pick(succeeded) else { return nil }
        let detaching = history.excuses.contains {
            $0.key == older.key && ($0.kind == .invalidated || $0.kind == .superseded)
        }
        let newer = succeeded.filter { $0.key == older.key && $0.begin >= older.end }.compactMap(earliestAnswer).min()
        guard !detaching, let newer else { return nil }
        history.calls.append(call(older.key, newer + 1, newer + 20, .hit, older.id))
        return history
    }

    mutating func hitAfterRemoval() -> History? {
        guard plan.rule.lifetime == .unbounded, let execution = pick(succeeded) else { return nil }
        guard let answered = history.calls.filter({ $0.execution == execution.id }).map(\.end).max() else { return nil }
        let newer = succeeded.contains { $0.key == execution.key && $0.begin >= execution.end }
        guard !newer else { return nil }
        history.excuses.append(Excuse(.evicted, key: execution.key, at: answered + 5, execution: execution.id))
        history.calls.append(call(execution.key, answered + 6, answered + 25, .hit, execution.id))
        return history
    }

    mutating func hitAfterInvalidation() -> History? {
        guard plan.rule.lifetime == .unbounded else { return nil }
        let last = succeeded.filter { execution in
            !succeeded.contains { $0.key == execution.key && $0.begin >= execution.end }
        }
        guard let execution = pick(last), let answered = earliestAnswer(execution) else { return nil }
        let time = answered + plan.span
        history.excuses.append(Excuse(.invalidated, key: execution.key, since: time, at: time + 10))
        history.calls.append(call(execution.key, time + 11, time + 30, .hit, execution.id))
        return history
    }

    mutating func joinAfterEnd() -> History? {
        guard plan.mode != .reject, let execution = pick(succeeded), let answered = earliestSettled(execution) else {
            return nil
        }
        history.calls.append(call(execution.key, answered + 1, answered + 20, .joined, execution.id))
        return history
    }

    private func earliestSettled(_ execution: Execution) -> UInt64? {
        history.calls.filter { $0.execution == execution.id && ($0.outcome == .executed || $0.outcome == .joined) }
            .map(\.end).min()
    }

    mutating func joinOfSuperseded() -> History? {
        let candidates = history.excuses.compactMap { excuse -> (Excuse, Execution)? in
            guard excuse.kind == .superseded else { return nil }
            let execution = succeeded.first { $0.id == excuse.execution && $0.end > excuse.at }
            return execution.map { (excuse, $0) }
        }
        guard plan.mode != .reject, let (excuse, execution) = pick(candidates) else { return nil }
        history.calls.append(call(execution.key, excuse.at + 1, execution.end + 900, .joined, execution.id))
        return history
    }

    mutating func claimedTwice() -> History? {
        guard let original = pick(history.calls.filter { $0.outcome == .executed }) else { return nil }
        history.calls.append(original)
        return history
    }

    mutating func executedBeforeCall() -> History? {
        let leading = history.calls.indices.filter { history.calls[$0].outcome == .executed }
        guard let index = pick(leading) else { return nil }
        let execution = history.executions.first { $0.id == history.calls[index].execution }
        guard let execution, execution.begin < execution.end else { return nil }
        history.calls[index].start = execution.begin + 1
        return history
    }

    mutating func rejection(wanted: [DuplicateMode]) -> History? {
        guard wanted.contains(plan.mode) else { return nil }
        let key = plan.mode == .join ? history.calls[0].key : plan.keys + 50
        history.calls.append(call(key, farFuture, farFuture + 10, .rejected, 0))
        return history
    }

    mutating func joinInRejectMode() -> History? {
        guard plan.mode == .reject, let execution = pick(succeeded), let answered = earliestAnswer(execution) else {
            return nil
        }
        history.calls.append(call(execution.key, execution.begin, answered, .joined, execution.id))
        return history
    }

    mutating func cachedError() -> History? {
        let failed = history.executions.filter { !$0.succeeded && $0.ended }
        guard let execution = pick(failed), let answered = earliestAnswer(execution) else { return nil }
        let time = answered + plan.rule.failureLifetime + random.time(1...1_000)
        history.calls.append(call(execution.key, time, time + 10, .failed, execution.id))
        return history
    }
}
