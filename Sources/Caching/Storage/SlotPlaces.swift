public import Synchronization

/// The addresses of a store's slots. Copies refer to the same memory; they are good until the store grows.
///
/// A hit happens under the lock of one lane, so other lanes may hit the same slot at the same time. What a hit changes, the
/// deadline and the hits that it carries, it changes atomically here. Under the locks of all lanes the header is used as it is.
@safe
@usableFromInline
struct SlotPlaces<Key: CacheKey, Value: Sendable> {
    @usableFromInline let chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    @usableFromInline let chunkShift: UInt32

    @inlinable static var keyOffset: Int { aligned(MemoryLayout<SlotHeader>.size, to: MemoryLayout<Key>.alignment) }
    @inlinable static var valueOffset: Int {
        aligned(keyOffset + MemoryLayout<Key>.size, to: MemoryLayout<Value>.alignment)
    }
    @inlinable static var stride: Int {
        aligned(
            valueOffset + MemoryLayout<Value>.size,
            to: max(8, MemoryLayout<Key>.alignment, MemoryLayout<Value>.alignment))
    }

    @inlinable
    @inline(__always)
    static func aligned(_ offset: Int, to alignment: Int) -> Int { (offset &+ alignment &- 1) & ~(alignment &- 1) }

    @inlinable
    init(chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>, chunkShift: UInt32) {
        unsafe self.chunks = unsafe chunks
        self.chunkShift = chunkShift
    }

    @inlinable
    @inline(__always)
    func address(_ slot: Slot) -> UnsafeMutableRawPointer {
        let index = Int(slot)
        let chunk = unsafe chunks[index &>> Int(chunkShift)]
        return unsafe chunk + (index & ((1 &<< Int(chunkShift)) &- 1)) &* Self.stride
    }

    @inlinable
    @inline(__always)
    func header(_ slot: Slot) -> UnsafeMutablePointer<SlotHeader> {
        unsafe address(slot).assumingMemoryBound(to: SlotHeader.self)
    }

    @inlinable
    @inline(__always)
    func key(_ slot: Slot) -> UnsafeMutablePointer<Key> {
        unsafe (address(slot) + Self.keyOffset).assumingMemoryBound(to: Key.self)
    }

    @inlinable
    @inline(__always)
    func value(_ slot: Slot) -> UnsafeMutablePointer<Value> {
        unsafe (address(slot) + Self.valueOffset).assumingMemoryBound(to: Value.self)
    }

    /// The deadline of `slot`, which hits of other lanes may move at the same time.
    @inlinable
    @inline(__always)
    func deadline(_ slot: Slot) -> Int64 {
        unsafe atomicDeadline(slot).pointee.load(ordering: .relaxed)
    }

    /// Whether hits slide the deadline of `slot`. Reads that field alone, as hits of other lanes change others.
    @inlinable
    @inline(__always)
    func slides(_ slot: Slot) -> Bool {
        unsafe header(slot).pointee.weightAndSliding & SlotHeader.slidingBit != 0
    }

    /// Moves the deadline of `slot` to `deadline`, unless it is later already. Returns the deadline that it has then.
    @inlinable
    func extendDeadline(of slot: Slot, to deadline: Int64) -> Int64 {
        unsafe atomicDeadline(slot).pointee.max(deadline, ordering: .relaxed).newValue
    }

    /// Adds the ``HitCounts/carry`` of a lane to the hits of `slot`. Counting stops shortly before 2^32.
    @inlinable
    @inline(never)
    func carryHits(to slot: Slot) {
        let hits = unsafe (address(slot) + SlotHeader.carriedHitsOffset).assumingMemoryBound(to: Atomic<UInt32>.self)
        // Far enough below the maximum that other lanes, which do the same now, do not exceed it either.
        guard unsafe hits.pointee.load(ordering: .relaxed) < UInt32.max &- 4_096 else { return }
        unsafe hits.pointee.wrappingAdd(UInt32(HitCounts.carry), ordering: .relaxed)
    }

    @inlinable
    @inline(__always)
    func atomicDeadline(_ slot: Slot) -> UnsafeMutablePointer<Atomic<Int64>> {
        unsafe address(slot).assumingMemoryBound(to: Atomic<Int64>.self)
    }
}
