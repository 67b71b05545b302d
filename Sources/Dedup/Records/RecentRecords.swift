/// Records in the order of their last change: a table with a linked list through its slots.
struct RecentRecords {
    private struct Slot {
        var record: ExecutionRecord
        var older: Int
        var newer: Int
    }

    /// The end of the list on either side.
    private static let none = -1

    private var slots: [Slot] = []
    private var positions: [ExecutionRecord.ID: Int] = [:]
    private var oldest = none
    private var newest = none
    private var free: [Int] = []

    /// How many records there are.
    var count: Int { positions.count }

    /// All records, in no particular order.
    var all: [ExecutionRecord] { positions.values.map { slots[$0].record } }

    /// The record under an id.
    subscript(id: ExecutionRecord.ID) -> ExecutionRecord? {
        positions[id].map { slots[$0].record }
    }

    /// Adds the change to its record, which becomes the newest; `false` if there is no such record.
    mutating func merge(_ change: ExecutionRecord) -> Bool {
        guard let position = positions[change.id] else { return false }
        slots[position].record.add(change.tally)
        unlink(position)
        linkAsNewest(position)
        return true
    }

    /// Adds a record that is not there yet, as the newest.
    mutating func append(_ record: ExecutionRecord) {
        let slot = Slot(record: record, older: Self.none, newer: Self.none)
        let position: Int
        if let reused = free.popLast() {
            position = reused
            slots[position] = slot
        } else {
            position = slots.count
            slots.append(slot)
        }
        positions[record.id] = position
        linkAsNewest(position)
    }

    /// Removes the record that was changed longest ago, if there is one.
    mutating func removeOldest() {
        guard oldest != Self.none else { return }
        let position = oldest
        unlink(position)
        positions[slots[position].record.id] = nil
        free.append(position)
    }

    private mutating func unlink(_ position: Int) {
        let slot = slots[position]
        if slot.older == Self.none { oldest = slot.newer } else { slots[slot.older].newer = slot.newer }
        if slot.newer == Self.none { newest = slot.older } else { slots[slot.newer].older = slot.older }
    }

    private mutating func linkAsNewest(_ position: Int) {
        slots[position].older = newest
        slots[position].newer = Self.none
        if newest == Self.none { oldest = position } else { slots[newest].newer = position }
        newest = position
    }
}
