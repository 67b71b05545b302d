/// What a cache can find a value by: equal keys are the same entry.
///
/// The cache asks for a hash under its own secret seed, so that nobody who chooses keys can steer them to one shard or
/// one bucket. All 64 bits are used (one half picks the shard, the other the bucket), so all of them must depend on the
/// whole key and on the seed.
public protocol CacheKey: Hashable, Sendable {
    /// The hash of this key under `seed`: the same for equal keys and equal seeds, within one process.
    ///
    /// The default feeds the seed and the key to the standard library's `Hasher` (SipHash-1-3). A key that is already a
    /// uniform digest can answer several times faster with a keyed multiplication.
    func seededHash(_ seed: UInt64) -> UInt64
}

extension CacheKey {
    /// The hash by the standard library's `Hasher`, over the seed and this key.
    @inlinable
    public func seededHash(_ seed: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        hasher.combine(self)
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }
}

extension Int: CacheKey {}
extension UInt64: CacheKey {}
extension String: CacheKey {}
