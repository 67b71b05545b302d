internal import Foundation

/// How long callers waited over the time of a phase: how many calls ended in each interval, by how long they took.
package struct LatencyHeat: Hashable, Codable, Sendable {
    /// The most intervals of a phase.
    package static let intervals = 32
    /// How many classes of time there are from one power of ten to the next.
    private static let classesPerDecade = 4
    /// The classes: from 1 ns to 1,000 s, where longer ones belong, too.
    package static let classes = 12 * classesPerDecade

    /// How long an interval is, in nanoseconds.
    package private(set) var width: UInt64
    /// The calls of each interval, by class.
    package private(set) var counts: [[Int]]

    /// Nothing yet, for a phase of a length in nanoseconds.
    package init(of duration: UInt64) {
        width = max(1, duration / UInt64(Self.intervals) + 1)
        let intervals = Int(duration / width) + 1
        counts = Array(repeating: Array(repeating: 0, count: Self.classes), count: intervals)
    }

    /// Counts a call.
    ///
    /// - Parameters:
    ///   - time: When it ended, in nanoseconds from the start of the phase; one after its end does not count.
    ///   - waited: How long its caller waited, in nanoseconds.
    package mutating func record(at time: UInt64, waited: UInt64) {
        guard time / width < UInt64(counts.count) else { return }
        counts[Int(time / width)][Self.class(of: waited)] += 1
    }

    /// The class of a time in nanoseconds.
    package static func `class`(of nanoseconds: UInt64) -> Int {
        min(classes - 1, Int(log10(Double(max(1, nanoseconds))) * Double(classesPerDecade)))
    }

    /// Where a class begins, in nanoseconds; that of the next one is where it ends.
    package static func start(of class: Int) -> Double { pow(10, Double(`class`) / Double(classesPerDecade)) }

    /// Whether it has the form of one that was measured.
    var isSound: Bool {
        width > 0 && counts.count <= Self.intervals + 1 && counts.allSatisfy { $0.count == Self.classes }
    }
}
