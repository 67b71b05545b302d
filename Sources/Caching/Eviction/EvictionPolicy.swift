/// The number of a slot: the place of an entry in a table, or the dense number of a key in a simulation.
@usableFromInline
package typealias Slot = UInt32

/// How a policy learns of hits.
package enum HitDelivery: Sendable {
    /// Hits change nothing; they need not be reported.
    case ignored
    /// The policy asks for the hits of a slot when it considers the slot as a victim. Owners that count hits themselves need
    /// not report them.
    case asked
    /// The policy has to be told of each hit, in their order.
    case reported
}

/// Chooses the entry that is evicted when there is no room: a pure value over slot numbers.
///
/// A policy never sees a key, a value or a clock, and makes no decision about capacity. Its owner is either a shard of a
/// live cache or a simulator in which a slot is the dense number of a key; both drive it alike:
///
/// - A request for a resident slot: ``hit(_:hash:)``. Hits may be reported later, but before anything else that changes the
///   policy. An owner may count them instead and answer when it is asked, where ``hitDelivery`` allows it.
/// - A value for a slot that is not resident: ``admit(_:weight:hash:)``; while it is true and there is no room,
///   ``evict(hitsOf:hashOf:)``; then ``insert(_:weight:hash:)``. The three belong together, nothing comes between them.
///   (Splitting the admission from the insertion lets a ghost be recognised, and an adaptive window learn, before the victim is
///   chosen.)
/// - A slot whose value is removed for another reason: ``remove(_:)``.
///
/// A policy may keep its slots in as many segments as it likes, and resize them as it learns. Its ghosts, the keys that it
/// remembers after their values were evicted, are hashes: the owner knows nothing of them.
package protocol EvictionPolicy: Sendable {
    /// Makes a policy without slots, for an owner with room for `capacity` units of weight.
    init(capacity: Int)

    /// The room that sizes segments and ghosts, in units of weight, at least 1. In a live cache with several shards the
    /// weight in one shard may be less or more.
    var capacity: Int { get }

    /// How many slots are resident.
    var residentCount: Int { get }

    /// How many keys it remembers whose values were evicted.
    var ghostCount: Int { get }

    /// Whether the key with `hash` is one of them.
    func remembers(_ hash: UInt64) -> Bool

    /// Whether `slot` has a value that the policy may choose as a victim.
    func isResident(_ slot: Slot) -> Bool

    /// Makes all slots below `count` usable. Never takes any away.
    mutating func reserve(slots count: Int)

    /// How the policy learns of hits.
    static var hitDelivery: HitDelivery { get }

    /// The resident `slot` was asked for. `hash` is its key's, for policies that keep a sketch.
    mutating func hit(_ slot: Slot, hash: UInt64)

    /// A value of `weight` for `slot`, which is not resident, is about to be inserted. Its key, whose hash is `hash`, is no ghost
    /// from now on.
    ///
    /// - Returns: False when the policy refuses it.
    mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool

    /// Chooses a victim, which stops being resident; nil when nothing is resident.
    ///
    /// - Parameters:
    ///   - hitsOf: Answers how often a resident slot was hit, besides the hits that were reported, since it was inserted or last
    ///     asked about; it may stop counting at 3. Only a policy whose ``hitDelivery`` is `asked` calls it.
    ///   - hashOf: Answers the hash of the key in a resident slot.
    mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot?

    /// The admitted `slot` is resident from now on.
    mutating func insert(_ slot: Slot, weight: Int, hash: UInt64)

    /// The resident `slot` weighs `weight` from now on.
    mutating func reweigh(_ slot: Slot, weight: Int)

    /// Removes `slot`. No effect on one that is not resident.
    mutating func remove(_ slot: Slot)
}

extension EvictionPolicy {
    /// None.
    package var ghostCount: Int { 0 }

    /// False: there are no ghosts.
    package func remembers(_ hash: UInt64) -> Bool { false }

    /// True: everything is admitted.
    package mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool { true }

    /// Nothing: weights do not matter.
    package mutating func reweigh(_ slot: Slot, weight: Int) {}
}
