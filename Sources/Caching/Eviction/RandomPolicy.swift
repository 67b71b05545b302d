/// Random replacement: any slot is the victim with the same probability.
///
/// L. A. Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966. Nothing is kept
/// of the requests, so nothing can be fooled by them: a loop that is a little larger than the cache hits most of the time, where LRU
/// never does. The same seed draws the same victims.
package struct RandomPolicy: EvictionPolicy {
    package static let hitDelivery = HitDelivery.ignored

    private static let none = UInt32.max

    package let capacity: Int
    private var residents: [Slot] = []
    /// Where each slot is among the residents, or `none`.
    private var placeOf: [UInt32] = []
    private var random: SplitMix

    package init(capacity: Int) {
        self.init(capacity: capacity, seed: 1)
    }

    /// Makes a policy with a seed of its own.
    package init(capacity: Int, seed: UInt64) {
        self.capacity = max(1, capacity)
        random = SplitMix(seed: seed)
    }

    package var residentCount: Int { residents.count }

    package func isResident(_ slot: Slot) -> Bool { placeOf[Int(slot)] != Self.none }

    package mutating func reserve(slots count: Int) {
        placeOf.grow(to: count, with: Self.none)
    }

    package mutating func hit(_ slot: Slot, hash: UInt64) {}

    package mutating func evict(hitsOf: (Slot) -> Int, hashOf: (Slot) -> UInt64) -> Slot? {
        guard !residents.isEmpty else { return nil }
        // The high half of a product of 128 bits: a number below the count, uniform but for one part in 2^40.
        let victim = residents[Int(random.next().multipliedFullWidth(by: UInt64(residents.count)).high)]
        remove(victim)
        return victim
    }

    package mutating func insert(_ slot: Slot, weight: Int, hash: UInt64) {
        placeOf[Int(slot)] = UInt32(residents.count)
        residents.append(slot)
    }

    package mutating func remove(_ slot: Slot) {
        let place = placeOf[Int(slot)]
        guard place != Self.none else { return }
        placeOf[Int(slot)] = Self.none
        let last = residents.removeLast()
        guard last != slot else { return }
        residents[Int(place)] = last
        placeOf[Int(last)] = place
    }
}
