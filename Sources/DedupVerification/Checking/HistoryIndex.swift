/// The executions of a history, grouped by key and sorted by begin, and what each call refers to.
///
/// A position is an index into ``executions``.
struct HistoryIndex {
    let executions: [Execution]
    /// How many of them are grouped by key: all but the last ones, which are of other parts of a larger history, and only
    /// named by calls of this one.
    private let ownCount: Int
    /// The positions of each group in the order in which they end; what never ended comes last.
    let byEnd: [Int32]
    /// By number of the call: the position of the execution it names; -1 when there is no such execution.
    let positionOfCall: [Int32]
    private let keys: KeyTable
    private let groups: Grouping

    init(_ history: History, foreign: [Execution] = []) {
        let keys = KeyTable(history)
        let unsorted = history.executions
        var groups = Grouping(count: unsorted.count, groups: keys.count) { keys.number(of: unsorted[$0].key) }
        groups.sortGroups {
            (unsorted[$0].begin, unsorted[$0].id) < (unsorted[$1].begin, unsorted[$1].id)
        }
        let sorted = groups.order.map { unsorted[Int($0)] }
        var ends = Grouping(count: sorted.count, groups: keys.count) { keys.number(of: sorted[$0].key) }
        ends.sortGroups { (sorted[$0].endOrForever, $0) < (sorted[$1].endOrForever, $1) }
        let positions = PositionTable(sorted + foreign)
        self.keys = keys
        self.groups = groups
        executions = sorted + foreign
        ownCount = sorted.count
        byEnd = ends.order
        positionOfCall = history.calls.map { positions.position(of: $0.execution) }
    }

    /// The executions that are grouped by key.
    var ownExecutions: ArraySlice<Execution> { executions[..<ownCount] }

    /// The groups that have executions, in the order of their keys.
    var allGroups: some Sequence<Range<Int>> {
        (0..<groups.count).lazy.map { groups.range(of: $0) }.filter { !$0.isEmpty }
    }

    /// How many numbers keys have.
    var keyCount: Int { keys.count }

    /// The dense number of a key.
    func number(of key: UInt32) -> Int { keys.number(of: key) }

    /// The positions of a key's executions.
    func group(of key: UInt32) -> Range<Int> { groups.range(of: keys.number(of: key)) }

    /// The first position of the group that begins at or after `time`.
    func firstBeginning(atOrAfter time: UInt64, in group: Range<Int>) -> Int {
        group.partitioningIndex { executions[$0].begin >= time }
    }

    /// The first index into ``byEnd`` of the group whose execution ends after `time`.
    func firstEnding(after time: UInt64, in group: Range<Int>) -> Int {
        group.partitioningIndex { executions[Int(byEnd[$0])].endOrForever > time }
    }

    /// How many executions of the group run at some instant strictly inside the interval.
    func overlapping(from start: UInt64, to end: UInt64, in group: Range<Int>) -> Int {
        firstBeginning(atOrAfter: end, in: group) - firstEnding(after: start, in: group)
    }
}

/// Where the execution of an id is: an array for ids as the recorder gives them, a dictionary for any others.
private struct PositionTable {
    private var dense: [Int32] = []
    private var sparse: [UInt64: Int32] = [:]

    init(_ executions: [Execution]) {
        let largest = executions.map(\.id).max() ?? 0
        if largest < UInt64(4 * executions.count + 1_024) {
            dense = [Int32](repeating: -1, count: Int(largest) + 1)
            for (position, execution) in executions.enumerated() { dense[Int(execution.id)] = Int32(position) }
        } else {
            for (position, execution) in executions.enumerated() { sparse[execution.id] = Int32(position) }
        }
    }

    /// The position, or -1.
    func position(of id: UInt64) -> Int32 {
        if id == 0 { return -1 }
        if id < UInt64(dense.count) { return dense[Int(id)] }
        return sparse.isEmpty ? -1 : sparse[id] ?? -1
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

/// What the answers of calls tell about the executions they name: bounds for times that were not logged.
///
/// Indexed by position. Only answers that can be true count: of the right key, and not before the execution ended.
struct AnswerFacts {
    /// The earliest return of any call that got the result: the result was published by then.
    private(set) var earliest: [UInt64]
    /// The earliest return of a call that executed, joined or failed with it: its flight was over by then.
    private(set) var earliestAnswer: [UInt64]
    /// The number of the call that executed it; -1 when no call says so.
    private(set) var leader: [Int]
    /// A time at or before the claim of the flight, which may be long before the execution begins: the start of the call
    /// that executed it, or else the begin less the tolerance.
    private(set) var claimedAfter: [UInt64]
    /// The keys of calls that were given up.
    private(set) var abandonedKeys: Set<UInt32> = []

    init(_ calls: [Call], index: HistoryIndex, tolerance: UInt64) {
        earliest = [UInt64](repeating: .max, count: index.executions.count)
        earliestAnswer = earliest
        leader = [Int](repeating: -1, count: index.executions.count)
        claimedAfter = index.executions.map { $0.begin - min($0.begin, tolerance) }
        for (number, call) in calls.enumerated() where call.hasReturned && call.outcome != .rejected {
            if call.outcome == .abandoned { abandonedKeys.insert(call.key) }
            let position = Int(index.positionOfCall[number])
            guard position >= 0 else { continue }
            let execution = index.executions[position]
            guard execution.key == call.key, execution.ended, execution.end <= call.end else { continue }
            earliest[position] = min(earliest[position], call.end)
            if call.outcome == .hit || call.outcome == .stale { continue }
            earliestAnswer[position] = min(earliestAnswer[position], call.end)
            if call.outcome == .executed, leader[position] < 0 {
                leader[position] = number
                claimedAfter[position] = min(call.start, execution.begin)
            }
        }
    }
}

/// The phases of a history and when each began.
struct PhaseTable {
    /// The phases that made calls, in the order in which they began.
    let phases: [(number: UInt16, start: UInt64)]

    init(_ calls: [Call]) {
        var starts: [UInt16: UInt64] = [:]
        for call in calls where call.start < starts[call.phase] ?? .max { starts[call.phase] = call.start }
        self.init(starts: starts)
    }

    /// The phases by when each made its first call.
    init(starts: [UInt16: UInt64]) {
        phases = starts.map { ($0.key, $0.value) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    /// When a phase made its first call; 0 for one that made none.
    func start(of number: UInt16) -> UInt64 { phases.first { $0.number == number }?.start ?? 0 }

    /// The phase that was running at `time`; the first one before any had begun.
    func phase(at time: UInt64) -> UInt16? {
        let next = phases.indices.partitioningIndex { phases[$0].start > time }
        return next == 0 ? phases.first?.number : phases[next - 1].number
    }
}
