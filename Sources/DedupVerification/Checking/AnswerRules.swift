/// The rules for calls: each returns, with the current result of its key, which is what its outcome says it is.
struct AnswerRules {
    private let freshness: FreshnessRule
    private let duplicateMode: DuplicateMode
    private let staleAllowance: UInt64?
    private let allowsUnexplainedFailures: Bool
    private let calls: [Call]
    private let index: HistoryIndex
    private let excuses: ExcuseIndex
    private let answers: AnswerFacts
    private let timeline: FreshnessTimeline
    private let flights: FlightWindows
    private let knowsAllExecutions: Bool
    private let allowsUnnamedAnswers: Bool
    private let isExcerpt: Bool

    init(
        checker: HistoryChecker, history: History, index: HistoryIndex, excuses: ExcuseIndex, answers: AnswerFacts,
        timeline: FreshnessTimeline
    ) {
        freshness = checker.freshness
        duplicateMode = checker.duplicateMode
        staleAllowance = checker.staleAllowance
        allowsUnexplainedFailures = checker.allowsUnexplainedFailures
        allowsUnnamedAnswers = checker.allowsUnnamedAnswers
        isExcerpt = checker.isExcerpt
        calls = history.calls
        self.index = index
        self.excuses = excuses
        self.answers = answers
        self.timeline = timeline
        let needsFlights = history.calls.contains { $0.outcome == .rejected && $0.hasReturned }
        flights = FlightWindows(needsFlights ? index : nil, answers: answers, checker: checker)
        knowsAllExecutions = history.droppedExecutions == 0
    }

    /// Checks one call, and says what it met.
    func check(_ call: Call, number: Int, _ log: inout ViolationLog) -> Tally.Encounter {
        let position = Int(index.positionOfCall[number])
        var isRight = false
        if !call.hasReturned {
            report(.lostCall, call, nil, "\(Self.name(call)) never returned", &log)
        } else if call.outcome == .invalidated {
            return Tally.Encounter()
        } else if call.outcome == .abandoned {
            checkAbandonment(call, &log)
        } else if call.outcome == .missed {
            checkMiss(call, &log)
        } else if call.outcome == .rejected {
            checkRejection(call, &log)
        } else if position < 0 {
            checkUnknown(call, &log)
        } else {
            isRight = checkSource(call, position, &log)
            if isRight { checkOutcome(call, number, position, &log) }
        }
        let isServed = isRight && (call.outcome == .hit || call.outcome == .stale)
        return encounter(of: call, position, isServed: isServed)
    }

    /// The answer must be that of a finished execution of the same key, unchanged.
    private func checkSource(_ call: Call, _ position: Int, _ log: inout ViolationLog) -> Bool {
        let execution = index.executions[position]
        func name() -> String { Self.name(call) }
        guard execution.key == call.key else {
            report(.wrongKey, call, position, "\(name()) got the result of key \(execution.key)", &log)
            return false
        }
        guard execution.ended, execution.end <= call.end else {
            report(
                .answerFromFuture, call, position,
                "\(name()) returned before execution \(execution.id), which it names, had ended", &log)
            return false
        }
        guard execution.succeeded != (call.outcome == .failed) else {
            let got = execution.succeeded ? "an error, but" : "a value, but"
            let did = execution.succeeded ? "succeeded" : "failed"
            report(.wrongOutcome, call, position, "\(name()) got \(got) execution \(execution.id) \(did)", &log)
            return false
        }
        if call.value != 0, call.value != call.execution {
            report(
                .corruptValue, call, position,
                "\(name()) got the value \(call.value) from execution \(execution.id), whose value is its id", &log)
        }
        return true
    }

    private func checkOutcome(_ call: Call, _ number: Int, _ position: Int, _ log: inout ViolationLog) {
        switch call.outcome {
        case .hit:
            let limit = timeline.staleFrom[position].saturatingAdd(staleAllowance ?? 0)
            checkServed(call, position, until: limit, &log)
        case .joined: checkJoin(call, position, &log)
        case .executed: checkExecuted(call, number, position, &log)
        case .failed: checkFailure(call, position, &log)
        case .stale: checkStale(call, position, &log)
        case .rejected, .missed, .abandoned, .invalidated: break
        }
    }

