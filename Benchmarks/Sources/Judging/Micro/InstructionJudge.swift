package import Evidence
package import Measurement

/// Says whether operations take more instructions than they did in an earlier build, by more than a limit.
///
/// Counted instructions of one program hardly vary, so a limit does what an interval does elsewhere.
package struct InstructionJudge: Sendable {
    /// What one operation came to.
    package struct Row: Hashable, Sendable {
        /// What was counted now.
        package let now: InstructionCount
        /// What it was in the earlier build; nil where that has none.
        package let before: Double?
        /// What both come to; nil where there is no earlier one.
        package let verdict: ComparisonVerdict?

        /// How many times more it is; nil where there is no earlier one.
        package var ratio: Double? { before.map { now.perOperation / $0 } }
    }

    /// The operations, in the order in which they were counted.
    package let rows: [Row]
    /// What the earlier build has and was not counted now.
    package let missing: [String]
    /// What the earlier counts differ in that explains differences, too: the compiler, the processor.
    package let elsewhere: [String]
    private let isCompared: Bool

    /// Holds counts against earlier ones.
    ///
    /// - Parameters:
    ///   - counts: What was counted now.
    ///   - earlier: What was counted before; nil where there is nothing to hold them against.
    ///   - limit: By how much an operation may take more: 0.01 is 1 %.
    ///   - machine: Where the counts of now are from.
    package init(
        _ counts: [InstructionCount], against earlier: RecordFile<InstructionCount>?, limit: Double,
        on machine: MachineFingerprint
    ) {
        rows = counts.map { count in
            let before = earlier?.rows.first { $0.name == count.name }?.perOperation
            let verdict: ComparisonVerdict? = before.map {
                count.perOperation > $0 * (1 + limit) ? .regression : .noRegression
            }
            return Row(now: count, before: before, verdict: verdict)
        }
        let names = Set(counts.map(\.name))
        missing = earlier?.rows.map(\.name).filter { !names.contains($0) } ?? []
        elsewhere = earlier.map { machine.differences(from: $0.machine) } ?? []
        isCompared = earlier != nil
    }

    /// What all of them came to: without earlier counts there is nothing to fail, and with others than these nothing is known.
    package var verdict: RunVerdict {
        if rows.contains(where: { $0.verdict == .regression }) { return .fail }
        return isCompared && rows.allSatisfy { $0.before == nil } ? .inconclusive : .pass
    }
}
