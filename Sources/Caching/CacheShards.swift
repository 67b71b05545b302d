/// The shards of a cache, each behind its lock, side by side in memory and each on cache lines of its own.
///
/// Unsafe memory and not an array of objects, because reaching an object through an array costs a retain and a release:
/// two threads that only hit would write one reference count in turn.
@safe
@usableFromInline
struct CacheShards<Key: CacheKey, Value: Sendable>: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: the pointer is written once, in `init`, the memory behind it is initialised there
    // and freed in `deinit`, and in between it is only reached as `Lock`, which is Sendable.
    @usableFromInline typealias Shard = Lock<CacheShard<Key, Value>>
    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline let count: Int

    /// Two lines of 64 bytes, because processors fetch lines in pairs.
    @inlinable static var stride: Int { (MemoryLayout<Shard>.size + 127) & ~127 }

    @inlinable
    init(count: Int, make: (Int) -> Shard) {
        self.count = count
        unsafe base = .allocate(byteCount: Self.stride * count, alignment: 128)
        for number in 0..<count {
            unsafe (base + number * Self.stride).initializeMemory(as: Shard.self, to: make(number))
        }
    }

    @inlinable
    deinit {
        for number in 0..<count { unsafe pointer(number).deinitialize(count: 1) }
        unsafe base.deallocate()
    }

    @inlinable
    @inline(__always)
    func pointer(_ number: Int) -> UnsafeMutablePointer<Shard> {
        unsafe (base + number &* Self.stride).assumingMemoryBound(to: Shard.self)
    }

    /// The number of the shard of a key with `hash`: its low half, scaled.
    @inlinable
    @inline(__always)
    func number(for hash: UInt64) -> Int {
        Int(truncatingIfNeeded: ((hash & 0xFFFF_FFFF) &* UInt64(truncatingIfNeeded: count)) &>> 32)
    }

    /// Runs `body` with exclusive access to the shard `number`, which is below `count`.
    @inlinable
    @inline(__always)
    func withLock<Result: Sendable>(_ number: Int, _ body: (inout CacheShard<Key, Value>) -> Result) -> Result {
        unsafe pointer(number).pointee.withLock { shard in body(&shard) }
    }
}
