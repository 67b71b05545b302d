/// The rules for executions: none overlaps another of its key, none runs beside a fresh result, none expires early.
struct ExecutionRules {
    let index: HistoryIndex
    let excuses: ExcuseIndex
    let timeline: FreshnessTimeline
    /// Whether the execution at a position may have begun in order to renew a fresh result.
    let isRefresh: (Int) -> Bool

    /// Logs what breaks the rules; returns, by position, which executions nothing justified.
    func check(_ log: inout ViolationLog, phaseOf: (Int) -> UInt16?) -> [Bool] {
        var duplicates = [Bool](repeating: false, count: index.executions.count)
        for group in index.allGroups {
            var running = RunningExecutions()
            for position in group {
                let phase = phaseOf(position)
                duplicates[position] = isDuplicate(position, in: group, &running, &log, phase: phase)
                checkRemovals(position, &log, phase: phase)
            }
        }
        return duplicates
    }

    /// Whether nothing justified the execution at a position, which is then logged.
    private func isDuplicate(
        _ position: Int, in group: Range<Int>, _ running: inout RunningExecutions, _ log: inout ViolationLog,
        phase: UInt16?
    ) -> Bool {
        let execution = index.executions[position]
        // A flight whose epoch was over before its execution began is not in the way of others, nor they in its.
        guard !excuses.detaches(execution, at: position, by: execution.begin) else { return false }
        defer { running.add(position) }
        if let other = running.find(at: execution.begin, index: index, isExcused: { isExcused($0, execution) }) {
            log.add(.overlap, phase: phase, at: execution.begin) { overlap(index.executions[other], execution) }
            return true
        }
        guard !isRefresh(position),
            let fresh = timeline.freshResult(at: execution.begin, in: group, before: position)
        else { return false }
        log.add(.unjustifiedExecution, phase: phase, at: execution.begin) { unjustified(fresh, execution) }
        return true
    }

    private func isExcused(_ earlier: Int, _ later: Execution) -> Bool {
        excuses.detaches(index.executions[earlier], at: earlier, by: later.begin)
    }

    private func overlap(_ first: Execution, _ second: Execution) -> Violation {
        let shared = min(first.endOrForever, second.endOrForever)
        let extent = shared == .max ? "and neither ended" : "by \(IntervalDiagram.time(shared - second.begin))"
        return Violation(
            kind: .overlap, key: second.key, explanation: "two executions of key \(second.key) overlap \(extent)",
            executions: [first, second], calls: [])
    }

    private func unjustified(_ position: Int, _ execution: Execution) -> Violation {
        let fresh = index.executions[position]
        let until = timeline.surelyFreshUntil(position, at: execution.begin)
        let rest = until == .max ? "without end" : "for another \(IntervalDiagram.time(until - execution.begin))"
        let explanation = """
            execution \(execution.id) of key \(execution.key) began \(IntervalDiagram.time(execution.begin - fresh.end)) \
            after execution \(fresh.id) had ended, whose result was fresh \(rest)
            """
        return Violation(
            kind: .unjustifiedExecution, key: execution.key, explanation: explanation, executions: [fresh, execution],
            calls: [])
    }

    /// What was removed as expired had expired, and what was evicted was in the way of something.
    private func checkRemovals(_ position: Int, _ log: inout ViolationLog, phase: UInt16?) {
        let execution = index.executions[position]
        func report(_ kind: ViolationKind, _ explanation: @autoclosure () -> String) {
            log.add(kind, phase: phase, at: execution.begin) {
                Violation(
                    kind: kind, key: execution.key,
                    explanation: "the result of execution \(execution.id) of key \(execution.key) was \(explanation())",
                    executions: [execution], calls: [])
            }
        }
        for excuse in excuses.expirations(of: execution)
        where execution.ended && excuse.at < timeline.surelyFreshUntil(position, at: excuse.at) {
            let early = timeline.surelyFreshUntil(position, at: excuse.at) - excuse.at
            report(
                .prematureExpiry, "removed as expired \(IntervalDiagram.time(early)) before it could have expired")
        }
        if let excuse = excuses.prematureEviction(of: execution) {
            let full =
                excuses.fullFrom == .max
                ? "which it never filled"
                : "which it could not fill before \(IntervalDiagram.time(excuses.fullFrom - excuse.at)) later"
            report(.prematureEviction, "evicted from a cache \(full)")
        }
    }
}

/// The executions of one key that may still run, as a sweep by begin meets them.
private struct RunningExecutions {
    private var positions: [Int] = []

    mutating func add(_ position: Int) { positions.append(position) }

    /// One that runs at `time` and is in the way of what begins then. What has ended or is excused stays so, and is dropped: no
    /// execution is looked at in vain twice.
    mutating func find(at time: UInt64, index: HistoryIndex, isExcused: (Int) -> Bool) -> Int? {
        while let last = positions.last {
            if index.executions[last].endOrForever > time, !isExcused(last) { return last }
            positions.removeLast()
        }
        return nil
    }
}
