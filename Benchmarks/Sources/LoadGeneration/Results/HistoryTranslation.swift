internal import DedupBenchKit
internal import DedupVerification

/// Completes a history, stretch by stretch: finds the keys of excuses that only name an execution, and replaces a subject's own
/// numbers of executions by those of the history.
struct HistoryTranslation {
    private let byEpoch: Bool
    /// By id of the execution less 1.
    private var keys: [UInt32] = []
    /// The id of the execution by the number that the subject knows it by, less 1; 0 for none. Subjects number on, so it is an
    /// array.
    private var idsOfNumbers: [UInt32] = []
    /// Of a subject that numbers otherwise.
    private var idsOfOthers: [UInt64: UInt64] = [:]

    init(_ promises: Promises) {
        byEpoch = promises.namesExecutionsByEpoch
    }

    /// A stretch as the checker wants it; those before it have been translated.
    mutating func translate(_ stretch: History) -> History {
        var history = stretch
        for execution in history.executions { learn(execution) }
        history.excuses = history.excuses.compactMap { excuse in
            guard excuse.key == .max else { return excuse }
            guard let id = id(of: excuse.execution) else { return nil }
            var excuse = excuse
            excuse.execution = id
            excuse.key = keys[Int(id) - 1]
            return excuse
        }
        guard byEpoch else { return history }
        for index in history.calls.indices where history.calls[index].outcome == .rejected {
            history.calls[index].execution = id(of: history.calls[index].execution) ?? 0
        }
        return history
    }

    /// The first execution of a number is the one that is meant.
    private mutating func learn(_ execution: Execution) {
        // Executions that found no room leave a gap.
        while keys.count < Int(execution.id) - 1 { keys.append(.max) }
        keys.append(execution.key)
        guard byEpoch else { return }
        let place = execution.epoch &- 1
        guard place < UInt64(4 * keys.count + 1_024), execution.id <= UInt64(UInt32.max) else {
            if idsOfOthers[execution.epoch] == nil { idsOfOthers[execution.epoch] = execution.id }
            return
        }
        while idsOfNumbers.count <= Int(place) { idsOfNumbers.append(0) }
        if idsOfNumbers[Int(place)] == 0 { idsOfNumbers[Int(place)] = UInt32(execution.id) }
    }

    /// The id of the execution that the subject knows by a number; nil where there is none.
    private func id(of number: UInt64) -> UInt64? {
        guard byEpoch else { return number > 0 && number <= keys.count ? number : nil }
        let place = number &- 1
        if place < UInt64(idsOfNumbers.count), idsOfNumbers[Int(place)] > 0 { return UInt64(idsOfNumbers[Int(place)]) }
        return idsOfOthers[number]
    }
}
