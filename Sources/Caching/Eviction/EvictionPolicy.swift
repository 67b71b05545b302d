/// The number of a slot: the place of an entry in a table, or the dense number of a key in a simulation.
@usableFromInline
package typealias Slot = UInt32

/// The state of a slot in a policy.
package enum SlotStanding: Hashable, Sendable {
    /// The policy does not know the slot.
    case absent
    /// The slot has a value; the policy may choose it as a victim.
    case resident
    /// The slot's value was evicted, and the policy still remembers the slot.
    case ghost
}

/// A victim: the slot whose value is to be removed now.
package struct Eviction: Hashable, Sendable {
    /// The slot that is no longer resident.
    package let slot: Slot

    /// Whether the policy remembers the slot as a ghost. If so the owner must keep the slot's key, and must not give the
    /// slot to another one, until ``EvictionPolicy/dropGhost()`` returns it or it is removed or admitted again.
    package let becomesGhost: Bool

    package init(slot: Slot, becomesGhost: Bool) {
        self.slot = slot
        self.becomesGhost = becomesGhost
    }
}

/// Chooses the entry that is evicted when there is no room: a pure value over slot numbers.
///
/// A policy never sees a key, a value or a clock, and makes no decision about capacity. Its owner is either a shard of a
/// live cache or a simulator in which a slot is the dense number of a key; both drive it alike:
///
/// - A request for a resident slot: ``hit(_:hash:)``, which may be left out while ``wantsHit(_:)`` is false. Hits may be
///   reported later, but before anything else that changes the policy.
/// - A value for a slot that is not resident: ``admit(_:weight:hash:)``; while it is true and there is no room,
///   ``evict()``; then ``insert(_:weight:hash:)``. The three belong together, nothing comes between them. (Splitting the
///   admission from the insertion lets a ghost be recognised, and an adaptive window learn, before the victim is chosen.)
/// - After `admit` and after each `evict`: ``dropGhost()`` until it returns nil.
/// - A slot whose value or ghost is removed for another reason: ``remove(_:)``.
///
/// A policy may keep its slots in as many segments as it likes, resize them as it learns, and keep as many ghosts as it
/// likes: only residents count against the owner's capacity.
package protocol EvictionPolicy: Sendable {
    /// Makes a policy without slots, for an owner with room for `capacity` units of weight.
    init(capacity: Int)

    /// The room that sizes segments and ghosts, in units of weight, at least 1. In a live cache with several shards the
    /// weight in one shard may be less or more.
    var capacity: Int { get }

    /// How many slots are resident.
    var residentCount: Int { get }

    /// How many slots are ghosts.
    var ghostCount: Int { get }

    /// The state of `slot`.
    func standing(of slot: Slot) -> SlotStanding

    /// Makes all slots below `count` usable. Never takes any away.
    mutating func reserve(slots count: Int)

    /// Whether ``hit(_:hash:)`` would change anything for the resident `slot`. While it would not, hits need not be reported,
    /// and several can be served at a time. Once false, it stays false until another function is called.
    func wantsHit(_ slot: Slot) -> Bool

    /// The resident `slot` was asked for. `hash` is its key's, for policies that keep a sketch.
    mutating func hit(_ slot: Slot, hash: UInt64)

    /// A value of `weight` for `slot`, absent or ghost, is about to be inserted. A ghost stops being one.
    ///
    /// - Returns: False when the policy refuses it; then `slot` is absent afterwards.
    mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool

    /// Chooses a victim, which stops being resident; nil when nothing is resident.
    mutating func evict() -> Eviction?

    /// The admitted `slot` is resident from now on.
    mutating func insert(_ slot: Slot, weight: Int, hash: UInt64)

    /// The resident `slot` weighs `weight` from now on.
    mutating func reweigh(_ slot: Slot, weight: Int)

    /// Removes `slot`, resident or ghost. No effect on one that is absent.
    mutating func remove(_ slot: Slot)

    /// A ghost that the policy no longer wants, and has forgotten; nil when it wants all that it has.
    mutating func dropGhost() -> Slot?
}

extension EvictionPolicy {
    /// True: every hit matters.
    package func wantsHit(_ slot: Slot) -> Bool { true }

    /// None.
    package var ghostCount: Int { 0 }

    /// True: everything is admitted.
    package mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool { true }

    /// Nothing: weights do not matter.
    package mutating func reweigh(_ slot: Slot, weight: Int) {}

    /// Nil: there are no ghosts.
    package mutating func dropGhost() -> Slot? { nil }
}
