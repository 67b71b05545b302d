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
            let (wanted, fingerprint) = model.randomElement(using: &random) ?? (place, .number(0))
            let found = index.find(fingerprint) { $0 == wanted }
            #expect(found == (model[wanted] == fingerprint ? wanted : nil), "seed \(seed), step \(step)")
            #expect(index.find(.number(9_999)) { model[$0] == .number(9_999) } == nil, "seed \(seed), step \(step)")
        }
    }
}
