/// What lengthens the life of each result when lifetimes slide: hits, and maybe calls that are said to have joined, which may
/// have come when the execution was just over.
struct SlideIndex {
    /// One hit, or what may have been one.
    struct Hit {
        let position: Int
        let start: UInt64
        let end: UInt64
        let isSure: Bool
    }

    /// Sorted by position, then start.
    private var byStart: [Hit] = []
    /// Sorted by position, then end; with the latest start of all of the same position up to each.
    private var byEnd: [(end: UInt64, latestStart: UInt64)] = []
    private var groups: Grouping?

    init() {}

    init(_ calls: [Call], index: HistoryIndex) {
        var hits: [Hit] = []
        for (number, call) in calls.enumerated()
        where call.hasReturned && (call.outcome == .hit || call.outcome == .joined) {
            let position = Int(index.positionOfCall[number])
            guard position >= 0, index.executions[position].key == call.key else { continue }
            hits.append(
                Hit(position: position, start: call.start, end: call.end, isSure: call.outcome == .hit))
        }
        var groups = Grouping(count: hits.count, groups: index.executions.count) { hits[$0].position }
        groups.sortGroups { hits[$0].end < hits[$1].end }
        byEnd.reserveCapacity(hits.count)
        for position in 0..<groups.count {
            var latest: UInt64 = 0
            for place in groups.range(of: position) {
                let hit = hits[Int(groups.order[place])]
                if hit.isSure { latest = max(latest, hit.start) }
                byEnd.append((hit.end, latest))
            }
        }
        groups.sortGroups { hits[$0].start < hits[$1].start }
        byStart = groups.order.map { hits[Int($0)] }
        self.groups = groups
    }

    /// What may have been hits of a result, in the order in which they started.
    func hits(_ position: Int) -> ArraySlice<Hit> { byStart[groups?.range(of: position) ?? 0..<0] }

    /// The latest start of the sure hits of a result that had ended by `time`; 0 where there was none.
    func latestStart(_ position: Int, endingBy time: UInt64) -> UInt64? {
        guard let group = groups?.range(of: position) else { return nil }
        let next = group.partitioningIndex { byEnd[$0].end > time }
        return next == group.lowerBound ? nil : byEnd[next - 1].latestStart
    }
}
