/// How a cache is built. Every field has a default; ``validate()`` checks them all in one place.
public struct CacheConfiguration: Hashable, Sendable {
    /// How much a cache may hold.
    public enum Capacity: Hashable, Sendable {
        /// So many entries, whatever they weigh.
        case entries(Int)
        /// Entries whose weights, as given at insertion, add up to no more than this.
        case weight(Int)

        /// The number, in units of weight: an entry weighs 1 where the capacity is in entries.
        @inlinable
        public var limit: Int {
            switch self {
            case .entries(let limit), .weight(let limit): limit
            }
        }
    }

    /// How much it may hold; 10,000 entries unless told. Never exceeded, not even for a moment.
    public var capacity: Capacity

    /// Who must go when there is no room; SIEVE unless told.
    public var policy: EvictionPolicyKind

    /// Into how many shards it is divided, each with its own lock; nil, the default, for a number that suits the capacity
    /// (``defaultShards``).
    public var shards: Int?

    /// The seed of the hash and of the jitter; nil, the default, for a random one. Give one only to repeat a test: who
    /// knows it can choose keys that all meet in one bucket.
    public var seed: UInt64?

    /// Makes a configuration.
    public init(
        capacity: Capacity = .entries(10_000), policy: EvictionPolicyKind = .sieve, shards: Int? = nil,
        seed: UInt64? = nil
    ) {
        self.capacity = capacity
        self.policy = policy
        self.shards = shards
        self.seed = seed
    }

    /// The number of shards where none is given: one for each 256 entries of capacity, or for each 2^20 units of weight, at
    /// least 1 and at most 64.
    ///
    /// Fewer entries than that in a shard and its policy decides within too small a sample; more shards than 64 and two
    /// threads hardly meet less often.
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

    /// How many lanes the hits of a shard have: as many as there are processors, rounded up to a power of two, and at most
    /// 8, because whoever changes a shard takes the locks of all. A cache of one shard has one: it keeps the exact order.
    @usableFromInline
    func lanes(forShards shards: Int) -> Int {
        guard shards > 1 else { return 1 }
        return min(8, 1 << (Int.bitWidth - (Processor.count - 1).leadingZeroBitCount))
    }

    /// About how many slots one of `shards` shards will have when the cache is full; a guess where capacity is a weight.
    @usableFromInline
    func expectedSlots(inShares shards: Int) -> Int {
        switch capacity {
        case .entries(let limit): limit / shards
        case .weight: 1_024
        }
    }

    /// Slots have 32-bit numbers and ghosts need slots too.
    static let maximumEntries = 1 << 30
}

/// A field of a configuration that has a value it cannot have.
public struct CacheConfigurationError: Error, Hashable, CustomStringConvertible {
    /// The field, as it is written in code: `capacity.entries`.
    public let field: String

    /// The value that it has.
    public let value: String

    /// What it must be, to follow "must".
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
