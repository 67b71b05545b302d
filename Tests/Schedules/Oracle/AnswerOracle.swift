internal import Caching
internal import Dedup

/// Judges every answer by itself.
struct AnswerOracle {
    private(set) var problems: [String] = []

    private let evidence: Evidence

    init(_ evidence: Evidence) {
        self.evidence = evidence
        for call in evidence.calls {
            if call.endings != 1 { report(call, "has ended \(call.endings) times") }
            switch call.ending {
            case .answered(let answer): judge(call, answer)
            case .stepFailed(let execution): judge(call, failureOf: execution)
            case .cancelled:
                if call.cancelledAt == nil { report(call, "got a CancellationError without having been cancelled") }
            case .refused(let code, let epoch): judge(call, code, epoch)
            case .unexpected(let error): report(call, "got an error that was not thrown: \(error)")
            case nil: report(call, "never ended")
            }
        }
    }

    private mutating func report(_ call: ObservedCall, _ problem: String) {
        problems.append("\(call.name), for key \(call.key), \(problem)")
    }

    private mutating func judge(_ call: ObservedCall, _ answer: Answer) {
        guard let id = evidence.executionOfEpoch[answer.epoch], let execution = evidence.execution(id) else {
            return report(call, "got the result of epoch \(answer.epoch), in which nothing ran")
        }
        if answer.value != id { report(call, "got the value \(answer.value) from execution \(id)") }
        let plan = evidence.program.keys[call.key]
        if answer.source == .hit {
            if plan.timeToLive == nil { report(call, "hit a result that must not be cached") }
            if evidence.superseded.contains(answer.epoch) {
                report(call, "hit the result of execution \(id), whose epoch was over when it ended")
            }
        }
        guard let cancelledAt = execution.cancelledAt, cancelledAt < execution.end ?? .max else { return }
        if answer.source == .hit { report(call, "hit the result of execution \(id), which had been cancelled") }
        if call.start > cancelledAt { report(call, "got the result of execution \(id) after that was cancelled") }
    }

    private mutating func judge(_ call: ObservedCall, failureOf id: UInt64) {
        guard let execution = evidence.execution(id), execution.key == call.key, !execution.succeeded else {
            return report(call, "got the failure of execution \(id), which is not of this key or has not failed")
        }
        guard let cancelledAt = execution.cancelledAt, cancelledAt < execution.end ?? .max else { return }
        if call.start > cancelledAt { report(call, "got the failure of execution \(id) after that was cancelled") }
    }

    private mutating func judge(_ call: ObservedCall, _ code: DedupError.Code, _ epoch: UInt64?) {
        switch code {
        case .rejected, .overdue: judgeRejection(call, code, epoch)
        case .deadlineExceeded:
            guard let deadline = call.deadline, call.end ?? 0 >= call.start + deadline else {
                return report(call, "was told that its deadline had passed, which had not")
            }
        case .recursiveExecution:
            if call.parent == nil { report(call, "waits for itself, it is said, but no step made it") }
        case .tooManyWaiters:
            if evidence.program.configuration.waiterLimit > 100 { report(call, "met a limit that was not reached") }
        case .shutDown:
            if evidence.shutdown.map({ call.end ?? 0 < $0.start }) ?? true { report(call, "was told of a shutdown") }
        case .recordStoreUnavailable:
            // With time that passes early, even a working store may take longer than it is given.
            let limit = UInt64(evidence.program.configuration.recordTimeout.wholeNanoseconds)
            let isTooSlow =
                evidence.program.pace.earlyTime > 0
                && evidence.calls.contains { $0.key == call.key && $0.start + limit <= call.end ?? 0 }
            if evidence.program.store.failureRate == 0, !isTooSlow {
                report(call, "was told that a working store had failed")
            }
        default: report(call, "was refused with \(code.rawValue)")
        }
    }

    /// The execution in the way must be one of this key, and no caller had its answer when the call was made.
    private mutating func judgeRejection(_ call: ObservedCall, _ code: DedupError.Code, _ epoch: UInt64?) {
        guard let epoch else { return report(call, "was rejected for no execution") }
        // Where its record could not be opened, the step never began.
        guard let id = evidence.executionOfEpoch[epoch], let execution = evidence.execution(id) else { return }
        if execution.key != call.key { report(call, "was rejected for execution \(id) of key \(execution.key)") }
        let answered = evidence.calls.lazy.filter { $0.ending.flatMap(\.answeredEpoch) == epoch }.compactMap(\.end)
            .min()
        if let answered, answered < call.start { report(call, "was rejected for execution \(id), which was over") }
        if code == .overdue, case .hold(let after) = evidence.program.keys[call.key].policy.timeout {
            let earliest = execution.begin + UInt64(after.wholeNanoseconds)
            if !evidence.isDelayed(execution), (call.end ?? 0) + 1_000 < earliest {
                report(call, "was told too early that it is overdue")
            }
        } else if code == .overdue {
            report(call, "was told that execution \(id) is overdue, which has no time limit that holds")
        }
    }
}

extension Ending {
    /// The epoch of the execution that was answered.
    fileprivate var answeredEpoch: UInt64? {
        if case .answered(let answer) = self { answer.epoch } else { nil }
    }
}
