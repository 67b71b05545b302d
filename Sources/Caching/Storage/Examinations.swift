/// The examinations of a shard: ranges of slots whose entries were copied, so that callers can examine them outside the lock,
/// each with the slots that have lost their value since.
///
/// So an entry that was replaced meanwhile is not mistaken for the examined one, although its slot and its key are the same.
/// A count of values in each slot would serve as well, but take memory from every entry for ever.
@usableFromInline
package struct Examinations: Sendable {
    @usableFromInline
    struct Examination: Sendable {
        let slots: Range<Int>
        var changed: Set<Slot> = []
    }

    @usableFromInline private(set) var examinations: [UInt64: Examination] = [:]
    private var last: UInt64 = 0

    @usableFromInline
    package init() {}

    /// Whether there is none. Inlinable, because every removal asks.
    @inlinable package var isEmpty: Bool { examinations.isEmpty }

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
