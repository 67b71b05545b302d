/// The longest time that each flight may have been in the way of other calls: from its claim until it was settled.
///
/// The claim came after the leading call started, and the flight was gone before the first of its callers returned; where
/// no call tells, the tolerance of the checker stands in.
struct FlightWindows {
    private var begins: [UInt64] = []
    private var latestEnds: [UInt64] = []
    private var groups: [UInt32: Range<Int>] = [:]

    init(_ index: HistoryIndex?, answers: AnswerFacts, checker: HistoryChecker) {
        guard let index else { return }
        let failuresCached = checker.freshness.failureLifetime > 0
        for group in index.allGroups {
            let windows = group.map { position in
                let execution = index.executions[position]
                // A failed execution's earliest answer may have come from the cache, before its flight was settled.
                let answered = answers.earliestAnswer[position]
                let isKnown = answered != .max && (execution.succeeded || !failuresCached)
                return (
                    answers.claimedAfter[position],
                    isKnown ? answered : execution.endOrForever.saturatingAdd(checker.flightTolerance)
                )
            }
            append(windows.sorted { $0 < $1 }, of: index.executions[group.lowerBound].key)
        }
    }

    /// Whether any flight of the call's key may have been in its way.
    func anyOverlaps(_ call: Call) -> Bool {
        guard let group = groups[call.key] else { return false }
        let next = group.partitioningIndex { begins[$0] > call.end }
        return next > group.lowerBound && latestEnds[next - 1] >= call.start
    }

    private mutating func append(_ windows: [(UInt64, UInt64)], of key: UInt32) {
        let start = begins.count
        var latest: UInt64 = 0
        for window in windows {
            latest = max(latest, window.1)
            begins.append(window.0)
            latestEnds.append(latest)
        }
        groups[key] = start..<begins.count
    }
}
