import Caching
import DedupTesting
import Testing

/// Hits of hot slots in the places of lanes, and the word of a slot.
struct HotHitsModelTests {
    /// What is known of a slot: its hits in all lanes, since the last drain and since the policy has asked.
    struct Counts: Equatable {
        var count = 0
        /// Of each lane up to 3.
        var recent: [Int: Int] = [:]
    }

    @Test(arguments: [1, 2, 8], 1...3 as ClosedRange<UInt64>)
    func everyHitThatIsTakenIsCountedOnce(lanes: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let hits = HotHits(lanes: lanes)
        var model: [Slot: Counts] = [:]
        var refused = 0
        for step in 0..<20_000 {
            // More slots than a lane has places.
            let slot = Slot.random(in: 0..<100, using: &random)
            let lane = Int.random(in: 0..<lanes, using: &random)
            switch Int.random(in: 0..<100, using: &random) {
            case 0:
                var count = 0
                hits.lanes.forEachPlace(of: slot) { hits in
                    count += hits.count
                    return hits.drained
                }
                #expect(count == model[slot]?.count ?? 0, "step \(step), seed \(seed)")
                model[slot]?.count = 0
            case 1:
                let recent = model[slot]?.recent.values.reduce(0, +) ?? 0
                #expect(hits.lanes.takeRecent(slot) == recent, "step \(step), seed \(seed)")
                model[slot]?.recent = [:]
            case 2...9:
                var count = 0
                hits.lanes.forEachPlace(of: slot) { hits in
                    count += hits.count
                    return nil
                }
                #expect(count == model.removeValue(forKey: slot)?.count ?? 0, "step \(step), seed \(seed)")
            default:
                guard hits.lanes.add(slot, lane: lane) else {
                    refused += 1
                    continue
                }
                model[slot, default: Counts()].count += 1
                let recent = model[slot]?.recent[lane] ?? 0
                model[slot]?.recent[lane] = min(3, recent + 1)
            }
        }
        #expect(refused > 0)
    }

    @Test func aWordCountsItsHitsUpToItsMaximumAndThoseNotAskedAboutUpToThree() {
        var hits = SlotHits.none
        for number in 1...5 {
            hits = hits.afterHit
            #expect(hits.count == number && hits.recent == min(3, number) && !hits.isHot)
        }
        #expect(hits.hot.isHot && hits.hot.count == 5 && hits.hot.recent == 3)
        #expect(hits.hot.drained == SlotHits(word: 3).hot && hits.asked.count == 5 && hits.asked.recent == 0)
        let full = SlotHits(word: .max)
        #expect(full.count == SlotHits.maximum && full.afterHit == full)
        #expect(full.asked.afterHit.count == SlotHits.maximum && full.asked.afterHit.recent == 1)
    }
}
