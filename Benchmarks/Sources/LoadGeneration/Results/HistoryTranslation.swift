package import DedupBenchKit
package import DedupVerification

/// Completes a history, stretch by stretch: finds the keys of excuses that only name an execution, and replaces a subject's own
/// numbers of executions by those of the history.
///
/// In memory is what a stretch brings; of those before it, it is looked up in files.
package struct HistoryTranslation {
    private let byEpoch: Bool
    /// By id of the execution less 1.
    private var keys: FiledArray<UInt32>
    /// The id of the execution by the number that the subject knows it by, less 1; 0 for none. Subjects number on, so it is an
    /// array.
    private var idsOfNumbers: FiledArray<UInt64>
    /// Of a subject that numbers otherwise.
    private var idsOfOthers: [UInt64: UInt64] = [:]

    /// Nothing is translated yet.
    ///
    /// - Parameter folder: Where the files are; nil for a history that is held in memory.
    /// - Throws: ``HistoryFileError`` when there is no writing to the folder.
    package init(_ promises: Promises, in folder: String? = nil) throws(HistoryFileError) {
        byEpoch = promises.namesExecutionsByEpoch
        keys = try FiledArray(in: folder)
        idsOfNumbers = try FiledArray(in: folder)
    }

    /// A stretch as the checker wants it; those before it have been translated.
    ///
    /// - Throws: ``HistoryFileError`` when what is known of those before it cannot be written or read.
    package mutating func translate(_ stretch: History) throws(HistoryFileError) -> History {
        try keys.settle()
        try idsOfNumbers.settle()
        var history = stretch
        for execution in history.executions { learn(execution) }
        var excuses: [Excuse] = []
        excuses.reserveCapacity(stretch.excuses.count)
        for var excuse in stretch.excuses {
            if excuse.key == .max {
                guard let id = try id(of: excuse.execution) else { continue }
                excuse.execution = id
                excuse.key = try keys.element(at: Int(id) - 1)
            }
            excuses.append(excuse)
        }
        history.excuses = excuses
        guard byEpoch else { return history }
        for index in history.calls.indices where history.calls[index].outcome == .rejected {
            history.calls[index].execution = try id(of: history.calls[index].execution) ?? 0
        }
        return history
    }

    /// The first execution of a number is the one that is meant.
    private mutating func learn(_ execution: Execution) {
        // Executions that found no room leave a gap.
        keys.grow(to: Int(execution.id) - 1, with: .max)
        keys.append(execution.key)
        guard byEpoch else { return }
        let place = execution.epoch &- 1
        guard place < UInt64(4 * keys.count + 1_024), Int(place) >= idsOfNumbers.inMemory.lowerBound else {
            if idsOfOthers[execution.epoch] == nil { idsOfOthers[execution.epoch] = execution.id }
            return
        }
        idsOfNumbers.grow(to: Int(place) + 1, with: 0)
        if idsOfNumbers[Int(place)] == 0 { idsOfNumbers[Int(place)] = execution.id }
    }

    /// The id of the execution that the subject knows by a number; nil where there is none.
    private func id(of number: UInt64) throws(HistoryFileError) -> UInt64? {
        guard byEpoch else { return number > 0 && number <= keys.count ? number : nil }
        let place = number &- 1
        if place < UInt64(idsOfNumbers.count), case let id = try idsOfNumbers.element(at: Int(place)), id > 0 {
            return id
        }
        return idsOfOthers[number]
    }
}
