/// What the answers of calls tell about the executions they name: bounds for times that were not logged.
///
/// Indexed by position. Only answers that can be true count: of the right key, and not before the execution ended.
struct AnswerFacts {
    /// The earliest return of any call that got the result: the result was published by then.
    private(set) var earliest: [UInt64]
    /// The earliest return of a call that executed, joined or failed with it: its flight was over by then.
    private(set) var earliestAnswer: [UInt64]
    /// The number of the call that executed it; -1 when no call says so.
    private(set) var leader: [Int]
    /// A time at or before the claim of the flight, which may be long before the execution begins: the start of the call
    /// that executed it, or else the begin less the tolerance.
    private(set) var claimedAfter: [UInt64]

    init(_ calls: [Call], index: HistoryIndex, tolerance: UInt64) {
        earliest = [UInt64](repeating: .max, count: index.executions.count)
        earliestAnswer = earliest
        leader = [Int](repeating: -1, count: index.executions.count)
        claimedAfter = index.executions.map { $0.begin - min($0.begin, tolerance) }
        for (number, call) in calls.enumerated() where call.hasReturned && call.outcome != .rejected {
            let position = Int(index.positionOfCall[number])
            guard position >= 0 else { continue }
            let execution = index.executions[position]
            guard execution.key == call.key, execution.ended, execution.end <= call.end else { continue }
            earliest[position] = min(earliest[position], call.end)
            if call.outcome == .hit || call.outcome == .stale { continue }
            earliestAnswer[position] = min(earliestAnswer[position], call.end)
            if call.outcome == .executed, leader[position] < 0 {
                leader[position] = number
                claimedAfter[position] = min(call.start, execution.begin)
            }
        }
    }
}
