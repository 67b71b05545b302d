/// The hits of hot slots: for each lane a few places of its own, so that processors that hit the same slot do not write
/// the same cache line in turn. Each word is as in ``SlotHits``.
///
/// A slot has one place in each lane, by its number. While another hot slot has it, the hits are counted in the slot's header.
///
/// The places of a lane are touched only under its lock, or under those of all lanes.
@safe
@usableFromInline
package struct HotHits: ~Copyable {
    @usableFromInline
    struct Place: Sendable {
        @usableFromInline var slot: Slot
        @usableFromInline var hits: SlotHits

        @inlinable
        init(slot: Slot, hits: SlotHits) {
            self.slot = slot
            self.hits = hits
        }
    }

    /// The places of all lanes. Copies refer to the same memory: it lives as long as the ``HotHits`` that it is of.
    @safe
    @usableFromInline
    package struct Lanes {
        // Unsafe memory, because each lane writes its own element while others read theirs, which an array does not allow.
        @usableFromInline let base: UnsafeMutablePointer<UnsafeMutablePointer<Place>?>
        @usableFromInline let count: Int

        @inlinable
        init(base: UnsafeMutablePointer<UnsafeMutablePointer<Place>?>, count: Int) {
            unsafe self.base = unsafe base
            self.count = count
        }

        /// Counts a hit of the hot `slot`; false, without counting it, where another slot has the place.
        @inlinable
        @inline(__always)
        package func add(_ slot: Slot, lane: Int) -> Bool {
            let places = unsafe base[lane] ?? allocate(lane)
            let place = unsafe places + HotHits.index(slot)
            if unsafe place.pointee.slot != slot {
                guard unsafe place.pointee.slot == HotHits.noSlot else { return false }
                unsafe place.pointee = Place(slot: slot, hits: .none)
            }
            unsafe place.pointee.hits = unsafe place.pointee.hits.afterHit
            return true
        }

        @usableFromInline
        func allocate(_ lane: Int) -> UnsafeMutablePointer<Place> {
            // On lines of its own, two at a time, because processors fetch lines in pairs.
            let raw = UnsafeMutableRawPointer.allocate(
                byteCount: MemoryLayout<Place>.stride * HotHits.placeCount, alignment: 128)
            let places = unsafe raw.bindMemory(to: Place.self, capacity: HotHits.placeCount)
            unsafe places.initialize(repeating: Place(slot: HotHits.noSlot, hits: .none), count: HotHits.placeCount)
            unsafe base[lane] = unsafe places
            return unsafe places
        }

        /// The hits of the hot `slot` that the policy has not asked about.
        @usableFromInline
        package func takeRecent(_ slot: Slot) -> Int {
            var recent = 0
            forEachPlace(of: slot) { hits in
                recent += hits.recent
                return hits.asked
            }
            return recent
        }

        /// Changes the words of `slot` in all lanes; `body` returns nil for a place that is given up.
        @usableFromInline
        package func forEachPlace(of slot: Slot, _ body: (SlotHits) -> SlotHits?) {
            for lane in 0..<count {
                guard let places = unsafe base[lane] else { continue }
                let place = unsafe places + HotHits.index(slot)
                guard unsafe place.pointee.slot == slot else { continue }
                if let hits = unsafe body(place.pointee.hits) {
                    unsafe place.pointee.hits = hits
                } else {
                    unsafe place.pointee.slot = HotHits.noSlot
                }
            }
        }
    }

    /// A power of two.
    @usableFromInline static var placeCount: Int { 64 }
    @usableFromInline static var noSlot: Slot { .max }

    @usableFromInline package let lanes: Lanes

    @inlinable
    @inline(__always)
    static func index(_ slot: Slot) -> Int { Int(slot) & (placeCount &- 1) }

    // Allocated here with an element a lane, freed with their places in `deinit`.
    @inlinable
    package init(lanes count: Int) {
        let base = UnsafeMutablePointer<UnsafeMutablePointer<Place>?>.allocate(capacity: count)
        unsafe base.initialize(repeating: nil, count: count)
        lanes = unsafe Lanes(base: base, count: count)
    }

    @inlinable
    deinit {
        for lane in 0..<lanes.count { unsafe lanes.base[lane]?.deallocate() }
        unsafe lanes.base.deallocate()
    }
}