    private func checkStale(_ call: Call, _ position: Int, _ log: inout ViolationLog) {
        guard let staleAllowance else {
            return report(
                .staleHit, call, position,
                "\(Self.name(call)) got a stale result, that of execution \(call.execution), which was not promised",
                &log)
        }
        checkServed(call, position, until: timeline.staleFrom[position].saturatingAdd(staleAllowance), &log)
    }

    /// A result from the cache is young enough, there is no newer one, and it has not been removed.
    private func checkServed(_ call: Call, _ position: Int, until limit: UInt64, _ log: inout ViolationLog) {
        let execution = index.executions[position]
        func name() -> String { "\(Self.name(call)) hit the result of execution \(execution.id)" }
        let staleFrom = timeline.staleFrom[position]
        // Without a cache the bound is the return of the first answer, which may be this very call's.
        let isStale = freshness.longest == 0 ? call.start > limit : call.start >= limit
        if isStale {
            report(
                .staleHit, call, position,
                "\(name()), which had been stale for at least \(IntervalDiagram.time(call.start - staleFrom))", &log)
        } else if call.start > timeline.outdatedAfter[position] {
            report(
                .outdatedHit, call, position,
                "\(name()) \(IntervalDiagram.time(call.start - timeline.outdatedAfter[position])) after a newer one had been answered",
                &log)
        } else if excuses.surelyRemoved(execution) < call.start {
            report(
                .servedAfterRemoval, call, position,
                "\(name()) \(IntervalDiagram.time(call.start - excuses.surelyRemoved(execution))) after that had been removed",
                &log)
        }
    }

    private func checkJoin(_ call: Call, _ position: Int, _ log: inout ViolationLog) {
        let execution = index.executions[position]
        func name() -> String { "\(Self.name(call)) joined execution \(execution.id)" }
        if !duplicateMode.allowsJoins {
            report(.lateJoin, call, position, "\(name()), but the duplicate mode is \(duplicateMode.rawValue)", &log)
        } else if call.start > answers.earliestAnswer[position] {
            report(
                .lateJoin, call, position,
                "\(name()) \(IntervalDiagram.time(call.start - answers.earliestAnswer[position])) after that had been answered",
                &log)
        } else if excuses.surelyDetached(execution) < call.start {
            report(
                .servedAfterRemoval, call, position,
                "\(name()) \(IntervalDiagram.time(call.start - excuses.surelyDetached(execution))) after that had lost its epoch",
                &log)
        }
    }

    private func checkExecuted(_ call: Call, _ number: Int, _ position: Int, _ log: inout ViolationLog) {
        let execution = index.executions[position]
        func name() -> String { Self.name(call) }
        let leader = answers.leader[position]
        if execution.begin < call.start {
            report(
                .foreignExecution, call, position,
                "\(name()) claims execution \(execution.id), which began before the call did", &log)
        } else if leader >= 0, leader != number {
            let other = calls[leader]
            log.add(.foreignExecution, phase: call.phase, at: max(call.start, other.start, execution.begin)) {
                Violation(
                    kind: .foreignExecution, key: call.key,
                    explanation: "\(name()) and call \(other.request) both claim execution \(execution.id)",
                    executions: [execution], calls: [other, call])
            }
        }
    }

    private func checkFailure(_ call: Call, _ position: Int, _ log: inout ViolationLog) {
        let bound = answers.earliestAnswer[position].saturatingAdd(freshness.longestFailure)
        guard call.start > bound else { return }
        let late = IntervalDiagram.time(call.start - bound)
        report(
            .lateFailure, call, position,
            "\(Self.name(call)) got the error of execution \(call.execution) \(late) too late", &log)
    }

