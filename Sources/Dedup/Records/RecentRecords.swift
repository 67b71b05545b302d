/// Records in the order of their last change: a table with a linked list through its slots.
struct RecentRecords: ~Copyable {
    private struct Slot {
        var record: ExecutionRecord
        var older: Int
        var newer: Int
    }

    /// The end of the list on either side.
    private static let none = -1

    private var slots: [Slot] = []
    private var positions = FingerprintIndex()
    private var oldest = none
    private var newest = none
    private var free: [Int] = []

    /// How many records there are.
    var count: Int { positions.count }

    /// All records, in no particular order.
    var all: [ExecutionRecord] {
        var records: [ExecutionRecord] = []
        records.reserveCapacity(count)
        var position = oldest
        while position != Self.none {
            records.append(slots[position].record)
            position = slots[position].newer
        }
        return records
    }

    /// The record under an id.
    subscript(id: ExecutionRecord.ID) -> ExecutionRecord? {
        position(id).map { slots[$0].record }
    }

    private func position(_ id: ExecutionRecord.ID) -> Int? {
        positions.find(id.fingerprint) { slots[$0].record.id == id }
    }

    /// Adds the change to its record, which becomes the newest; `false` if there is no such record.
    mutating func merge(_ change: ExecutionRecord) -> Bool {
        guard let position = position(change.id) else { return false }
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
        positions.insert(position, for: record.fingerprint)
        linkAsNewest(position)
    }

    /// Removes the record that was changed longest ago, if there is one.
    mutating func removeOldest() {
        guard oldest != Self.none else { return }
        let position = oldest
        unlink(position)
        positions.remove(position)
        free.append(position)
    }

    private mutating func unlink(_ position: Int) {
        let (older, newer) = (slots[position].older, slots[position].newer)
        if older == Self.none { oldest = newer } else { slots[older].newer = newer }
        if newer == Self.none { newest = older } else { slots[newer].older = older }
    }

    private mutating func linkAsNewest(_ position: Int) {
        slots[position].older = newest
        slots[position].newer = Self.none
        if newest == Self.none { oldest = position } else { slots[newest].newer = position }
        newest = position
    }
}
