package import Evidence
internal import Statistics
internal import Wording

/// Whether the share of calls that a phase served without executing stayed the same from its begin to its end. Where it did not,
/// its figures are an average of what was and what became of it, and depend on how long the phase is.
///
/// What is compared are the first and the last third, each by its median, so that a stall or a burst changes nothing; and the
/// third in between must lie between them, so that what goes up and down all the time is steady.
package struct Steadiness: Sendable {
    /// The fewest intervals of a third: with fewer, nothing is said.
    private static let fewest = 5
    /// By how much the share may change: by ten in a hundred.
    private static let limit = 0.1

    /// The share at first and in the end, where they differ; nil for a phase that was steady, that was too short to tell, or that
    /// looked at memory.
    package let change: (first: Double, last: Double)?

    /// Looks at a phase.
    package init(_ phase: PhaseEvidence) {
        let shares = Self.served(phase)
        let size = shares.count / 3
        guard phase.memory.isEmpty, size >= Self.fewest, let first = Median.of(Array(shares.prefix(size))),
            let middle = Median.of(Array(shares.dropFirst(size).dropLast(size))),
            let last = Median.of(Array(shares.suffix(size)))
        else {
            change = nil
            return
        }
        let isBetween = min(first, last) <= middle && middle <= max(first, last)
        change = isBetween && abs(last - first) > Self.limit ? (first, last) : nil
    }

    /// What is to be known of a phase that was not steady; nil of one that was.
    package func note(of phase: String) -> String? {
        change.map { first, last in
            "phase \(phase) was not steady: calls served without executing went from \(HumanNumber.ratio(first)) to "
                + "\(HumanNumber.ratio(last)), and its figures are an average of both; where the load itself does not "
                + "change, a longer warm-up before it leaves that out"
        }
    }

    /// The share of hits and joins in each interval in which calls were answered.
    private static func served(_ phase: PhaseEvidence) -> [Double] {
        var shares: [UInt64: Double] = [:]
        for point in phase.series where point.metric == "hit_rate.hits" || point.metric == "hit_rate.joins" {
            shares[point.offset, default: 0] += point.value
        }
        return shares.sorted { $0.key < $1.key }.map(\.value)
    }
}
