/// The requests of a history, key by key in the order in which they were made, each with when it was over and with the latest
/// time at which an execution that it may have caused has ended: what the ceilings of the hit rate are reckoned from.
///
/// An execution is taken to start when its call ended and to last as long as the longest that was seen of its key. A call that was
/// given up, or never answered, may have caused one that came later: those are looked up.
struct RequestOrder {
    let calls: [Call]
    private let index: HistoryIndex
    private let durations: [UInt64]
    private let requests: Grouping

    init(_ calls: [Call], _ index: HistoryIndex) {
        self.calls = calls
        self.index = index
        durations = Self.longestDurations(calls, index)
        var requests = Grouping(count: calls.count, groups: index.keyCount) { index.number(of: calls[$0].key) }
        requests.sortGroups { calls[$0].start < calls[$1].start }
        self.requests = requests
    }

    /// How many keys there are.
    var keyCount: Int { requests.count }

    /// How long the longest execution of a key took.
    func duration(of key: Int) -> UInt64 { durations[key] }

    /// The numbers of the calls for a key, in order, each with when it was over, and with the end of what it may have caused.
    func ofKey(_ key: Int) -> some Sequence<(number: Int, over: UInt64, end: UInt64)> {
        let range = requests.range(of: key)
        return range.lazy.map { place in
            let number = Int(requests.order[place])
            let next = place + 1 < range.upperBound ? calls[Int(requests.order[place + 1])].start : .max
            let over = end(of: calls[number], before: next)
            return (number, over, over.saturatingAdd(durations[key]))
        }
    }

    private func end(of call: Call, before next: UInt64) -> UInt64 {
        let end = max(call.start, call.end)
        guard !call.hasReturned || call.outcome == .abandoned else { return end }
        let group = index.group(of: call.key)
        let first = index.firstBeginning(atOrAfter: call.start, in: group)
        let last = index.firstBeginning(atOrAfter: max(next, call.start), in: group)
        return index.executions[first..<last].reduce(end) { max($0, $1.ended ? $1.end : $1.begin) }
    }

    /// The longest that each key took: as logged inside the closure, or as seen by the caller that executed it.
    private static func longestDurations(_ calls: [Call], _ index: HistoryIndex) -> [UInt64] {
        var longest = [UInt64](repeating: 0, count: index.keyCount)
        for execution in index.ownExecutions where execution.ended {
            let key = index.number(of: execution.key)
            longest[key] = max(longest[key], execution.end - min(execution.begin, execution.end))
        }
        for call in calls
        where call.hasReturned && (call.outcome == .executed || call.outcome == .failed) {
            let key = index.number(of: call.key)
            longest[key] = max(longest[key], call.end - min(call.start, call.end))
        }
        return longest
    }
}
