import Evidence
import Foundation
import Testing

@Suite struct WarmUpEvidenceTests {
    /// A stretch in which so many of 1,000 requests were served, half of the hits took so long, and so many entries were left.
    struct Stretch {
        var served: Int
        var hitP50: UInt64?
        var entries: Int?

        init(_ served: Int, _ hitP50: UInt64?, _ entries: Int?) {
            (self.served, self.hitP50, self.entries) = (served, hitP50, entries)
        }
    }

    static let courses: [(stretches: [Stretch], isSteady: Bool, said: String)] = [
        ([], false, "too short"),
        ([Stretch(900, 300, 50), Stretch(900, 300, 50)], false, "too short"),
        ([Stretch(100, 300, 9), Stretch(900, 300, 50), Stretch(900, 300, 50)], true, ""),
        ([Stretch(0, nil, nil), Stretch(0, nil, nil), Stretch(0, nil, nil)], true, ""),
        ([Stretch(0, 0, 0), Stretch(0, 0, 0), Stretch(0, 0, 0)], true, ""),
        // Each may change a little, and by no more.
        ([Stretch(900, 300, 50), Stretch(900, 300, 100), Stretch(919, 375, 102)], true, ""),
        ([Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(921, 300, 50)], false, "90.0 % to 92.1 %"),
        ([Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(879, 300, 50)], false, "90.0 % to 87.9 %"),
        (
            [Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(900, 376, 50)], false,
            "up to 300 ns, then up to 376 ns"
        ),
        ([Stretch(900, 300, 50), Stretch(900, 376, 50), Stretch(900, 300, 50)], false, "376 ns, then up to 300 ns"),
        (
            [Stretch(900, 300, 50), Stretch(900, 300, 100), Stretch(900, 300, 103)], false,
            "entries went from 100 to 103"
        ),
        ([Stretch(900, 300, 50), Stretch(900, nil, 100), Stretch(900, 300, 100)], false, "hits"),
        // What was steady before need not be in the end.
        (
            [Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(500, 300, 50)], false,
            "50.0 %"
        ),
    ]

    @Test(arguments: courses) func itIsSteadyWhenTheLastTwoStretchesAreAlike(
        stretches: [Stretch], isSteady: Bool, said: String
    ) throws {
        var warmUp = WarmUpEvidence()
        for stretch in stretches {
            warmUp.add(
                requests: 1_000, served: stretch.served, hitP50: stretch.hitP50, liveEntries: stretch.entries)
        }
        #expect(warmUp.isSteady == isSteady)
        let note = warmUp.note(of: "fill")
        #expect((note == nil) == isSteady)
        #expect(note?.contains(said) ?? true, "\(note ?? "")")
        #expect(try JSONDecoder().decode(WarmUpEvidence.self, from: JSONEncoder().encode(warmUp)) == warmUp)
    }
}
