/// What the records of all fingerprints of one step add up to.
///
/// Every count of the ``tally`` reads as the statistics' own, as in ``ExecutionRecord``. Counts are sums over the
/// records, never the number of records; that is ``fingerprints``.
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
