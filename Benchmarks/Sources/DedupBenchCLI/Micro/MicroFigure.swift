internal import Statistics

/// A row of `dedupbench micro` as it is kept for a later run: what does not depend on the speed of the machine.
struct MicroFigure: Codable, Sendable {
    /// What was measured.
    var name: String
    /// On how many threads.
    var threads: Int
    /// What ``value`` counts.
    var unit: String
    /// What was measured, for people: it says little on another day.
    var value: Double?
    /// That by its control of the same rounds; nil where there is none.
    var ratio: Double?
    /// Allocations an operation; nil where they are not counted.
    var allocations: Double?
    /// Bytes that those ask for.
    var bytes: Double?

    enum CodingKeys: String, CodingKey {
        case name, threads, unit, value, ratio
        case allocations = "allocations_per_op"
        case bytes = "allocated_bytes_per_op"
    }

    /// What such a file of ``RecordFile`` is.
    static let format = "dedupbench micro"

    /// The figures of a result. What is not finite is left out.
    init(_ result: MicroResult) {
        name = result.name
        threads = result.threads
        unit = result.unit.rawValue
        value = Self.finite(result.value.value)
        ratio = Self.finite(result.ratio?.value)
        allocations = Self.finite(result.allocations)
        bytes = Self.finite(result.bytes)
    }

    private static func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }

    /// What it is called beside the same on other threads.
    var title: String { threads == 1 ? name : "\(name), \(threads) threads" }

    /// Whether another one is of the same row.
    func isSameRow(as other: MicroFigure) -> Bool { (name, threads) == (other.name, other.threads) }
}
