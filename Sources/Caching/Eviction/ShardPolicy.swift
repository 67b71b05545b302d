/// The policy of one shard: whichever the configuration names, behind calls that a user's module can make.
///
/// The calls are not inlined and not generic: they cost one jump, and keep the policies out of the users' modules.
@usableFromInline
struct ShardPolicy: Sendable {
    private let kind: EvictionPolicyKind
    private var policy: any EvictionPolicy
    private var reserved = 0

    @usableFromInline
    init(_ kind: EvictionPolicyKind, capacity: Int) {
        self.kind = kind
        policy = kind.makePolicy(capacity: capacity)
    }

    @usableFromInline var residentCount: Int { policy.residentCount }

    /// Starts anew, with the same capacity.
    @usableFromInline
    mutating func reset() { self = ShardPolicy(kind, capacity: policy.capacity) }

    /// Makes the slots below `used` usable, and at least an eighth more than before, up to `available`: so the policy
    /// seldom copies its arrays, and never has many slots for nothing.
    @usableFromInline
    mutating func reserve(slots used: Int, of available: Int) {
        guard used > reserved else { return }
        reserved = max(used, min(available, reserved + max(16, reserved / 8)))
        policy.reserve(slots: reserved)
    }

    @usableFromInline
    func wantsHit(_ slot: Slot) -> Bool { policy.wantsHit(slot) }

    @usableFromInline
    mutating func hit(_ slot: Slot, hash: UInt64) { policy.hit(slot, hash: hash) }

    @usableFromInline
    mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool {
        policy.admit(slot, weight: weight, hash: hash)
    }

    /// The victim: its slot, and whether the policy keeps it as a ghost.
    @usableFromInline
    mutating func evict() -> (slot: Slot, becomesGhost: Bool)? {
        policy.evict().map { ($0.slot, $0.becomesGhost) }
    }

    @usableFromInline
    mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) { policy.insert(slot, weight: weight, hash: hash) }

    @usableFromInline
    mutating func reweigh(_ slot: Slot, weight: Int) { policy.reweigh(slot, weight: weight) }

    @usableFromInline
    mutating func remove(_ slot: Slot) { policy.remove(slot) }

    @usableFromInline
    mutating func dropGhost() -> Slot? { policy.dropGhost() }
}
