/// A key of a cache: equal keys find the same entry.
///
/// A `Hashable` and `Sendable` type becomes a key by a conformance that needs no code:
///
///     struct PageKey: CacheKey {
///         let path: String
///         let page: Int
///     }
///
/// A type from another module becomes one by one line: `extension UUID: @retroactive CacheKey {}`. Numbers, strings and
/// characters are keys already, and so are optionals, arrays and sets of keys.
///
/// The cache hashes keys with a secret seed of its own, so that an attacker cannot choose keys that all fall into one shard or
/// one bucket.
public protocol CacheKey: Hashable, Sendable {
    /// The hash of this key with `seed`: the same for equal keys and equal seeds, within one process.
    ///
    /// The default feeds the seed and the key to the standard library's `Hasher` (SipHash-1-3). A key that is a uniform
    /// digest already can answer several times faster with a keyed multiplication. All 64 bits are used, one half for the
    /// shard and one for the bucket, so each of them must depend on the whole key and on the seed.
    func seededHash(_ seed: UInt64) -> UInt64
}

extension CacheKey {
    /// The hash of the standard library's `Hasher` over the seed and this key.
    @inlinable
    public func seededHash(_ seed: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        hasher.combine(self)
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }
}

extension Int: CacheKey {}
extension Int8: CacheKey {}
extension Int16: CacheKey {}
extension Int32: CacheKey {}
extension Int64: CacheKey {}
extension Int128: CacheKey {}
extension UInt: CacheKey {}
extension UInt8: CacheKey {}
extension UInt16: CacheKey {}
extension UInt32: CacheKey {}
extension UInt64: CacheKey {}
extension UInt128: CacheKey {}
extension Float: CacheKey {}
extension Double: CacheKey {}
extension Bool: CacheKey {}
extension Character: CacheKey {}
extension String: CacheKey {}
extension Substring: CacheKey {}
extension Duration: CacheKey {}
extension ObjectIdentifier: CacheKey {}
extension Optional: CacheKey where Wrapped: CacheKey {}
extension Array: CacheKey where Element: CacheKey {}
extension Set: CacheKey where Element: CacheKey {}
