/// When the entries of a shard expire, roughly: for each block of 16 slots, an instant before which none of them does.
///
/// With this an insertion that needs room finds an expired entry among thousands with a few dozen comparisons, for half a
/// byte a slot. It is a tree of minima: sixteen blocks have a bound together, sixteen of those again, and so on up to one
/// for the whole shard.
///
/// The bound of a block is exact after its slots were read (``set(_:of:)``). It is too early after the earliest of its entries
/// was removed or had its deadline moved; then the next reading corrects it. Hits never write here.
@usableFromInline
package struct DeadlineBounds: Sendable {
    /// The number of slots in a block.
    @usableFromInline package static var blockSize: Int { 16 }

    private static var fanOut: Int { 16 }

    /// First the bounds of the blocks, last the bound of all slots.
    private var levels: [[Int64]] = [[.max]]

    /// The bound of all slots: no entry expires before this nanosecond; `Int64.max` when none expires at all.
    @usableFromInline package private(set) var earliest = Int64.max

    /// Makes bounds of a shard without entries.
    @usableFromInline
    package init() {}

    /// An entry with `deadline` was put into `slot`.
    @usableFromInline
    package mutating func insert(_ deadline: Int64, at slot: Slot) {
        guard deadline != .max else { return }
        earliest = min(earliest, deadline)
        var index = Int(slot) / Self.blockSize
        while levels[0].count <= index { addBlock() }
        for level in levels.indices {
            guard deadline < levels[level][index] else { return }
            levels[level][index] = deadline
            index /= Self.fanOut
        }
    }

    /// A block in which an entry may have expired at `now`; nil when there is none.
    @inlinable
    package func block(expiredAt now: Int64) -> Int? {
        earliest <= now && earliest != .max ? descend(to: now) : nil
    }

    /// The block that makes the bound of all slots at most `now`.
    @usableFromInline
    func descend(to now: Int64) -> Int {
        // A bound of `Int64.max` stands for never, even at the last instant.
        let now = min(now, .max - 1)
        var index = 0
        for level in levels.indices.dropLast().reversed() {
            // The bound above is the smallest of these, so one of them is not later than now.
            index *= Self.fanOut
            while levels[level][index] > now { index += 1 }
        }
        return index
    }

    /// The entries of `block` were read: none expires before `bound`.
    @usableFromInline
    package mutating func set(_ bound: Int64, of block: Int) {
        var (bound, index) = (bound, block)
        for level in levels.indices {
            levels[level][index] = bound
            index /= Self.fanOut
            let siblings = index * Self.fanOut..<min((index + 1) * Self.fanOut, levels[level].count)
            bound = .max
            for sibling in siblings { bound = min(bound, levels[level][sibling]) }
        }
        earliest = bound
    }

    /// All entries were removed.
    @usableFromInline
    package mutating func reset() { self = DeadlineBounds() }

    /// Adds a block without entries, and the bounds above it that are missing.
    private mutating func addBlock() {
        levels[0].append(.max)
        for level in 1..<max(1, levels.count) where levels[level].count * Self.fanOut < levels[level - 1].count {
            levels[level].append(.max)
        }
        let top = levels[levels.count - 1]
        if top.count > 1 { levels.append([top[0]]) }
    }
}
