/// The weights of slots, for policies that measure their segments. Costs nothing while all of them are 1, which is always
/// so in a cache whose capacity is in entries.
package struct SlotWeights: Sendable {
    private var weights: [UInt32] = []

    package init() {}

    /// The weight of `slot`.
    package subscript(slot: Slot) -> Int { weights.isEmpty ? 1 : Int(weights[Int(slot)]) }

    /// Remembers the weight of `slot`, which is below `slots`.
    package mutating func set(_ weight: Int, for slot: Slot, slots: Int) {
        if weights.isEmpty && weight == 1 { return }
        if weights.count < slots {
            weights.reserveCapacity(slots)
            while weights.count < slots { weights.append(1) }
        }
        weights[Int(slot)] = UInt32(clamping: weight)
    }
}
