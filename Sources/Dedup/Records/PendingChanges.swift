/// The changes that wait for a ``RecordWriter``: a bounded queue that adds up the changes of one record while they wait.
///
/// There are up to three runs of changes: the *open* one, to which changes are added; the *taken* one, which is being
/// written; and the *returned* one, the rest of a write that failed. Runs are moved as a whole, so taking and returning cost
/// the same for one change and for 65,536, and adding a change never waits for either.
package struct PendingChanges: ~Copyable {
    /// Changes in the order in which their records first changed.
    package struct Run: ~Copyable {
        package fileprivate(set) var records: [ExecutionRecord] = []
        fileprivate var changes: [Int] = []
        fileprivate var positions = FingerprintIndex()
        fileprivate var start = 0

        /// How many records are left to write.
        package var count: Int { records.count - start }

        /// Up to `size` of the records that are left, in order.
        package func nextBatch(of size: Int) -> ArraySlice<ExecutionRecord> {
            records[start...].prefix(size)
        }

        /// Removes the first `count` of the records that are left; returns how many changes they held.
        package mutating func removeFirst(_ count: Int) -> Int {
            defer { start += count }
            return changes[start..<start + count].reduce(0, +)
        }

        /// Adds the change to its record, if that is among those that are left to write.
        fileprivate mutating func merge(_ change: ExecutionRecord) -> Bool {
            let found = positions.find(change.fingerprint) { $0 >= start && records[$0].id == change.id }
            guard let position = found else { return false }
            records[position].add(change.tally)
            changes[position] += 1
            return true
        }

        fileprivate mutating func append(_ change: ExecutionRecord) {
            positions.insert(records.count, for: change.fingerprint)
            records.append(change)
            changes.append(1)
        }
    }

    private let limit: Int
    private var open = Run()
    private var returned = Run()
    private var takenCount = 0
    /// Room that is reserved for records that are about to be added.
    private var reserved = 0

    /// An empty queue for at most so many records.
    package init(limit: Int) {
        self.limit = limit
    }

    /// How many records wait, including those that are taken.
    package var count: Int { open.count + returned.count + takenCount }

    /// How many more records there is room for.
    var room: Int { max(0, limit - count - reserved) }

    /// How many records a write could take now.
    package var takeable: Int { open.count + returned.count }

    /// Whether a failed write has left changes; they are taken before those that were added later.
    package var hasReturned: Bool { returned.count > 0 }

    /// Adds a change; `false` if there is no room for its record.
    package mutating func add(_ change: ExecutionRecord) -> Bool {
        if open.merge(change) || returned.merge(change) { return true }
        guard room > 0 else { return false }
        open.append(change)
        return true
    }

    /// Reserves room for up to `wanted` records that are about to be added; returns for how many.
    mutating func reserve(_ wanted: Int) -> Int {
        let granted = min(wanted, room)
        reserved += granted
        return granted
    }

    /// Gives reserved room back.
    mutating func release(_ count: Int) {
        reserved -= count
    }

    /// Takes the run that is to be written next, the returned one before the open one, or `nil` if there is none.
    package mutating func take() -> Run? {
        precondition(takenCount == 0, "One write at a time takes pending changes.")
        guard takeable > 0 else { return nil }
        let run = hasReturned ? exchange(&returned, with: Run()) : exchange(&open, with: Run())
        takenCount = run.count
        return run
    }

    /// Counts so many of the taken records as written.
    package mutating func written(_ count: Int) {
        takenCount -= count
    }

    /// Takes back the rest of a write that failed. What it leaves in `run` has no meaning.
    package mutating func putBack(_ run: inout Run) {
        takenCount = 0
        swap(&returned, &run)
    }
}
