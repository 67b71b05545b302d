/// The header of a slot, beside its key and its value: 24 bytes, so that with a 32-byte key and an 8-byte value a slot is
/// one cache line.
@usableFromInline
struct SlotHeader: Sendable {
    /// The first nanosecond at which the value has expired. `SlotHeader.noValue` says that there is no value: the slot is a
    /// ghost or free. As no instant is before it, a lookup needs one comparison to see that a slot has a value that is alive.
    @usableFromInline var deadline: Int64

    /// When the value was inserted, in nanoseconds. In a free slot, the number of the next free slot.
    @usableFromInline var storedAt: Int64

    /// Hits since the last drain, stopping at the maximum.
    @usableFromInline var hits: UInt32

    /// The weight in the low 31 bits; above, whether hits slide the deadline.
    @usableFromInline var weightAndSliding: UInt32

    @usableFromInline static let noValue = Int64.min
    @usableFromInline static let slidingBit: UInt32 = 1 << 31
    @usableFromInline static let maximumWeight = Int(Int32.max)

    @inlinable
    init(deadline: Int64, storedAt: Int64, hits: UInt32, weightAndSliding: UInt32) {
        self.deadline = deadline
        self.storedAt = storedAt
        self.hits = hits
        self.weightAndSliding = weightAndSliding
    }

    @inlinable var slides: Bool { weightAndSliding & Self.slidingBit != 0 }
    @inlinable var weight: Int { Int(weightAndSliding & ~Self.slidingBit) }
    @inlinable var hasValue: Bool { deadline != Self.noValue }
}

/// The memory of a shard's slots: header, key and value side by side, in chunks that are never moved.
///
/// Chunks, and not one growing array, so that growth never copies an entry, never stalls the shard, and leaves at most one
/// chunk empty. Unsafe memory, because a ghost has a key and no value: with optionals a slot of a 32-byte key and an
/// 8-byte value takes 72 bytes and two cache lines instead of 64 and one, and the 48 bytes that an entry may cost beside
/// them (45 to 47 measured with a million entries) are exceeded.
///
/// This type only computes addresses: a slot below `slotCount` lies within an allocated chunk. ``SlotTable`` knows which part
/// of it is initialised (its header always; its key unless it is free; its value if `hasValue`).
@safe
@usableFromInline
struct SlotStore<Key: CacheKey, Value: Sendable>: ~Copyable {
    @usableFromInline var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    @usableFromInline let chunkShift: UInt32
    @usableFromInline var chunkCount = 0
    @usableFromInline var chunkCapacity = 4

    /// Sliding windows, side by side with the slots; empty until the first entry with one is inserted.
    @usableFromInline var windows: [SlidingWindow] = []

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

    /// Makes a store without slots whose chunks have a size that suits about `expected` slots.
    @inlinable
    init(expected: Int) {
        let eighth = max(16, min(512, expected / 8))
        chunkShift = UInt32(Int.bitWidth - (eighth - 1).leadingZeroBitCount)
        unsafe chunks = .allocate(capacity: 4)
    }

    @inlinable
    deinit {
        for chunk in 0..<chunkCount { unsafe chunks[chunk].deallocate() }
        unsafe chunks.deallocate()
    }

    /// How many slots there is memory for.
    @inlinable var slotCount: Int { chunkCount << Int(chunkShift) }

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

    /// Adds a chunk, whose slots have undefined contents.
    @inlinable
    mutating func addChunk() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: chunkCapacity * 2)
            unsafe larger.moveInitialize(from: chunks, count: chunkCount)
            unsafe chunks.deallocate()
            unsafe chunks = unsafe larger
            chunkCapacity *= 2
        }
        // Aligned to a cache line, so that a slot of 64 bytes is exactly one.
        unsafe (chunks + chunkCount).initialize(
            to: .allocate(byteCount: Self.stride << Int(chunkShift), alignment: max(64, MemoryLayout<Value>.alignment)))
        chunkCount += 1
    }

    /// Sets how hits slide the deadline of `slot`.
    @usableFromInline
    mutating func setWindow(_ window: SlidingWindow, of slot: Slot) {
        let wanted = slotCount
        if windows.count < wanted {
            windows.reserveCapacity(wanted)
            while windows.count < wanted { windows.append(SlidingWindow(window: 0, limit: 0)) }
        }
        windows[Int(slot)] = window
    }
}
