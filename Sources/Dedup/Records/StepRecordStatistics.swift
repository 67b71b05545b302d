/// The sum of the records of all fingerprints of one step.
///
/// Every count of the ``tally`` reads as the statistics' own, as in ``ExecutionRecord``. Counts are sums over the records,
/// never the number of records; that is ``fingerprints``.
@dynamicMemberLookup
public struct StepRecordStatistics: Hashable, Sendable {
    /// The name of the step.
    public let step: String

    /// How many different fingerprints have a record.
    public let fingerprints: Int

    /// The sum over all of them.
    public let tally: ExecutionTally

    /// Makes the statistics of a step.
    public init(step: String, fingerprints: Int, tally: ExecutionTally) {
        self.step = step
        self.fingerprints = fingerprints
        self.tally = tally
    }

    /// Reads a count or a duration of the ``tally``.
    public subscript<Value>(dynamicMember member: KeyPath<ExecutionTally, Value>) -> Value {
        tally[keyPath: member]
    }

    /// The order in which stores return statistics: most offered first, then by the bytes of the step's name.
    public static func mostOfferedFirst(_ lhs: StepRecordStatistics, _ rhs: StepRecordStatistics) -> Bool {
        let (left, right) = (lhs.tally.offered, rhs.tally.offered)
        return left == right ? lhs.step.utf8.lexicographicallyPrecedes(rhs.step.utf8) : left > right
    }
}

// MARK: - Adding up

/// Adds records up by step, telling step names apart byte by byte.
package struct StepSums {
    private struct Sum {
        let step: String
        var fingerprints = 0
        var tally = ExecutionTally()

        mutating func add(_ other: ExecutionTally) {
            fingerprints += 1
            tally.merge(other)
        }
    }

    // The bytes are the key, because equal strings may differ in their bytes.
    private var sums: [[UInt8]: Sum] = [:]

    /// Adds up records, of which no two have the same id.
    package init(_ records: some Sequence<ExecutionRecord>) {
        for record in records {
            sums[Array(record.step.utf8), default: Sum(step: record.step)].add(record.tally)
        }
    }

    /// The sums, in no particular order.
    package var statistics: [StepRecordStatistics] {
        sums.values.map { StepRecordStatistics(step: $0.step, fingerprints: $0.fingerprints, tally: $0.tally) }
    }
}
