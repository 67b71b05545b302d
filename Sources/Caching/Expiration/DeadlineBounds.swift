/// When the entries of a shard expire, roughly: for each block of 64 slots, an instant before which none of them does.
///
/// With this an insertion that needs room finds an expired entry among thousands in a fraction of a microsecond, at an
/// eighth of a byte a slot. A block's bound is exact after its slots were read (``set(_:of:)``), and too early after its
/// earliest entry was removed or its deadline moved; then the next reading corrects it. Hits never write here.
@usableFromInline
package struct DeadlineBounds: Sendable {
    /// The number of slots in a block.
    @usableFromInline package static var blockSize: Int { 64 }

    private var bounds: [Int64] = []
    /// The block that was found last: the next search begins there.
    private var hand = 0

    /// No entry expires before this nanosecond; `Int64.max` when none expires at all.
    @usableFromInline package private(set) var earliest = Int64.max

    /// Makes bounds of a shard without entries.
    @usableFromInline
    package init() {}

    /// An entry with `deadline` was put into `slot`.
    @usableFromInline
    package mutating func insert(_ deadline: Int64, at slot: Slot) {
        guard deadline != .max else { return }
        let block = Int(slot) / Self.blockSize
        while bounds.count <= block { bounds.append(.max) }
        bounds[block] = min(bounds[block], deadline)
        earliest = min(earliest, deadline)
    }

    /// A block in which an entry may have expired at `now`; nil when there is none. After nil, ``earliest`` is exact as far
    /// as the bounds are.
    @usableFromInline
    package mutating func nextBlock(expiredAt now: Int64) -> Int? {
        guard earliest <= now, earliest != .max else { return nil }
        var smallest = Int64.max
        for offset in bounds.indices {
            let block = hand + offset < bounds.count ? hand + offset : hand + offset - bounds.count
            let bound = bounds[block]
            if bound <= now, bound != .max {
                hand = block
                return block
            }
            smallest = min(smallest, bound)
        }
        earliest = smallest
        return nil
    }

    /// The entries of `block` were read: none expires before `bound`.
    @usableFromInline
    package mutating func set(_ bound: Int64, of block: Int) {
        bounds[block] = bound
    }

    /// All entries are gone.
    @usableFromInline
    package mutating func reset() { self = DeadlineBounds() }
}
