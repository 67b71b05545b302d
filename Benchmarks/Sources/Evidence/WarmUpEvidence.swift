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

    /// What a stretch is compared by.
    package enum Change: Hashable, Sendable {
        /// The share that was served without executing.
        case share
        /// The time of hits.
        case hitTime
        /// The number of entries.
        case entries
    }

    /// The last two stretches; nil where there are fewer.
    package var lastTwo: (before: Stretch, last: Stretch)? {
        guard let last = stretches.last else { return nil }
        return stretches.dropLast().last.map { ($0, last) }
    }

    /// What changed from the last stretch but one to the last one.
    package var changes: Set<Change> {
        guard let (before, last) = lastTwo else { return [] }
        var changes: Set<Change> = []
        if abs(last.share - before.share) > Self.shareLimit { changes.insert(.share) }
        if Self.differ(Double(before.hitP50 ?? 0), Double(last.hitP50 ?? 0), by: Self.timeLimit) {
            changes.insert(.hitTime)
        }
        if let entries = before.liveEntries, let others = last.liveEntries,
            Self.differ(Double(entries), Double(others), by: Self.entryLimit)
        {
            changes.insert(.entries)
        }
        return changes
    }

    private static func differ(_ first: Double, _ second: Double, by factor: Double) -> Bool {
        max(first, second) > factor * min(first, second)
    }
}
