internal import Caching
internal import Dedup

/// Judges whether executions were cancelled only when they had no waiters.
///
/// From outside it cannot be seen which call waits for which execution, so only calls count that surely did: those that came while the
/// execution was current, in schedules where time passes only when nothing can run, so that they had begun to wait.
struct AbandonmentOracle {
    /// Nanoseconds after which a call has surely joined its flight: every time stamp costs one.
    private static let allowance: UInt64 = 5_000

    private(set) var problems: [String] = []

    init(_ evidence: Evidence) {
        guard evidence.program.pace.isPrompt, evidence.shutdown == nil else { return }
        for execution in evidence.executions {
            guard let cancelledAt = execution.cancelledAt, cancelledAt < execution.end ?? .max,
                Self.wasCurrent(execution, until: cancelledAt, evidence)
            else { continue }
            let waiting = evidence.calls.first { Self.surelyWaits($0, for: execution, at: cancelledAt, evidence) }
            if let waiting {
                problems.append("execution \(execution.id) was cancelled although \(waiting.name) waited for it")
            }
        }
    }

    /// Whether every newcomer met this execution from its beginning to `time`.
    private static func wasCurrent(_ execution: ObservedExecution, until time: UInt64, _ evidence: Evidence) -> Bool {
        let bound = execution.claimedAfter
        let isInvalidated = evidence.invalidations.contains {
            $0.key ?? execution.key == execution.key && $0.at > bound && $0.since < time
        }
        let timeout = evidence.program.keys[execution.key].policy.timeout.duration.map { UInt64($0.wholeNanoseconds) }
        return !isInvalidated && timeout.map { time < bound + $0 } ?? true
    }

    private static func surelyWaits(
        _ call: ObservedCall, for execution: ObservedExecution, at time: UInt64, _ evidence: Evidence
    ) -> Bool {
        // A cancellation runs through nested calls from the inside out, so the outer one is seen a moment later.
        let later = time + allowance
        return call.key == execution.key && call.start > execution.begin && call.start + allowance < time
            && call.end ?? .max > time && call.cancelledAt ?? .max > later
            && call.deadline.map { call.start + $0 > later } ?? true
    }
}
