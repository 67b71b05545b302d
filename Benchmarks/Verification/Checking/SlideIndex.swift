/// The hits of each result: what lengthens its life when lifetimes slide.
struct SlideIndex {
    /// One hit.
    struct Hit {
        let position: Int
        let start: UInt64
        let end: UInt64
    }

    /// Sorted by position, then start.
    private var byStart: [Hit] = []
    /// Sorted by position, then end; with the latest start of all of the same position up to each.
    private var byEnd: [(end: UInt64, latestStart: UInt64)] = []
    private var groups: [Int: Range<Int>] = [:]

    init() {}

    init(_ calls: [Call], index: HistoryIndex) {
        for call in calls where call.hasReturned && call.outcome == .hit {
            guard let position = index.position(of: call.execution), index.executions[position].key == call.key else {
                continue
            }
            byStart.append(Hit(position: position, start: call.start, end: call.end))
        }
        let ends = byStart.sorted { ($0.position, $0.end) < ($1.position, $1.end) }
        byStart.sort { ($0.position, $0.start) < ($1.position, $1.start) }
        var start = 0
        while start < ends.count {
            var end = start
            var latest: UInt64 = 0
            while end < ends.count, ends[end].position == ends[start].position {
                latest = max(latest, ends[end].start)
                byEnd.append((ends[end].end, latest))
                end += 1
            }
            groups[ends[start].position] = start..<end
            start = end
        }
    }

    /// The hits of a result in the order in which they started.
    func hits(_ position: Int) -> ArraySlice<Hit> { byStart[groups[position] ?? 0..<0] }

    /// The latest start of the hits of a result that had ended by `time`.
    func latestStart(_ position: Int, endingBy time: UInt64) -> UInt64? {
        guard let group = groups[position] else { return nil }
        let next = group.partitioningIndex { byEnd[$0].end > time }
        return next == group.lowerBound ? nil : byEnd[next - 1].latestStart
    }
}
