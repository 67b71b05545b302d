/// The shards of a cache, side by side in memory: before each the lanes of its hits, every lane and every shard on cache
/// lines of its own.
///
/// A lookup holds the lock of one lane (``withLane(_:_:)``). A change holds the locks of all lanes of its shard
/// (``withLock(_:_:)``), which it takes in their order. No thread holds locks of two shards.
///
/// Unsafe memory and not an array of objects, because reaching an object through an array costs a retain and a release:
/// two threads that only hit would write one reference count in turn.
@safe
@usableFromInline
struct CacheShards<Key: CacheKey, Value: Sendable>: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: the pointer is written once, in `init`, the memory behind it is initialised there
    // and freed in `deinit`. In between, a lane is only touched under its own lock, and a shard is only read under the
    // lock of a lane and only written under those of all lanes, so it is never read and written at the same time.
    @usableFromInline typealias Shard = CacheShard<Key, Value>

    @usableFromInline typealias Gate = Lock<Void>

    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline let count: Int
    /// A power of two.
    @usableFromInline let laneCount: Int
    @usableFromInline let stride: Int

    /// Two lines of 64 bytes, because processors fetch lines in pairs.
    @inlinable static var laneOffset: Int { (MemoryLayout<Gate>.size + 7) & ~7 }
    @inlinable static var gateStride: Int { (laneOffset + MemoryLayout<HitLane>.size + 127) & ~127 }
    @inlinable static var shardStride: Int { (MemoryLayout<Shard>.size + 127) & ~127 }

    @inlinable
    init(count: Int, lanes: Int, make: (Int) -> Shard) {
        self.count = count
        laneCount = lanes
        stride = lanes * Self.gateStride + Self.shardStride
        unsafe base = .allocate(byteCount: stride * count, alignment: 128)
        for number in 0..<count {
            for lane in 0..<lanes {
                unsafe gate(lane, of: number).initialize(to: Gate(()))
                unsafe self.lane(lane, of: number).initialize(to: HitLane())
            }
            unsafe shard(number).initialize(to: make(number))
        }
    }

    @inlinable
    deinit {
        for number in 0..<count {
            for lane in 0..<laneCount {
                unsafe gate(lane, of: number).deinitialize(count: 1)
                unsafe self.lane(lane, of: number).deinitialize(count: 1)
            }
            unsafe shard(number).deinitialize(count: 1)
        }
        unsafe base.deallocate()
    }

    @inlinable
    @inline(__always)
    func gate(_ lane: Int, of number: Int) -> UnsafeMutablePointer<Gate> {
        unsafe (base + (number &* stride &+ lane &* Self.gateStride)).assumingMemoryBound(to: Gate.self)
    }

    /// The lane behind a gate, on the same cache line. Not one value with it, because a thread that waits at the gate reads
    /// the gate while another thread writes the lane.
    @inlinable
    @inline(__always)
    func lane(_ lane: Int, of number: Int) -> UnsafeMutablePointer<HitLane> {
        unsafe (base + (number &* stride &+ lane &* Self.gateStride &+ Self.laneOffset))
            .assumingMemoryBound(to: HitLane.self)
    }

    @inlinable
    @inline(__always)
    func shard(_ number: Int) -> UnsafeMutablePointer<Shard> {
        unsafe (base + (number &* stride &+ laneCount &* Self.gateStride)).assumingMemoryBound(to: Shard.self)
    }

    /// The number of the shard of a key with `hash`: its low half, scaled.
    @inlinable
    @inline(__always)
    func number(for hash: UInt64) -> Int {
        Int(truncatingIfNeeded: ((hash & 0xFFFF_FFFF) &* UInt64(truncatingIfNeeded: count)) &>> 32)
    }

    /// Runs `body` with read access to the shard `number`, which is below `count`, at the same time as the bodies of other
    /// lanes, and with exclusive access to one lane.
    @inlinable
    @inline(__always)
    func withLane<Result: Sendable>(
        _ number: Int, _ body: (borrowing Shard, inout HitLane, _ lane: Int) -> Result
    ) -> Result {
        withLane(currentLane, of: number, body)
    }

    /// The lane of the processor that the calling thread runs on.
    @inlinable
    @inline(__always)
    var currentLane: Int { laneCount == 1 ? 0 : Processor.current & (laneCount &- 1) }

    /// The same with a lane that the caller chooses, below ``laneCount``.
    @inlinable
    @inline(__always)
    func withLane<Result: Sendable>(
        _ lane: Int, of number: Int, _ body: (borrowing Shard, inout HitLane, _ lane: Int) -> Result
    ) -> Result {
        unsafe gate(lane, of: number).pointee.withLock { _ in
            unsafe body(shard(number).pointee, &self.lane(lane, of: number).pointee, lane)
        }
    }

    /// Runs `body` with exclusive access to the shard `number`, which is below `count`, after reporting all hits to the policy.
    @inlinable
    func withLock<Result: Sendable>(_ number: Int, _ body: (inout Shard) -> Result) -> Result {
        withGates(of: number, from: 0) {
            for lane in 0..<laneCount {
                unsafe self.lane(lane, of: number).pointee.reportNotes(to: &shard(number).pointee.policy)
            }
            return unsafe body(&shard(number).pointee)
        }
    }

    /// As ``Lock/orderForSanitizer()``, with the locks of the shard `number`.
    func orderForSanitizer(_ number: Int) {
        for lane in 0..<laneCount { unsafe gate(lane, of: number).pointee.orderForSanitizer() }
    }

    /// Takes the locks of the lanes from `lane` on, one inside the other.
    @inlinable
    func withGates<Result: Sendable>(of number: Int, from lane: Int, _ body: () -> Result) -> Result {
        guard lane < laneCount else { return body() }
        return unsafe gate(lane, of: number).pointee.withLock { _ in
            withGates(of: number, from: lane &+ 1, body)
        }
    }

    /// The counts of the shard `number` and its lanes.
    @inlinable
    func statistics(of number: Int) -> CacheStatistics {
        withGates(of: number, from: 0) {
            var statistics = unsafe shard(number).pointee.statistics
            for lane in 0..<laneCount {
                statistics.hits += unsafe self.lane(lane, of: number).pointee.hits
                statistics.misses += unsafe self.lane(lane, of: number).pointee.misses
            }
            return statistics
        }
    }
}
