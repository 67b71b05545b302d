/// Gives the keys of a history dense numbers, so that what is known of a key is an array away.
struct KeyTable {
    /// How many numbers there are; not every one need have a key.
    let count: Int
    private let sparse: [UInt32: Int]?

    init(_ history: History) {
        var largest: UInt32 = 0
        for call in history.calls { largest = max(largest, call.key) }
        for execution in history.executions { largest = max(largest, execution.key) }
        let limit = 8 * (history.calls.count + history.executions.count) + 65_536
        guard Int(largest) >= limit else {
            count = Int(largest) + 1
            sparse = nil
            return
        }
        var numbers: [UInt32: Int] = [:]
        for call in history.calls where numbers[call.key] == nil { numbers[call.key] = numbers.count }
        for execution in history.executions where numbers[execution.key] == nil {
            numbers[execution.key] = numbers.count
        }
        count = numbers.count
        sparse = numbers
    }

    /// The number of a key of the history.
    func number(of key: UInt32) -> Int {
        guard let sparse else { return Int(key) }
        return sparse[key] ?? 0
    }
}

/// Elements sorted by a dense number without moving them: a counting sort, stable, in linear time.
struct Grouping {
    /// The indices of the elements, group by group.
    private(set) var order: [Int32]
    private let starts: [Int]

    init(count: Int, groups: Int, groupOf: (Int) -> Int) {
        precondition(count < Int32.max, "a history holds fewer than two thousand million calls")
        var starts = [Int](repeating: 0, count: groups + 1)
        for index in 0..<count { starts[groupOf(index) + 1] += 1 }
        for group in 0..<groups { starts[group + 1] += starts[group] }
        var next = starts
        order = [Int32](repeating: 0, count: count)
        for index in 0..<count {
            let group = groupOf(index)
            order[next[group]] = Int32(index)
            next[group] += 1
        }
        self.starts = starts
    }

    /// Where the elements of a group are in ``order``.
    func range(of group: Int) -> Range<Int> { starts[group]..<starts[group + 1] }

    /// How many groups there are.
    var count: Int { starts.count - 1 }

    /// Sorts each group; a group that is in order already, as recorded ones mostly are, costs one pass.
    mutating func sortGroups(by precedes: (Int, Int) -> Bool) {
        for group in 0..<count {
            let range = range(of: group)
            let isSorted = !range.dropFirst().contains { precedes(Int(order[$0]), Int(order[$0 - 1])) }
            if !isSorted { order[range].sort { precedes(Int($0), Int($1)) } }
        }
    }
}
