import Dedup
import DedupTesting
import Testing

/// Random insertions and removals beside a dictionary; several places may have one fingerprint.
@Suite struct FingerprintIndexModelTests {
    @Test(arguments: 0..<10 as Range<UInt64>, [3, 2_000])
    func findsExactlyThePlacesThatAreThere(seed: UInt64, fingerprints: UInt64) {
        var random = SplitMix64(seed: seed)
        var index = FingerprintIndex()
        var model: [Int: Fingerprint] = [:]
        for step in 0..<4_000 {
            let place = Int.random(in: 0..<1_500, using: &random)
            switch Int.random(in: 0..<2_000, using: &random) {
            case 0:
                index.removeAll()
                model = [:]
            case ..<1_000 where model[place] != nil:
                index.remove(place)
                model[place] = nil
            default:
                guard model[place] == nil else { continue }
                let fingerprint = Fingerprint.number(.random(in: 0..<fingerprints, using: &random))
                index.insert(place, for: fingerprint)
                model[place] = fingerprint
            }
            #expect(index.count == model.count, "seed \(seed), step \(step)")
            let wanted = Fingerprint.number(.random(in: 0..<fingerprints, using: &random))
            var offered: [Int] = []
            let found = index.find(wanted) { place in
                offered.append(place)
                return place == 7
            }
            // Places whose hash is the same are offered, too, and nothing that is not there.
            #expect(Set(offered).count == offered.count && offered.allSatisfy { model[$0] != nil }, "\(seed), \(step)")
            let places = model.filter { $0.value == wanted }.keys
            if places.contains(7) {
                #expect(found == 7, "\(seed), \(step)")
            } else {
                #expect(found == nil || model[7] != nil, "\(seed), \(step)")
                if found == nil { #expect(Set(places).isSubset(of: offered), "\(seed), \(step)") }
            }
        }
    }
}
