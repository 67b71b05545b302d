internal import Caching
internal import Dedup
internal import DedupVerification

/// Hands the history of each key to the checker that also judges the benchmarks.
struct HistoryOracle {
    let problems: [String]

    init(_ evidence: Evidence) {
        var problems: [String] = []
        for key in evidence.program.keys.indices {
            let plan = evidence.program.keys[key]
            var checker = HistoryChecker(freshness: plan.freshness, capacityBounded: true, duplicateMode: .either)
            checker.evictionLag = 0
            checker.flightTolerance = .max / 4
            // An event of the core is logged when its turn comes, and excuses without an end are logged at none.
            checker.removalLag = .max
            // Deadlines, limits and cancelled callers are part of the programs; other oracles judge their errors.
            checker.allowsUnexplainedFailures = true
            let history = KeyHistory(key, plan, evidence).history
            let result = checker.check(history)
            if result.violationCount > 0 {
                problems += result.violations.map { "\($0.kind.rawValue): \($0)" }
            }
        }
        self.problems = problems
    }
}

/// The history of one key as the checker wants it, with an excuse for everything that the semantics excuse.
private struct KeyHistory {
    private(set) var history = History()

    private let key: UInt32
    private let plan: KeyPlan
    private let evidence: Evidence

    init(_ key: Int, _ plan: KeyPlan, _ evidence: Evidence) {
        self.key = UInt32(key)
        self.plan = plan
        self.evidence = evidence
        for (number, call) in evidence.calls.enumerated() where call.key == key { add(call, number) }
        for execution in evidence.executions where execution.key == key { add(execution) }
        for invalidation in evidence.invalidations where invalidation.key ?? key == key {
            history.excuses.append(
                Excuse(.invalidated, key: self.key, since: invalidation.since, at: invalidation.at))
        }
        addCacheEvents()
        addLostEpochs()
    }

    private mutating func add(_ call: ObservedCall, _ number: Int) {
        var entry = Call(
            request: UInt32(number), key: key, start: call.start, end: call.end ?? 0, outcome: .failed, execution: 0)
        switch call.ending {
        case .answered(let answer):
            entry.outcome = answer.source.outcome
            entry.execution = evidence.executionOfEpoch[answer.epoch] ?? .max
            entry.value = answer.value
        case .stepFailed(let execution): entry.execution = execution
        case .refused(.rejected, let epoch), .refused(.overdue, let epoch):
            // A flight whose record could not be opened was in the way too, but its step never began.
            guard let execution = epoch.flatMap({ evidence.executionOfEpoch[$0] }) else { break }
            entry.outcome = .rejected
            entry.execution = execution
        case .refused, .cancelled, .unexpected, nil: break
        }
        history.calls.append(entry)
    }

    private mutating func add(_ execution: ObservedExecution) {
        let isUnrecorded = evidence.core?.unrecorded.contains(execution.epoch) ?? false
        history.executions.append(
            Execution(
                id: execution.id, key: key, begin: execution.begin, end: execution.end ?? 0,
                ended: execution.end != nil, succeeded: execution.succeeded, epoch: execution.epoch))
        addExcuses(execution, isUnrecorded: isUnrecorded)
    }

    /// Everything that may have ended the execution's epoch before it ended.
    private mutating func addExcuses(_ execution: ObservedExecution, isUnrecorded: Bool) {
        let end = execution.end ?? .max
        if let timeout = plan.supersededAfter {
            // The timeout counts from before the record is opened, which may be long before the step begins.
            let earliest = execution.begin + timeout - min(timeout, 1_000)
            let since = evidence.isDelayed(execution) ? execution.begin : earliest
            if end >= since { excuse(.superseded, execution, since: since) }
        }
        // A step that ends before it hears of its cancellation was cancelled all the same: its epoch was over.
        let cancelledAt = execution.cancelledAt.map { min($0, end) } ?? end
        let since = plan.policy.overlap == .allowed ? madeRoom(execution, cancelledAt: cancelledAt) : end
        if cancelledAt < end || evidence.superseded.contains(execution.epoch) {
            excuse(.superseded, execution, since: since)
        }
        addUnpublished(execution, isUnrecorded: isUnrecorded, since: since)
    }

