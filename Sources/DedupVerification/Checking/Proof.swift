/// A part of a history that shows a violation by itself: as small as can be, and enough to check it again.
///
/// Nothing can be left out of it without changing what the checker says of the violation, and other calls of the key and of
/// other keys have no part in it. Of what says that something was not there, it shows the nearest executions of the key:
/// that there was no other takes the whole history.
public struct Proof: Hashable, Codable, Sendable {
    /// The checker that finds the violation, with what it must know of the whole history.
    public internal(set) var checker: HistoryChecker
    /// The calls, by their start.
    public internal(set) var calls: [Call]
    /// The executions, by their begin.
    public internal(set) var executions: [Execution]
    /// The excuses, by the time at which they were logged.
    public internal(set) var excuses: [Excuse]

    /// Whether the checker, given nothing but this, finds the violation again.
    public func shows(_ violation: Violation) -> Bool {
        let history = History(calls: calls, executions: executions, excuses: excuses)
        return checker.examine(history).violations.contains { $0.isSame(as: violation) }
    }

    /// The same proof, with its times counted from `base`, in nanoseconds; those before it become 0.
    func earlier(by base: UInt64) -> Proof {
        let shifted = { (time: UInt64) in time - min(time, base) }
        var proof = self
        proof.checker.fullFrom = checker.fullFrom.map { $0 == .max ? .max : shifted($0) }
        for index in calls.indices { proof.calls[index] = calls[index].earlier(by: base) }
        for index in executions.indices { proof.executions[index] = executions[index].earlier(by: base) }
        for index in excuses.indices {
            (proof.excuses[index].since, proof.excuses[index].at) = (
                shifted(excuses[index].since), shifted(excuses[index].at)
            )
        }
        return proof
    }
}

extension Call {
    /// The same call, with its times counted from `base`; those before it become 0.
    func earlier(by base: UInt64) -> Call {
        var call = self
        call.intended -= min(intended, base)
        call.start -= min(start, base)
        call.end -= min(end, base)
        return call
    }
}

extension Execution {
    /// The same execution, with its times counted from `base`; those before it become 0.
    func earlier(by base: UInt64) -> Execution {
        var execution = self
        execution.begin -= min(begin, base)
        execution.end -= min(end, base)
        return execution
    }
}
