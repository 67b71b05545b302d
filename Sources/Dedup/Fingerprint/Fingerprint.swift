public import Caching

/// What makes two requests the same work: the SHA-256 of their canonical form, 32 bytes, never truncated.
///
/// Its `description`, its debug description and its mirror show the first eight hexadecimal digits only, because a
/// whole fingerprint lets whoever reads a log ask for the cached result; ``hexadecimal`` gives all of it, for storage.
public struct Fingerprint: Hashable, Sendable {
    /// The digest as four big-endian words, the most significant first.
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// Makes a fingerprint of four big-endian words, the most significant first.
    public init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Whether two fingerprints are the same in all 32 bytes.
    @inlinable
    public static func == (lhs: Fingerprint, rhs: Fingerprint) -> Bool {
        lhs.words.0 == rhs.words.0 && lhs.words.1 == rhs.words.1 && lhs.words.2 == rhs.words.2
            && lhs.words.3 == rhs.words.3
    }

    /// Feeds the first eight bytes. They are those of a SHA-256, so they are as good as all 32 in telling fingerprints
    /// apart, and to find many that agree in them would take 2^64 attempts for each; the hasher adds its own seed.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}

extension Fingerprint: CacheKey {
    /// A 64-bit hash of all 32 bytes under a seed, for choosing a shard and a bucket.
    ///
    /// A fingerprint is already uniformly distributed, so SipHash would be wasted on it; but its bytes are known to
    /// whoever chose the request, so each word is mixed with the seed before it is multiplied, and without the seed
    /// nobody can gather requests in one shard. The mix is the folded 64 x 64 -> 128 multiplication of wyhash
    /// (<https://github.com/wangyi-fudan/wyhash>), three multiplications in all.
    ///
    /// It is inlinable because it stands on the path of every cache hit: without inlining the call and the passing of
    /// 32 bytes in memory cost as much as the mix itself (3 ns against 1.2 ns, measured in a release build).
    @inlinable
    public func seededHash(_ seed: UInt64) -> UInt64 {
        let low = Self.fold(words.0 ^ seed, words.1 ^ seed &+ 0xa076_1d64_78bd_642f)
        let high = Self.fold(words.2 ^ seed ^ 0xe703_7ed1_a0b4_28db, words.3 ^ seed &+ 0x8ebc_6af0_9c88_c6e3)
        return Self.fold(low ^ seed &+ 0x5899_65cc_7537_4cc3, high ^ 0x1d8e_4e27_c47d_124f)
    }

    /// The upper half of a full product folded onto its lower half.
    @inlinable
    static func fold(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
        let product = lhs.multipliedFullWidth(by: rhs)
        return product.high ^ product.low
    }
}
