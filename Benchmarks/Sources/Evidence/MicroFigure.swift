/// A row of `dedupbench micro` as it is judged, and kept for a later run: what does not depend on the speed of the machine.
///
/// What is not finite is left out: a file has no name for it.
package struct MicroFigure: Hashable, Codable, Sendable {
    /// What was measured.
    package var name: String
    /// On how many threads.
    package var threads: Int
    /// What ``value`` counts.
    package var unit: String
    /// What was measured, for people: it says little on another day.
    package var value: Double?
    /// That by its control of the same rounds; nil where there is none.
    package var ratio: Double?
    /// The ends of the interval of ``ratio``; nil where the rounds do not tell, and where it was read: a later run has its own.
    package var ratioLow: Double?, ratioHigh: Double?
    /// Allocations an operation; nil where they are not counted.
    package var allocations: Double?
    /// Bytes that those ask for.
    package var bytes: Double?

    enum CodingKeys: String, CodingKey {
        case name, threads, unit, value, ratio
        case allocations = "allocations_per_op"
        case bytes = "allocated_bytes_per_op"
    }

    /// What such a file of ``RecordFile`` is.
    package static let format = "dedupbench micro"

    /// A row of which nothing is known yet.
    package init(name: String, threads: Int, unit: String) {
        (self.name, self.threads, self.unit) = (name, threads, unit)
    }

    /// What it is called beside the same on other threads.
    package var title: String { threads == 1 ? name : "\(name), \(threads) threads" }

    /// Whether another one is of the same row.
    package func isSameRow(as other: MicroFigure) -> Bool { (name, threads) == (other.name, other.threads) }
}

/// What an operation takes in instructions.
package struct InstructionCount: Hashable, Codable, Sendable {
    /// What `dedupbench micro` calls it.
    package var name: String
    /// Instructions an operation, those of all threads.
    package var perOperation: Double

    enum CodingKeys: String, CodingKey {
        case name
        case perOperation = "instructions_per_op"
    }

    /// What such a file of ``RecordFile`` is.
    package static let format = "dedupbench instructions"

    /// A count.
    package init(name: String, perOperation: Double) {
        (self.name, self.perOperation) = (name, perOperation)
    }
}
