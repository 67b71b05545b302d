import Caching
import DedupTesting
import Testing

/// The hits of slots in the bytes of lanes.
struct HitCountsModelTests {
    /// What is known of a slot, lane by lane.
    struct Hits: Equatable {
        /// Since the last drain, without those carried.
        var uncarried: Int
        /// Those that the policy has not asked about, up to 3.
        var recent: Int
    }

    @Test(arguments: [1, 2, 8], 1...3 as ClosedRange<UInt64>)
    func everyHitIsCountedOnce(lanes: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var counts = HitCounts(lanes: lanes)
        var model = [[Hits]]()
        var carried = 0
        for step in 0..<60_000 {
            if step % 500 == 0, model.count < 300 {
                // Grows while slots have hits; new slots have none.
                let wanted = model.count + Int.random(in: 1...20, using: &random)
                counts.reserve(slots: wanted, of: wanted + 7)
                while model.count < wanted {
                    model.append(.init(repeating: Hits(uncarried: 0, recent: 0), count: lanes))
                }
            }
            // Few slots have most of the hits.
            let slot = Int.random(in: 0...Int.random(in: 0..<model.count, using: &random), using: &random)
            let lane = Int.random(in: 0..<lanes, using: &random)
            let place = Slot(slot)
            switch Int.random(in: 0..<1_000, using: &random) {
            case 0:
                let uncarried = model[slot].reduce(0) { $0 + $1.uncarried }
                #expect(counts.lanes.drain(place) == uncarried, "step \(step), seed \(seed)")
                for lane in 0..<lanes { model[slot][lane].uncarried = 0 }
            case 1...9:
                let recent = model[slot].reduce(0) { $0 + $1.recent }
                #expect(counts.lanes.takeRecent(place) == recent, "step \(step), seed \(seed)")
                for lane in 0..<lanes { model[slot][lane].recent = 0 }
            case 10:
                counts.lanes.clear(place)
                model[slot] = .init(repeating: Hits(uncarried: 0, recent: 0), count: lanes)
            default:
                var hits = model[slot][lane]
                hits = Hits(uncarried: hits.uncarried + 1, recent: min(3, hits.recent + 1))
                let isCarried = hits.uncarried == HitCounts.carry
                if isCarried { hits.uncarried = 0 }
                #expect(counts.lanes.add(place, lane: lane) == isCarried, "step \(step), seed \(seed)")
                carried += isCarried ? 1 : 0
                model[slot][lane] = hits
            }
        }
        #expect(carried > 10, "seed \(seed)")
        for slot in model.indices {
            #expect(counts.lanes.drain(Slot(slot)) == model[slot].reduce(0) { $0 + $1.uncarried }, "seed \(seed)")
        }
    }
}
