/// Least frequently used: the victim is the slot with the fewest requests since it was inserted, and among those the one whose last
/// request is the longest ago.
///
/// The count begins at 1 and is forgotten with the slot. In constant time, by lists of slots with the same count that are in the
/// order of their counts: K. Shah, A. Mitra and D. Matani, "An O(1) algorithm for implementing the LFU cache eviction scheme",
/// 2010. What was popular long ago stays for ever: the policy suits requests whose distribution does not change.
package struct LFUPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.reported

    /// The slots with one count.
    private struct Bucket {
        var count: Int
        var slots = SlotList()
        /// The bucket with the next higher count, or the next free one.
        var higher = LFUPolicy.none
        var lower = LFUPolicy.none
    }

    private static let none = UInt32.max

    package let capacity: Int
    package private(set) var residentCount = 0
    private var links = SlotLinks()
    /// The bucket of each slot, or `none`.
    private var bucketOf: [UInt32] = []
    private var buckets: [Bucket] = []
    private var lowest = none
    private var firstFree = none

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    package func isResident(_ slot: Slot) -> Bool { bucketOf[Int(slot)] != Self.none }

    package mutating func reserve(slots count: Int) {
        links.reserve(slots: count)
        bucketOf.grow(to: count, with: Self.none)
    }

    package mutating func hit(_ slot: Slot, hash: UInt64) {
        let from = bucketOf[Int(slot)]
        let count = buckets[Int(from)].count + 1
        let higher = buckets[Int(from)].higher
        let isThere = higher != Self.none && buckets[Int(higher)].count == count
        if !isThere, buckets[Int(from)].slots.count == 1 {
            // It is alone there: its bucket gets the higher count.
            buckets[Int(from)].count = count
            return
        }
        let to = isThere ? higher : makeBucket(count, above: from)
        takeOut(slot, of: from)
        put(slot, in: to)
    }

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        guard lowest != Self.none else { return nil }
        let victim = buckets[Int(lowest)].slots.tail
        remove(victim)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        let isThere = lowest != Self.none && buckets[Int(lowest)].count == 1
        put(slot, in: isThere ? lowest : makeBucket(1, above: Self.none))
        residentCount += 1
    }

    package mutating func remove(_ slot: Slot) {
        let bucket = bucketOf[Int(slot)]
        guard bucket != Self.none else { return }
        takeOut(slot, of: bucket)
        bucketOf[Int(slot)] = Self.none
        residentCount -= 1
    }

    private mutating func put(_ slot: Slot, in bucket: UInt32) {
        links.pushHead(slot, to: &buckets[Int(bucket)].slots)
        bucketOf[Int(slot)] = bucket
    }

    /// Takes a slot out of its bucket, which goes with the last one.
    private mutating func takeOut(_ slot: Slot, of bucket: UInt32) {
        links.unlink(slot, from: &buckets[Int(bucket)].slots)
        guard buckets[Int(bucket)].slots.count == 0 else { return }
        let (lower, higher) = (buckets[Int(bucket)].lower, buckets[Int(bucket)].higher)
        if lower == Self.none { lowest = higher } else { buckets[Int(lower)].higher = higher }
        if higher != Self.none { buckets[Int(higher)].lower = lower }
        buckets[Int(bucket)].higher = firstFree
        firstFree = bucket
    }

    /// Makes an empty bucket next above `lower`, or the lowest of all.
    private mutating func makeBucket(_ count: Int, above lower: UInt32) -> UInt32 {
        let higher = lower == Self.none ? lowest : buckets[Int(lower)].higher
        let number: UInt32
        if firstFree != Self.none {
            number = firstFree
            firstFree = buckets[Int(number)].higher
            buckets[Int(number)] = Bucket(count: count, higher: higher, lower: lower)
        } else {
            number = UInt32(buckets.count)
            buckets.append(Bucket(count: count, higher: higher, lower: lower))
        }
        if lower == Self.none { lowest = number } else { buckets[Int(lower)].higher = number }
        if higher != Self.none { buckets[Int(higher)].lower = number }
        return number
    }
}