    /// A call leaves because of its own caller alone.
    private func checkAbandonment(_ call: Call, _ log: inout ViolationLog) {
        guard call.verb != .cancel, call.verb != .deadline else { return }
        report(
            .unjustifiedAbandonment, call, nil,
            "\(Self.name(call)) was given up, and its caller had neither cancelled it nor given it a deadline", &log)
    }

    /// What was there from the start of the call to its end cannot have been missed: it was there when a call had been answered
    /// with it.
    private func checkMiss(_ call: Call, _ log: inout ViolationLog) {
        let group = index.group(of: call.key)
        guard let position = timeline.freshResult(at: call.start, in: group),
            timeline.freshResult(at: call.end, in: group) == position, answers.earliest[position] < call.start
        else { return }
        report(
            .missedResult, call, position,
            "\(Self.name(call)) found nothing, where the result of execution \(index.executions[position].id) was fresh",
            &log)
    }

    private func checkRejection(_ call: Call, _ log: inout ViolationLog) {
        func name() -> String { "\(Self.name(call)) was rejected" }
        if !duplicateMode.allowsRejections {
            report(
                .unjustifiedRejection, call, nil, "\(name()), but the duplicate mode is \(duplicateMode.rawValue)", &log
            )
        } else if !flights.anyOverlaps(call) {
            report(.unjustifiedRejection, call, nil, "\(name()), but no execution of the key was in the way", &log)
        }
    }

    private func checkUnknown(_ call: Call, _ log: inout ViolationLog) {
        if call.outcome == .failed, call.execution == 0 {
            // The error of a deadline or of a limit comes from no execution; where there are none, it hides something.
            if allowsUnexplainedFailures { return }
            let explanation = "\(Self.name(call)) was answered with an error that comes from no execution"
            return report(.unexplainedFailure, call, nil, explanation, &log)
        }
        if !knowsAllExecutions || (isExcerpt && call.execution != 0 && call.outcome != .executed) { return }
        if allowsUnnamedAnswers, call.execution == 0, call.outcome != .executed || holdsExecution(call) { return }
        let named = call.execution == 0 ? "no execution" : "execution \(call.execution), which never began"
        report(.unknownExecution, call, nil, "the answer of \(Self.name(call)) names \(named)", &log)
    }

    /// Whether an execution of its key lies within a call.
    private func holdsExecution(_ call: Call) -> Bool {
        let group = index.group(of: call.key)
        let next = index.firstBeginning(atOrAfter: call.start, in: group)
        return group[next...].contains { index.executions[$0].endOrForever <= call.end }
    }

    private func encounter(of call: Call, _ position: Int, isServed: Bool) -> Tally.Encounter {
        let group = index.group(of: call.key)
        guard !group.isEmpty else { return Tally.Encounter() }
        let end = call.hasReturned ? call.end : .max
        let running = index.overlapping(from: call.start, to: end, in: group)
        let overlapped = running > (ledOwnExecution(call, position) ? 1 : 0)
        let met = overlapped || isServed || timeline.freshResult(at: call.start, in: group) != nil
        return Tally.Encounter(isOpportunity: met, overlappedExecution: overlapped)
    }

    private func ledOwnExecution(_ call: Call, _ position: Int) -> Bool {
        guard position >= 0, call.outcome == .executed || call.outcome == .failed, call.hasReturned else {
            return false
        }
        let execution = index.executions[position]
        return execution.key == call.key && call.start <= execution.begin && execution.endOrForever <= call.end
    }

    private static func name(_ call: Call) -> String { "call \(call.request) of key \(call.key)" }

    private func report(
        _ kind: ViolationKind, _ call: Call, _ position: Int?, _ explanation: @autoclosure () -> String,
        _ log: inout ViolationLog
    ) {
        let begin = position.map { index.executions[$0].begin } ?? 0
        log.add(kind, phase: call.phase, at: max(call.start, begin)) {
            Violation(
                kind: kind, key: call.key, explanation: explanation(),
                executions: position.map { [index.executions[$0]] } ?? [], calls: [call])
        }
    }
}
