import Caching
import DedupTesting
import Testing

/// The bounds of the deadlines, beside a dictionary of all deadlines.
struct DeadlineBoundsTests {
    /// Finds every expired entry, and never reads a block twice in vain at one instant.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func everyExpiredSlotIsFound(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var bounds = DeadlineBounds()
        var deadlines: [Slot: Int64] = [:]
        var now: Int64 = 0
        for step in 0..<4_000 {
            now += Int64.random(in: 0...3, using: &random)
            let slot = Slot.random(in: 0..<5_000, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let deadline = Bool.random(using: &random) ? .max : now + Int64.random(in: 1...3_000, using: &random)
                deadlines[slot] = deadline
                bounds.insert(deadline, at: slot)
            case 6: deadlines[slot] = nil
            case 7: deadlines[slot] = deadlines[slot].map { $0 == .max ? $0 : $0 + 500 }
            default:
                var read: [Int] = []
                while let block = bounds.block(expiredAt: now) {
                    read.append(block)
                    bounds.set(expire(block, at: now, in: &deadlines), of: block)
                }
                #expect(Set(read).count == read.count, "seed \(seed)")
                #expect(deadlines.values.allSatisfy { $0 > now }, "seed \(seed)")
                #expect(bounds.earliest > now || bounds.earliest == .max, "seed \(seed)")
            }
            guard step % 20 == 0 else { continue }
            #expect(deadlines.values.allSatisfy { bounds.earliest <= $0 }, "seed \(seed)")
        }
    }

    /// Removes the expired slots of a block. Returns the earliest deadline that is left in it.
    private func expire(_ block: Int, at now: Int64, in deadlines: inout [Slot: Int64]) -> Int64 {
        let slots = deadlines.keys.filter { Int($0) / DeadlineBounds.blockSize == block }
        for slot in slots where deadlines[slot, default: .max] <= now { deadlines[slot] = nil }
        return slots.compactMap { deadlines[$0] }.min() ?? .max
    }

    @Test func entriesThatNeverExpireAreNotFound() {
        var bounds = DeadlineBounds()
        bounds.insert(.max, at: 3)
        #expect(bounds.block(expiredAt: .max) == nil)
        bounds.insert(.max - 1, at: 70)
        #expect(bounds.block(expiredAt: .max) == 70 / DeadlineBounds.blockSize)
        bounds.reset()
        #expect(bounds.block(expiredAt: .max) == nil && bounds.earliest == .max)
    }
}
