/// The executions of a history, grouped by key and sorted by begin.
///
/// A position is an index into ``executions``.
struct HistoryIndex {
    let executions: [Execution]
    /// The positions of each group in the order in which they end; what never ended comes last.
    let byEnd: [Int]
    private let groups: [UInt32: Range<Int>]
    private let positions: [UInt64: Int]

    init(_ history: History) {
        let sorted = history.executions.sorted { ($0.key, $0.begin, $0.id) < ($1.key, $1.begin, $1.id) }
        executions = sorted
        positions = Dictionary(
            sorted.enumerated().lazy.map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        var groups: [UInt32: Range<Int>] = [:]
        var order = Array(sorted.indices)
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end].key == sorted[start].key { end += 1 }
            groups[sorted[start].key] = start..<end
            order[start..<end].sort { (sorted[$0].endOrForever, $0) < (sorted[$1].endOrForever, $1) }
            start = end
        }
        self.groups = groups
        byEnd = order
    }

    /// All groups, in the order of their keys.
    var allGroups: [Range<Int>] { groups.values.sorted { $0.lowerBound < $1.lowerBound } }

    /// The positions of a key's executions.
    func group(of key: UInt32) -> Range<Int> { groups[key] ?? 0..<0 }

    /// Where the execution of that id is.
    func position(of id: UInt64) -> Int? { positions[id] }

    /// The first position of the group that begins at or after `time`.
    func firstBeginning(atOrAfter time: UInt64, in group: Range<Int>) -> Int {
        group.partitioningIndex { executions[$0].begin >= time }
    }

    /// The first index into ``byEnd`` of the group whose execution ends after `time`.
    func firstEnding(after time: UInt64, in group: Range<Int>) -> Int {
        group.partitioningIndex { executions[byEnd[$0]].endOrForever > time }
    }

    /// How many executions of the group run at some instant strictly inside the interval.
    func overlapping(from start: UInt64, to end: UInt64, in group: Range<Int>) -> Int {
        firstBeginning(atOrAfter: end, in: group) - firstEnding(after: start, in: group)
    }
}

extension Range<Int> {
    /// The first index for which a condition holds that, once true, stays true.
    func partitioningIndex(where condition: (Int) -> Bool) -> Int {
        var (low, high) = (lowerBound, upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if condition(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
