package import Evidence
internal import Wording

/// Whether a subject is steady after its warm-up.
///
/// It is when the last two of three or more stretches are alike: in the share that was served without executing, in what
/// half of the hits took at most, and in how many entries were live when they ended. As a stretch is as long as all before
/// it, whatever changes slowly has had its time: what would take twice as long as the warm-up itself is seen as a change.
extension WarmUpEvidence {
    /// By how much the share may change: by two in a hundred.
    private static let shareLimit = 0.02
    /// By which factor the time of hits may change.
    private static let timeLimit = 1.25
    /// By which factor the number of entries may change.
    private static let entryLimit = 1.02

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

    /// What is to be known of a warm-up that ended before the subject was steady; nil if it was.
    ///
    /// - Parameter requests: How many it made, those of a last stretch included that was too short to be compared.
    package func note(of phase: String, after requests: Int) -> String? {
        guard !isSteady else { return nil }
        return
            "the subject was not steady when the warm-up \(phase) ended after \(HumanNumber.count(requests)) requests: \(reason); more "
            + "`operations`, or a longer `duration`, give it more time"
    }

    private var reason: String {
        guard stretches.count >= 3, let (before, last) = lastTwo else { return "it was too short to tell" }
        let changes = changes
        return [
            (
                Change.share,
                "the share served without executing went from \(HumanNumber.ratio(before.share)) to "
                    + HumanNumber.ratio(last.share)
            ),
            (
                .hitTime,
                "half of the hits took up to \(HumanNumber.time(before.hitP50)), then up to \(HumanNumber.time(last.hitP50))"
            ),
            (
                .entries,
                "entries went from \(HumanNumber.count(before.liveEntries)) to \(HumanNumber.count(last.liveEntries))"
            ),
        ].filter { changes.contains($0.0) }.map(\.1).joined(separator: "; ")
    }
}
