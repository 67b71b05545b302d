/// The examinations of a shard: ranges of slots whose entries were copied, so that callers can look at them outside the lock,
/// and which of these slots have lost their value since.
///
/// So an entry that was replaced meanwhile is not taken for the one that was looked at, though its slot and its key are the
/// same. A number in each slot that counts its values would tell as well, but take memory from every entry for ever.
@usableFromInline
package struct Examinations: Sendable {
    private struct Examination: Sendable {
        let slots: Range<Int>
        var changed: Set<Slot> = []
    }

    private var examinations: [UInt64: Examination] = [:]
    private var last: UInt64 = 0

    @usableFromInline
    package init() {}

    /// Whether there is none, so that nothing needs to be told to it.
    @usableFromInline package var isEmpty: Bool { examinations.isEmpty }

    /// Begins an examination of the entries in `slots`. Returns its number.
    @usableFromInline
    package mutating func begin(_ slots: Range<Int>) -> UInt64 {
        last += 1
        examinations[last] = Examination(slots: slots)
        return last
    }

    /// The value in `slot` was removed or replaced.
    @usableFromInline
    package mutating func valueRemoved(from slot: Slot) {
        for number in examinations.keys where examinations[number]?.slots.contains(Int(slot)) == true {
            examinations[number]?.changed.insert(slot)
        }
    }

    /// All values were removed.
    @usableFromInline
    package mutating func allValuesRemoved() {
        for number in examinations.keys {
            guard let slots = examinations[number]?.slots else { continue }
            examinations[number]?.changed = Set(slots.map { Slot($0) })
        }
    }

    /// Ends an examination. Returns the slots whose values were removed since it began.
    @usableFromInline
    package mutating func end(_ number: UInt64) -> Set<Slot> {
        examinations.removeValue(forKey: number)?.changed ?? []
    }
}
