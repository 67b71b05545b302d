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
    /// The least number of the first stretch. Subjects number on, but from the time on at which they began, say.
    private var firstNumber: UInt64?
    /// The id of the execution by the number that the subject knows it by, less the first one; 0 for none.
    private var idsOfNumbers: FiledArray<UInt64>
    /// Of numbers that do not go on.
    private var idsOfOthers: [UInt64: UInt64] = [:]

    /// How many numbers did not go on from those before: each takes some memory to the end.
    package var strayNumbers: Int { idsOfOthers.count }

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
        firstNumber = firstNumber ?? history.executions.lazy.map(\.epoch).filter { $0 > 0 }.min()
        for execution in history.executions { learn(execution) }
        let unnamed = history.excuses.indices.filter { history.excuses[$0].key == .max }
        let ids = try ids(of: unnamed.map { history.excuses[$0].execution })
        let named = zip(unnamed, ids).compactMap { index, id in id.map { (index, $0) } }
        for ((index, id), key) in zip(named, try keys.elements(at: named.map { Int($0.1) - 1 })) {
            history.excuses[index].execution = id
            history.excuses[index].key = key
        }
        let unknown = Set(zip(unnamed, ids).lazy.filter { $1 == nil }.map(\.0))
        if !unknown.isEmpty {
            history.excuses = history.excuses.indices.filter { !unknown.contains($0) }.map { history.excuses[$0] }
        }
        guard byEpoch else { return history }
        let rejected = history.calls.indices.filter { history.calls[$0].outcome == .rejected }
        for (index, id) in zip(rejected, try self.ids(of: rejected.map { history.calls[$0].execution })) {
            history.calls[index].execution = id ?? 0
        }
        return history
    }

    /// The first execution of a number is the one that is meant.
    private mutating func learn(_ execution: Execution) {
        // Executions that found no room leave a gap.
        keys.grow(to: Int(execution.id) - 1, with: .max)
        keys.append(execution.key)
        guard byEpoch else { return }
        let place = place(of: execution.epoch)
        guard place < UInt64(4 * keys.count + 1_024), Int(place) >= idsOfNumbers.inMemory.lowerBound else {
            if idsOfOthers[execution.epoch] == nil { idsOfOthers[execution.epoch] = execution.id }
            return
        }
        idsOfNumbers.grow(to: Int(place) + 1, with: 0)
        if idsOfNumbers[Int(place)] == 0 { idsOfNumbers[Int(place)] = execution.id }
    }

    private func place(of number: UInt64) -> UInt64 { number &- (firstNumber ?? 0) }

    /// The ids of the executions that the subject knows by some numbers; nil where there is none.
    private func ids(of numbers: [UInt64]) throws(HistoryFileError) -> [UInt64?] {
        guard byEpoch else { return numbers.map { $0 > 0 && $0 <= keys.count ? $0 : nil } }
        var ids = numbers.map { idsOfOthers[$0] }
        let known = numbers.indices.filter { place(of: numbers[$0]) < UInt64(idsOfNumbers.count) }
        let places = known.map { Int(place(of: numbers[$0])) }
        for (index, id) in zip(known, try idsOfNumbers.elements(at: places)) where id > 0 {
            ids[index] = min(id, ids[index] ?? .max)
        }
        return ids
    }
}