    /// What may not have been published, and may have made room for others before it ended.
    private mutating func addUnpublished(_ execution: ObservedExecution, isUnrecorded: Bool, since: UInt64) {
        if isLateToItsEpoch(execution) { excuse(.superseded, execution, since: execution.begin) }
        // Neither was published: what did not count, what gave up, a failure without waiters, and one whose
        // timeout passed between the step's end and the flight's.
        let mayPause = evidence.program.pace.preemption > 0 || !evidence.program.pace.isPrompt
        let mayBeOverdue = mayPause && plan.supersededAfter != nil
        let mayBeUnpublished =
            !execution.succeeded && (execution.gaveUp || plan.cancelsAbandoned || mayBeOverdue)
        // After a shutdown no event tells what became of an execution whose record was still being stored, or whether one
        // had been abandoned.
        let isUnheard =
            evidence.shutdown != nil
            && (evidence.program.configuration.recordStoreFailure == .failClosed || plan.cancelsAbandoned)
        // A result is withheld until its record is stored, and not made again, unless its epoch is over by then.
        let mayBeOver = plan.supersededAfter != nil || plan.cancelsAbandoned || !evidence.invalidations.isEmpty
        let isLost = isUnrecorded && (!execution.succeeded || mayBeOver)
        if isLost || mayBeUnpublished || isUnheard { excuse(.superseded, execution, since: since) }
    }

    /// Whether the epoch may have been invalidated before the execution began.
    private func isLateToItsEpoch(_ execution: ObservedExecution) -> Bool {
        evidence.mayBeginLate(execution)
            && evidence.invalidations.contains {
                $0.key ?? execution.key == execution.key && $0.at > execution.claimedAfter
                    && $0.since < execution.begin
            }
    }

    /// From when on a cancelled execution may have made room for another. It makes room first, and hears of it a moment
    /// later: from another task when a grace period ends or the last waiter's deadline passes, or as soon as its own task is
    /// known.
    private func madeRoom(_ execution: ObservedExecution, cancelledAt: UInt64) -> UInt64 {
        guard case .cancel(let grace) = plan.policy.abandonment else { return cancelledAt }
        let leftAt = evidence.calls.filter { $0.key == execution.key }
            .compactMap { call in call.deadline.map { call.start + $0 } }
            .filter { $0 > execution.claimedAfter }.min()
        let mayLeave =
            grace > .zero || evidence.mayBeginLate(execution) ? execution.claimedAfter : leftAt ?? cancelledAt
        return min(cancelledAt, mayLeave + UInt64(grace.wholeNanoseconds))
    }

    /// An excuse that holds from `since` on; by when at the latest is not known.
    private mutating func excuse(_ kind: ExcuseKind, _ execution: ObservedExecution, since: UInt64) {
        history.excuses.append(Excuse(kind, key: key, since: since, at: .max, execution: execution.id))
    }

    private mutating func addCacheEvents() {
        for event in evidence.core?.events ?? [] {
            // The next time stamp: what happened before the event may have taken the last one.
            let time = UInt64(event.time.nanosecondsSinceEpoch) + 1
            switch event.kind {
            case .cacheEvicted, .cacheExpired:
                guard let id = evidence.executionOfEpoch[event.epoch],
                    let execution = evidence.execution(id), execution.key == Int(key)
                else { continue }
                history.excuses.append(
                    Excuse(
                        event.kind == .cacheEvicted ? .evicted : .expired, key: key, since: execution.end ?? time,
                        at: time, execution: id))
            default: continue
            }
        }
    }

    /// An execution whose successor began before it ended has surely lost its epoch by then: from there on no caller may join
    /// it, and none may ever get its result from the cache. Whether the successor was allowed to begin is judged by the
    /// checker, from the excuses above.
    private mutating func addLostEpochs() {
        let executions = history.executions.sorted { $0.epoch < $1.epoch }
        for (position, execution) in executions.enumerated() {
            let successors = executions.dropFirst(position + 1)
            guard let begin = successors.map(\.begin).min(), begin < execution.end else { continue }
            // What began late began when its epoch was over, and its successor is not to blame that they overlap, nor that
            // it has a result already.
            let mayBeLate = evidence.execution(execution.id).map(evidence.mayBeginLate) ?? false
            let isLate = begin < execution.begin && mayBeLate
            history.excuses.append(
                Excuse(
                    .superseded, key: key, since: isLate ? execution.begin : .max, at: begin, execution: execution.id))
            guard isLate else { continue }
            for successor in successors where successor.begin < execution.begin {
                history.excuses.append(
                    Excuse(
                        .superseded, key: key, since: execution.begin, at: .max, execution: successor.id))
            }
        }
    }
}

extension Answer.Source {
    fileprivate var outcome: OutcomeClass {
        switch self {
        case .hit: .hit
        case .joined: .joined
        case .executed: .executed
        }
    }
}
