internal import Wording

/// How a subject became steady in a warm-up that waits for that: what its calls came to in stretches, of which each is as long as all
/// before it together.
///
/// It is steady when the last two of three or more stretches are alike: in the share that was served without executing, in what
/// half of the hits took at most, and in how many entries were live when they ended. As a stretch is as long as all before
/// it, whatever changes slowly has had its time: what would take twice as long as the warm-up itself is seen as a change.
package struct WarmUpEvidence: Hashable, Codable, Sendable {
    /// How many requests each client makes in the first stretch.
    package static let firstTurns = 64

    /// By how much the share may change: by two in a hundred.
    private static let shareLimit = 0.02
    /// By which factor the time of hits may change.
    private static let timeLimit = 1.25
    /// By which factor the number of entries may change.
    private static let entryLimit = 1.02

    /// One stretch.
    package struct Stretch: Hashable, Codable, Sendable {
        /// How many requests were answered in it.
        package var requests: Int
        /// How many of them were served without executing.
        package var served: Int
        /// What half of the hits took at most, in nanoseconds; nil where there were none.
        package var hitP50: UInt64?
        /// Entries in the cache when it ended, if the subject tells.
        package var liveEntries: Int?

        /// The share that was served without executing.
        package var share: Double { Double(served) / Double(max(1, requests)) }
    }

    /// The stretches in order.
    package private(set) var stretches: [Stretch] = []

    /// Nothing was made yet.
    package init() {}

    /// Adds a stretch.
    package mutating func add(requests: Int, served: Int, hitP50: UInt64?, liveEntries: Int?) {
        stretches.append(Stretch(requests: requests, served: served, hitP50: hitP50, liveEntries: liveEntries))
    }

    /// Whether the subject was steady in the end.
    package var isSteady: Bool { stretches.count >= 3 && changes.isEmpty }

    /// What changed from the last stretch but one to the last one.
    private var changes: [String] {
        guard stretches.count >= 2 else { return [] }
        let (before, last) = (stretches[stretches.count - 2], stretches[stretches.count - 1])
        var changes: [String] = []
        if abs(last.share - before.share) > Self.shareLimit {
            changes.append(
                "the share served without executing went from \(HumanNumber.ratio(before.share)) to "
                    + HumanNumber.ratio(last.share))
        }
        let (time, other) = (Double(before.hitP50 ?? 0), Double(last.hitP50 ?? 0))
        if Self.differ(time, other, by: Self.timeLimit) {
            changes.append(
                "half of the hits took up to \(HumanNumber.time(before.hitP50)), then up to \(HumanNumber.time(last.hitP50))"
            )
        }
        if let entries = before.liveEntries, let others = last.liveEntries,
            Self.differ(Double(entries), Double(others), by: Self.entryLimit)
        {
            changes.append("entries went from \(HumanNumber.count(entries)) to \(HumanNumber.count(others))")
        }
        return changes
    }

    private static func differ(_ first: Double, _ second: Double, by factor: Double) -> Bool {
        max(first, second) > factor * min(first, second)
    }

    /// What is to be known of a warm-up that ended before the subject was steady; nil if it was.
    package func note(of phase: String) -> String? {
        guard !isSteady else { return nil }
        let requests = stretches.reduce(0) { $0 + $1.requests }
        let reason = stretches.count < 3 ? "it was too short to tell" : changes.joined(separator: "; ")
        return
            "the subject was not steady when the warm-up \(phase) ended after \(HumanNumber.count(requests)) requests: \(reason); "
            + "more `operations`, or a longer `duration`, give it more time"
    }
}
