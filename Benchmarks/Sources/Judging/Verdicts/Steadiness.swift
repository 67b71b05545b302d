package import Evidence
internal import Statistics
internal import Wording

/// Whether what a phase measured stayed the same from its begin to its end. Where it did not, its figures are an average of what
/// was and what became of it, and depend on how long the phase is.
///
/// What is compared are the first and the last third, each by its median, so that a stall or a burst changes nothing; and the
/// third in between must lie between them, so that what goes up and down all the time is steady.
package struct Steadiness: Sendable {
    /// A figure that went from one value to another.
    package enum Change: Hashable, Sendable {
        /// The share of calls that were served without executing.
        case served(from: Double, to: Double)
        /// The median of what callers waited, in nanoseconds.
        case waited(from: Double, to: Double)
    }

    /// The fewest intervals of a third: with fewer, nothing is said.
    private static let fewest = 5
    /// By how much the share of served calls may change: by five in a hundred.
    private static let servedLimit = 0.05
    /// By how many classes of time the median may change: two, which is threefold.
    private static let classLimit = 2.0

    /// What changed; empty for a phase that was steady, that was too short to tell, or that looked at memory.
    package let changes: [Change]

    /// Looks at a phase.
    package init(_ phase: PhaseEvidence) {
        guard phase.memory.isEmpty else {
            changes = []
            return
        }
        let served = Self.thirds(of: Self.served(phase), limit: Self.servedLimit)
        let medians = phase.heat?.counts.compactMap(Self.medianClass) ?? []
        let waited = Self.thirds(of: medians, limit: Self.classLimit)
        changes =
            [
                served.map { .served(from: $0.first, to: $0.last) },
                waited.map { .waited(from: Self.time(of: $0.first), to: Self.time(of: $0.last)) },
            ].compactMap(\.self)
    }

    /// What is to be known of a phase that was not steady; nil of one that was.
    package func note(of phase: String) -> String? {
        guard !changes.isEmpty else { return nil }
        let texts = changes.map { change in
            switch change {
            case .served(let from, let to):
                "calls served without executing went from \(HumanNumber.ratio(from)) to \(HumanNumber.ratio(to))"
            case .waited(let from, let to):
                "what half of the callers waited at most went from about \(HumanNumber.time(from)) to \(HumanNumber.time(to))"
            }
        }
        return
            "phase \(phase) was not steady: \(texts.joined(separator: "; ")). Unless it is there to show that, a longer "
            + "warm-up before it leaves it out"
    }

    /// The share of hits and joins in each interval in which calls were answered.
    private static func served(_ phase: PhaseEvidence) -> [Double] {
        var shares: [UInt64: Double] = [:]
        for point in phase.series where point.metric == "hit_rate.hits" || point.metric == "hit_rate.joins" {
            shares[point.offset, default: 0] += point.value
        }
        return shares.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func medianClass(_ counts: [Int]) -> Double? {
        let total = counts.reduce(0, +)
        guard total > 0 else { return nil }
        var below = 0
        for (number, count) in counts.enumerated() {
            below += count
            if 2 * below >= total { return Double(number) }
        }
        return nil
    }

    /// The middle of a class of time, in nanoseconds.
    private static func time(of number: Double) -> Double {
        (LatencyHeat.start(of: Int(number)) * LatencyHeat.start(of: Int(number) + 1)).squareRoot()
    }

    /// The medians of the first and the last third; nil if there are too few values, or no change to speak of.
    private static func thirds(of values: [Double], limit: Double) -> (first: Double, last: Double)? {
        let size = values.count / 3
        guard size >= fewest, let first = Median.of(Array(values.prefix(size))),
            let middle = Median.of(Array(values.dropFirst(size).dropLast(size))),
            let last = Median.of(Array(values.suffix(size)))
        else { return nil }
        let isBetween = min(first, last) <= middle && middle <= max(first, last)
        return isBetween && abs(last - first) > limit - 1e-9 ? (first, last) : nil
    }
}
