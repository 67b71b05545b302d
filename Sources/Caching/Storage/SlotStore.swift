/// The header of a slot, beside its key and its value: 24 bytes, so that with a 32-byte key and an 8-byte value a slot is
/// one cache line.
@usableFromInline
struct SlotHeader: Sendable {
    /// The first nanosecond at which the value has expired. `SlotHeader.noValue` says that there is no value: the slot is
    /// claimed or free. As no instant is before it, a lookup needs one comparison to see that a slot has a value that is alive.
    @usableFromInline var deadline: Int64

    /// When the value was inserted, in nanoseconds. In a free slot, the number of the next free slot.
    @usableFromInline var storedAt: Int64

    /// The hits that ``HitCounts`` has carried here since the last drain. Hits add to it under the lock of one lane: then only
    /// through ``SlotPlaces/carryHits(to:)``.
    @usableFromInline var carriedHits: UInt32

    /// The weight in the low 31 bits; above, whether hits slide the deadline.
    @usableFromInline var weightAndSliding: UInt32

    /// How far ``carriedHits`` is from the beginning.
    @usableFromInline static var carriedHitsOffset: Int { 16 }
    @usableFromInline static let noValue = Int64.min
    @usableFromInline static let slidingBit: UInt32 = 1 << 31
    @usableFromInline static let maximumWeight = Int(Int32.max)

    @inlinable
    init(deadline: Int64, storedAt: Int64, weightAndSliding: UInt32) {
        self.deadline = deadline
        self.storedAt = storedAt
        carriedHits = 0
        self.weightAndSliding = weightAndSliding
    }

    @inlinable var weight: Int { Int(weightAndSliding & ~Self.slidingBit) }
    @inlinable var hasValue: Bool { deadline != Self.noValue }
}

/// The memory of a shard's slots: header, key and value side by side, in chunks that are never moved.
///
/// Chunks, and not one growing array, so that no entry is copied when the shard grows, and at most one chunk is empty. Unsafe
/// memory, because a free slot has neither key nor value: with optionals a slot of a 32-byte key and an 8-byte value takes 72
/// bytes and two cache lines instead of 64 and one.
///
/// A slot below `slotCount` lies within an allocated chunk. ``SlotTable`` knows which part of it is initialised (its header
/// always; its key and its value if `hasValue`).
@safe
@usableFromInline
struct SlotStore<Key: CacheKey, Value: Sendable>: ~Copyable {
    @usableFromInline var places: SlotPlaces<Key, Value>
    @usableFromInline var chunkCount = 0
    @usableFromInline var chunkCapacity = 4
    /// What the chunks are taken from; nil where each is allocated and freed by itself.
    @usableFromInline let blocks: SlotBlocks?

    /// Sliding windows, side by side with the slots; empty until the first entry with one is inserted.
    @usableFromInline var windows: [SlidingWindow] = []

    /// Aligned to a cache line, so that a slot of 64 bytes is exactly one.
    @inlinable static var chunkAlignment: Int { max(64, MemoryLayout<Key>.alignment, MemoryLayout<Value>.alignment) }

    /// Blocks for the stores of `shards` shards with about `expected` slots each; nil where they would not pay.
    @inlinable
    static func blocks(expected: Int, shards: Int) -> SlotBlocks? {
        guard chunkAlignment == 64 else { return nil }
        let stride = SlotPlaces<Key, Value>.stride
        return SlotBlocks.blocks(forBytes: expected * shards * stride, pieceSize: stride << chunkShift(expected))
    }

    @inlinable
    static func chunkShift(_ expected: Int) -> Int {
        let eighth = max(16, min(256, expected / 8))
        return Int.bitWidth - (eighth - 1).leadingZeroBitCount
    }

    /// Makes a store without slots whose chunks have a size that suits about `expected` slots.
    @inlinable
    init(expected: Int, blocks: SlotBlocks?) {
        self.blocks = blocks
        places = unsafe SlotPlaces(chunks: .allocate(capacity: 4), chunkShift: UInt32(Self.chunkShift(expected)))
    }

    @inlinable var chunkBytes: Int { SlotPlaces<Key, Value>.stride << Int(places.chunkShift) }

    @inlinable
    deinit {
        if blocks == nil { for chunk in 0..<chunkCount { unsafe places.chunks[chunk].deallocate() } }
        unsafe places.chunks.deallocate()
    }

    /// How many slots there is memory for.
    @inlinable var slotCount: Int { chunkCount << Int(places.chunkShift) }

    @inlinable
    @inline(__always)
    func header(_ slot: Slot) -> UnsafeMutablePointer<SlotHeader> { unsafe places.header(slot) }

    @inlinable
    @inline(__always)
    func key(_ slot: Slot) -> UnsafeMutablePointer<Key> { unsafe places.key(slot) }

    @inlinable
    @inline(__always)
    func value(_ slot: Slot) -> UnsafeMutablePointer<Value> { unsafe places.value(slot) }

    /// Adds a chunk, whose slots have undefined contents.
    @inlinable
    mutating func addChunk() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: chunkCapacity * 2)
            unsafe larger.moveInitialize(from: places.chunks, count: chunkCount)
            unsafe places.chunks.deallocate()
            places = unsafe SlotPlaces(chunks: larger, chunkShift: places.chunkShift)
            chunkCapacity *= 2
        }
        unsafe (places.chunks + chunkCount).initialize(to: allocateChunk())
        chunkCount += 1
    }

    @inlinable
    func allocateChunk() -> UnsafeMutableRawPointer {
        if let blocks { return unsafe blocks.take(chunkBytes) }
        return .allocate(byteCount: chunkBytes, alignment: Self.chunkAlignment)
    }

    /// Sets how hits slide the deadline of `slot`.
    @usableFromInline
    mutating func setWindow(_ window: SlidingWindow, of slot: Slot) {
        windows.grow(to: slotCount, with: SlidingWindow(window: 0, limit: 0))
        windows[Int(slot)] = window
    }
}
