internal import Caching

/// Changes on their way to the queue that all threads share, in lanes, one a processor: most changes take the lock of a lane
/// alone, and the lock of the queue is taken for many of them at once.
///
/// A lane stages only what has room in the queue: it has that room reserved. So a change that was staged is never dropped.
final class StagedChanges: Sendable {
    struct Lane: Sendable {
        fileprivate(set) var changes: [ExecutionRecord] = []
        /// For how many changes there is room in the queue.
        fileprivate(set) var room = 0

        /// Stages a change, if there is room.
        mutating func stage(_ change: ExecutionRecord) -> Bool {
            guard changes.count < room else { return false }
            changes.append(change)
            return true
        }

        /// Hands over what is staged, and the room that was reserved for it and for more.
        mutating func empty(into add: (ExecutionRecord) -> Void) {
            for change in changes { add(change) }
            changes.removeAll(keepingCapacity: true)
            room = 0
        }

        /// Forgets what is staged, which is written by now; returns how many changes it was.
        mutating func discard() -> Int {
            defer { changes.removeAll(keepingCapacity: true) }
            return changes.count
        }

        /// Has room for so many changes from here on.
        mutating func refill(_ room: Int) { self.room = room }
    }

    /// An object a lane, of more than two cache lines, so that no two lanes share one.
    private final class LockedLane: Sendable {
        let lane = Lock(Lane())
        let padding = InlineArray<16, UInt64>(repeating: 0)
    }

    /// How many changes a lane stages; 0 where batches are so small that the changes of all lanes would be much of one.
    let laneLimit: Int
    private let lanes: [LockedLane]

    /// Makes so many lanes, a power of two, that hold an eighth of a batch together, and 64 changes each at most.
    init(batchSize: Int, lanes count: Int) {
        precondition(count > 0 && count & (count - 1) == 0, "\(count) lanes are not a power of two.")
        let share = min(64, batchSize / (8 * count))
        laneLimit = share > 1 ? share : 0
        lanes = (0..<count).map { _ in LockedLane() }
    }

    /// How many changes all lanes stage.
    var limit: Int { laneLimit * lanes.count }

    /// Hands over the lane of this processor.
    func withLane<Result>(_ body: (inout Lane) -> sending Result) -> sending Result {
        lanes[Processor.current & (lanes.count - 1)].lane.withLock { body(&$0) }
    }

    /// Hands over every lane, one after the other.
    func forEachLane(_ body: (inout Lane) -> Void) {
        for lane in lanes { lane.lane.withLock { body(&$0) } }
    }
}
