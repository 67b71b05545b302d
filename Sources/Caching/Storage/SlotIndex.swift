public import CProcessor

/// The slots by the hashes of their keys: an open-addressing hash table of groups, each a cache line of twelve places.
///
/// A place is a tag, eight bits of the hash, and the number of its slot. All tags of a group are compared at once, so a lookup
/// reads one line here, and the slots whose tags match: the right one, and a wrong one in about one lookup of twenty-five. A
/// group's home is the hash scaled to the number of groups, not masked, so that the table grows by a quarter rather than by
/// doubling (a load from 0.7 to 0.875: 6.1 to 7.6 bytes a slot), and stops on its way at the size that suits the slots that are
/// expected. It keeps too little of a hash to move a slot by: after it has grown, the table inserts the slots again.
///
/// A slot that finds its group full goes to the next one that is not, and each group that it has passed counts it: a lookup goes
/// on after a group whose count is not zero. There are no tombstones. (The count is that of F14: N. Bronson and X. Shi,
/// "Open-sourcing F14 for faster, more memory-efficient hash tables", 2019.)
///
/// Unsafe memory and not an array, because a probe would pay for bounds checks, and a write for a uniqueness check, that
/// `groupCount` already answers. The groups are allocated in `init` and in `grow`, freed in `deinit`, and every index is below
/// `groupCount`.
@safe
@usableFromInline
package struct SlotIndex: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: it alone has that memory, and the language lets one owner at a time change it.

    /// How many places a group has: bytes 0 to 11 are their tags, 0 for a place without a slot, byte 15 is the count, and from
    /// byte 16 on follow the numbers.
    @usableFromInline static var places: Int { 12 }
    @usableFromInline static var line: Int { 64 }
    /// A count that has come so far stays there, as it is not known how far it would have gone.
    @usableFromInline static var fullCount: UInt8 { .max }

    @usableFromInline var groups: UnsafeMutableRawPointer
    @usableFromInline var groupCount = 1
    /// How many slots there are.
    @usableFromInline package var used = 0

    /// How many groups suit the slots that are expected.
    @usableFromInline let expectedGroups: Int

    /// Makes an empty index that will have about `expected` slots when its shard is full.
    @inlinable
    package init(expected: Int) {
        // As keys fall on shards by chance, one shard in 700 has more than three standard deviations above what is expected.
        let most = Double(expected) + 3 * Double(expected).squareRoot()
        expectedGroups = Int(most / Double(Self.places * 7) * 8) + 1
        unsafe groups = Self.allocate(1)
    }

    @inlinable
    deinit { unsafe groups.deallocate() }

    @inlinable
    static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * line, alignment: line)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: count * line)
        return unsafe memory
    }

    @inlinable
    @inline(__always)
    func home(_ hash: UInt32) -> Int { Int(truncatingIfNeeded: (UInt64(hash) &* UInt64(groupCount)) &>> 32) }

    @inlinable
    @inline(__always)
    func next(_ group: Int) -> Int { group &+ 1 == groupCount ? 0 : group &+ 1 }

    /// The tag of a hash: its low bits, as the home is in the high ones.
    @inlinable
    @inline(__always)
    static func tag(_ hash: UInt32) -> UInt8 { max(1, UInt8(truncatingIfNeeded: hash)) }

    /// Which places of a group have a tag, one bit each, and how many slots went on from there.
    ///
    /// In C and not by `SIMD16<UInt8>`, whose `.==` goes through memory byte by byte in Swift 6.3.1.
    @inlinable
    @inline(__always)
    func matches(_ tag: UInt8, in group: Int) -> (places: UInt32, count: UInt8) {
        let line = unsafe groups + group &* Self.line
        let bytes = unsafe dedup_matching_bytes(line, tag)
        return unsafe (bytes & 0x0FFF, line.load(fromByteOffset: 15, as: UInt8.self))
    }

    @inlinable
    @inline(__always)
    func slot(_ place: Int, in group: Int) -> Slot {
        unsafe (groups + group &* Self.line).load(fromByteOffset: 16 &+ place &* 4, as: Slot.self)
    }

    /// The slot whose hash is `hash` and for which `isMatch` is true; nil when there is none.
    @inlinable
    @inline(__always)
    package func find(_ hash: UInt32, where isMatch: (Slot) -> Bool) -> Slot? {
        let tag = Self.tag(hash)
        var group = home(hash)
        var left = groupCount
        while true {
            var (places, count) = matches(tag, in: group)
            while places != 0 {
                let slot = slot(places.trailingZeroBitCount, in: group)
                if isMatch(slot) { return slot }
                places &= places &- 1
            }
            left &-= 1
            if count == 0 || left == 0 { return nil }
            group = next(group)
        }
    }

    /// Whether it has to grow before a slot is inserted.
    @inlinable package var isFull: Bool { (used + 1) * 8 > groupCount * Self.places * 7 }

    /// Adds `slot`, which is not there, under `hash`. It is not full.
    @usableFromInline
    package mutating func insert(_ slot: Slot, hash: UInt32) {
        used += 1
        var group = home(hash)
        while true {
            let free = matches(0, in: group).places
            if free != 0 {
                let (line, place) = unsafe (groups + group * Self.line, free.trailingZeroBitCount)
                unsafe line.storeBytes(of: Self.tag(hash), toByteOffset: place, as: UInt8.self)
                unsafe line.storeBytes(of: slot, toByteOffset: 16 + place * 4, as: Slot.self)
                return
            }
            count(1, in: group)
            group = next(group)
        }
    }

    /// Takes out `slot`, which is there under `hash`.
    @usableFromInline
    package mutating func remove(_ slot: Slot, hash: UInt32) {
        var group = home(hash)
        for _ in 0..<groupCount {
            if let place = place(of: slot, Self.tag(hash), in: group) {
                unsafe (groups + group * Self.line).storeBytes(of: 0, toByteOffset: place, as: UInt8.self)
                used -= 1
                return
            }
            count(-1, in: group)
            group = next(group)
        }
        preconditionFailure("A slot was removed that the index does not hold.")
    }

    /// Makes it larger, and empty.
    @usableFromInline
    package mutating func grow() {
        unsafe groups.deallocate()
        let larger = max(groupCount + 1, groupCount + groupCount / 4)
        groupCount = groupCount < expectedGroups ? min(larger, expectedGroups) : larger
        unsafe groups = Self.allocate(groupCount)
        used = 0
    }

    private func place(of slot: Slot, _ tag: UInt8, in group: Int) -> Int? {
        var places = matches(tag, in: group).places
        while places != 0 {
            let place = places.trailingZeroBitCount
            if self.slot(place, in: group) == slot { return place }
            places &= places - 1
        }
        return nil
    }

    /// Counts slots that went on from a group, or that have done so and are gone.
    private func count(_ change: Int, in group: Int) {
        let line = unsafe groups + group * Self.line
        let count = unsafe line.load(fromByteOffset: 15, as: UInt8.self)
        guard count != Self.fullCount else { return }
        unsafe line.storeBytes(of: UInt8(Int(count) + change), toByteOffset: 15, as: UInt8.self)
    }
}
