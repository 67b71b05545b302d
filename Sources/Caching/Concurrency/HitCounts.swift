/// The hits of each slot since they were last collected: one byte for each slot and lane, allocated at a lane's first hit.
///
/// Bytes, and not one number in the slot, because a number that two processors add to in turn costs each of them the
/// transfer of its cache line. When a byte is full, the next hit takes the lock of the whole shard and collects it: one hit
/// in 256.
///
/// The bytes of a lane are touched only under its lock, or under those of all lanes.
@safe
@usableFromInline
struct HitCounts: ~Copyable {
    /// The bytes of one lane.
    @safe
    @usableFromInline
    struct Bytes {
        @usableFromInline var base: UnsafeMutablePointer<UInt8>?
        @usableFromInline var capacity = 0

        @inlinable
        init() { unsafe base = nil }
    }

    // Unsafe memory, because each lane writes its own element while others read theirs, which an array does not allow.
    // Allocated in `init` with `laneCount` elements, freed with their bytes in `deinit`.
    @usableFromInline let lanes: UnsafeMutablePointer<Bytes>
    @usableFromInline let laneCount: Int

    @inlinable
    init(lanes count: Int) {
        laneCount = count
        unsafe lanes = .allocate(capacity: count)
        unsafe lanes.initialize(repeating: Bytes(), count: count)
    }

    @inlinable
    deinit {
        for lane in 0..<laneCount { unsafe lanes[lane].base?.deallocate() }
        unsafe lanes.deallocate()
    }

    /// Counts a hit of `slot`, which is below `slots`; false, without counting it, when the byte is full.
    @inlinable
    @inline(__always)
    func add(_ slot: Slot, lane: Int, slots: Int) -> Bool {
        let index = Int(slot)
        if unsafe index >= lanes[lane].capacity { grow(lane, to: slots) }
        guard let base = unsafe lanes[lane].base, unsafe base[index] < .max else { return false }
        unsafe base[index] &+= 1
        return true
    }

    /// Takes the hits of `slot` out of all lanes.
    @usableFromInline
    func take(_ slot: Slot) -> Int {
        var sum = 0
        for lane in 0..<laneCount where unsafe Int(slot) < lanes[lane].capacity {
            guard let base = unsafe lanes[lane].base else { continue }
            sum += Int(unsafe base[Int(slot)])
            unsafe base[Int(slot)] = 0
        }
        return sum
    }

    /// Makes room for the slots below `slots`, and for a quarter more than there was, so that growing with the table costs
    /// a constant a slot.
    @usableFromInline
    func grow(_ lane: Int, to slots: Int) {
        let old = unsafe lanes[lane]
        let capacity = max(slots, old.capacity + old.capacity / 4)
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe bytes.initialize(repeating: 0, count: capacity)
        if let base = unsafe old.base {
            unsafe bytes.update(from: base, count: old.capacity)
            unsafe base.deallocate()
        }
        unsafe lanes[lane].base = bytes
        unsafe lanes[lane].capacity = capacity
    }
}
