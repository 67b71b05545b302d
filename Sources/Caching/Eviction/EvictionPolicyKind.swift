/// The eviction policies that a cache can be configured with, by their names. More may be added.
public struct EvictionPolicyKind: RawRepresentable, CaseIterable, Hashable, Sendable {
    /// The policies that there are. An enum within the package, so that a new one is missing nowhere.
    package enum Rule: String, CaseIterable, Sendable {
        case fifo, lru, clock, lfu, slru
        case twoQ = "2q"
        case arc, lirs, sieve
        case s3FIFO = "s3-fifo"
        case random
    }

    package let rule: Rule

    private init(_ rule: Rule) { self.rule = rule }

    /// First in, first out.
    public static let fifo = EvictionPolicyKind(.fifo)

    /// Least recently used.
    public static let lru = EvictionPolicyKind(.lru)

    /// CLOCK: first in, first out, but entries that were hit since they were last considered go round once more.
    public static let clock = EvictionPolicyKind(.clock)

    /// Least frequently used. It never forgets how popular an entry was, so it suits requests that do not change.
    public static let lfu = EvictionPolicyKind(.lfu)

    /// Segmented LRU: entries that are hit again are protected from those that are asked for once. Resists scans.
    public static let slru = EvictionPolicyKind(.slru)

    /// 2Q: an entry has to be asked for again after it has left a first queue. Resists scans.
    public static let twoQ = EvictionPolicyKind(.twoQ)

    /// ARC: LRU that learns how much room entries deserve that were asked for more than once.
    public static let arc = EvictionPolicyKind(.arc)

    /// LIRS: entries that are asked for again soon stay, and the others pass through a small part of the room. Resists scans and loops.
    public static let lirs = EvictionPolicyKind(.lirs)

    /// SIEVE: first in, first out with lazy promotion. The default: close to the best hit ratio on skewed requests, and a
    /// hit moves nothing.
    public static let sieve = EvictionPolicyKind(.sieve)

    /// S3-FIFO: a small probationary queue in front of a main queue, and ghosts. Resists scans.
    public static let s3FIFO = EvictionPolicyKind(.s3FIFO)

    /// Random replacement: a baseline, which a useful policy exceeds.
    public static let random = EvictionPolicyKind(.random)

    /// All policies.
    public static let allCases = Rule.allCases.map { EvictionPolicyKind($0) }

    /// The policy with this name (`fifo`, `lru`, `clock`, `lfu`, `slru`, `2q`, `arc`, `lirs`, `sieve`, `s3-fifo` or `random`); nil when
    /// there is none.
    public init?(rawValue: String) {
        guard let rule = Rule(rawValue: rawValue) else { return nil }
        self.init(rule)
    }

    /// The name of the policy, as scenarios and reports use it.
    public var rawValue: String { rule.rawValue }

    /// Makes the policy, empty, with room for `capacity` units of weight.
    package func makePolicy(capacity: Int) -> any EvictionPolicy {
        switch rule {
        case .fifo: FIFOPolicy(capacity: capacity)
        case .lru: LRUPolicy(capacity: capacity)
        case .clock: ClockPolicy(capacity: capacity)
        case .lfu: LFUPolicy(capacity: capacity)
        case .slru: SLRUPolicy(capacity: capacity)
        case .twoQ: TwoQPolicy(capacity: capacity)
        case .arc: ARCPolicy(capacity: capacity)
        case .lirs: LIRSPolicy(capacity: capacity)
        case .sieve: SIEVEPolicy(capacity: capacity)
        case .s3FIFO: S3FIFOPolicy(capacity: capacity)
        case .random: RandomPolicy(capacity: capacity)
        }
    }
}

/// The policy of one shard, whichever the configuration names, behind calls that a user's module can make.
///
/// The calls are not inlined and not generic: each costs one jump, and the policies stay out of the users' modules.
@usableFromInline
struct ShardPolicy: Sendable {
    private let kind: EvictionPolicyKind
    private var policy: any EvictionPolicy
    /// Whether the policy has to be told of each hit.
    @usableFromInline let wantsReports: Bool
    private var reserved = 0

    @usableFromInline
    init(_ kind: EvictionPolicyKind, capacity: Int) {
        self.kind = kind
        policy = kind.makePolicy(capacity: capacity)
        wantsReports = type(of: policy).hitDelivery == .reported
    }

    @usableFromInline var residentCount: Int { policy.residentCount }

    /// Makes it empty again, with the same capacity.
    @usableFromInline
    mutating func reset() { self = ShardPolicy(kind, capacity: policy.capacity) }

    /// Makes the slots below `used` usable, and at least an eighth more than before, up to `available`. So the policy seldom
    /// copies its arrays and never keeps memory for many unused slots.
    @usableFromInline
    mutating func reserve(slots used: Int, of available: Int) {
        guard used > reserved else { return }
        reserved = SlotRoom.grown(from: reserved, for: used, of: available)
        policy.reserve(slots: reserved)
    }

    @usableFromInline
    mutating func hit(_ slot: Slot, hash: UInt64) { policy.hit(slot, hash: hash) }

    @usableFromInline
    mutating func admit(_ slot: Slot, weight: Int, hash: UInt64) -> Bool {
        policy.admit(slot, weight: weight, hash: hash)
    }

    @usableFromInline
    mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        policy.evict(hitsOf: hitsOf, hashOf: hashOf)
    }

    @usableFromInline
    mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) { policy.insert(slot, weight: weight, hash: hash) }

    @usableFromInline
    mutating func reweigh(_ slot: Slot, weight: Int) { policy.reweigh(slot, weight: weight) }

    @usableFromInline
    mutating func remove(_ slot: Slot) { policy.remove(slot) }
}
