/// The tasks that sleep. There are a dozen at most, so a list is enough.
struct SleeperList {
    private struct Sleeper {
        let id: UInt64
        let deadline: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private var sleepers: [Sleeper] = []
    private var lastID: UInt64 = 0

    /// How many sleep.
    var count: Int { sleepers.count }

    /// When the next one wakes.
    var nextDeadline: UInt64? { sleepers.lazy.map(\.deadline).min() }

    mutating func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    mutating func park(_ id: UInt64, until deadline: UInt64, _ continuation: CheckedContinuation<Void, any Error>) {
        sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
    }

    /// Takes one out; nil when it is awake already.
    mutating func remove(_ id: UInt64) -> CheckedContinuation<Void, any Error>? {
        guard let index = sleepers.firstIndex(where: { $0.id == id }) else { return nil }
        return sleepers.remove(at: index).continuation
    }

    /// Takes out all whose deadline has come.
    mutating func wake(at time: UInt64) -> [CheckedContinuation<Void, any Error>] {
        let due = sleepers.filter { $0.deadline <= time }
        sleepers.removeAll { $0.deadline <= time }
        return due.map(\.continuation)
    }
}
