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
