/// The capacity, the eviction policy and the shards of a cache. Every field has a default.
public struct CacheConfiguration: Hashable, Sendable {
    /// How much a cache may hold: a number of entries or a total weight.
    public enum Capacity: Hashable, Sendable {
        /// At most this many entries, whatever they weigh; no more than a thousand million (2^30 - 2).
        case entries(Int)
        /// Entries whose weights, given at insertion, add up to at most this. One shard holds a thousand million entries
        /// (2^30 - 1), and one more ends the program.
        case weight(Int)

        /// The capacity in units of weight: an entry weighs 1 where the capacity is in entries.
        @inlinable
        public var limit: Int {
            switch self {
            case .entries(let limit), .weight(let limit): limit
            }
        }
    }

    /// How much the cache may hold; 10,000 entries by default. Never exceeded, not even for a moment.
    public var capacity: Capacity

    /// Which entry is evicted when there is no room; SIEVE by default.
    public var policy: EvictionPolicyKind

    /// The number of shards, each with its own locks; nil, the default, for ``defaultShards``.
    public var shards: Int?

    /// The seed of the hash and of the jitter; nil, the default, for a random one. Set it only to repeat a test: with a known
    /// seed, an attacker can choose keys that all fall into one bucket.
    public var seed: UInt64?

    /// Makes a configuration. Nothing is checked before ``validate()``, which the cache calls.
    public init(
        capacity: Capacity = .entries(10_000), policy: EvictionPolicyKind = .sieve, shards: Int? = nil,
        seed: UInt64? = nil
    ) {
        self.capacity = capacity
        self.policy = policy
        self.shards = shards
        self.seed = seed
    }

    /// The number of shards if ``shards`` is nil: one for each 256 entries of capacity, or for each 2^20 units of weight, at
    /// least 1 and at most 64.
    ///
    /// With fewer entries in a shard its policy would decide within too small a sample; with more than 64 shards two
    /// threads would hardly meet less often.
    public var defaultShards: Int {
        switch capacity {
        case .entries(let limit): min(64, max(1, limit / 256))
        case .weight(let limit): min(64, max(1, limit >> 20))
        }
    }

    /// Checks every field.
    ///
    /// - Throws: ``CacheConfigurationError`` naming the first field that is wrong.
    public func validate() throws(CacheConfigurationError) {
        switch capacity {
        case .entries(let limit):
            try CacheConfigurationError.require(limit >= 1, "capacity.entries", limit, "be at least 1")
            try CacheConfigurationError.require(
                limit <= Self.maximumEntries, "capacity.entries", limit, "be at most \(Self.maximumEntries)")
        case .weight(let limit):
            try CacheConfigurationError.require(limit >= 1, "capacity.weight", limit, "be at least 1")
        }
        if let shards {
            try CacheConfigurationError.require(
                (1...4_096).contains(shards), "shards", shards, "be from 1 to 4096")
            try CacheConfigurationError.require(
                shards <= capacity.limit, "shards", shards, "be at most the capacity of \(capacity.limit)")
        }
    }

    /// This configuration with the number of shards filled in.
    @usableFromInline
    func divided(into shards: Int) -> CacheConfiguration {
        var divided = self
        divided.shards = shards
        return divided
    }

    /// The number of lanes of a shard. A cache of one shard has one lane, so its policy sees the exact order of hits.
    @usableFromInline
    func lanes(forShards shards: Int) -> Int { shards > 1 ? Processor.laneCount : 1 }

    /// About how many slots one of `shards` shards has when the cache is full; a guess where the capacity is a weight.
    @usableFromInline
    func expectedSlots(inShares shards: Int) -> Int {
        switch capacity {
        case .entries(let limit): limit / shards
        case .weight: 1_024
        }
    }

    /// One less than there are numbers of slots, because an insertion takes a slot before it evicts an entry.
    static let maximumEntries = Int(SlotLinks.none) - 1
}

/// A field of a configuration whose value is not allowed.
public struct CacheConfigurationError: Error, Hashable, CustomStringConvertible {
    /// The field as it is written in code, such as `capacity.entries`.
    public let field: String

    /// The value of the field.
    public let value: String

    /// The requirement, as it follows "must": `be at least 1`.
    public let requirement: String

    /// One sentence with the field, its value and the remedy.
    public var description: String { "\(field) is \(value) but must \(requirement)." }

    static func require(
        _ condition: Bool, _ field: String, _ value: some CustomStringConvertible, _ requirement: String
    ) throws(CacheConfigurationError) {
        guard condition else {
            throw CacheConfigurationError(field: field, value: value.description, requirement: requirement)
        }
    }
}

extension CacheConfigurationError: LibraryError {}
