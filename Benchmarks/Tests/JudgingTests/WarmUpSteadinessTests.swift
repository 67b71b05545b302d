import Evidence
import Foundation
import Judging
import Testing

@Suite struct WarmUpSteadinessTests {
    /// A stretch in which so many of 1,000 requests were served, half of the hits took so long, and so many entries were left.
    struct Stretch {
        var served: Int
        var hitP50: UInt64?
        var entries: Int?

        init(_ served: Int, _ hitP50: UInt64?, _ entries: Int?) {
            (self.served, self.hitP50, self.entries) = (served, hitP50, entries)
        }
    }

    static let courses: [(stretches: [Stretch], isSteady: Bool, changes: Set<WarmUpEvidence.Change>)] = [
        ([], false, []),
        ([Stretch(900, 300, 50), Stretch(900, 300, 50)], false, []),
        ([Stretch(100, 300, 9), Stretch(900, 300, 50), Stretch(900, 300, 50)], true, []),
        ([Stretch(0, nil, nil), Stretch(0, nil, nil), Stretch(0, nil, nil)], true, []),
        ([Stretch(0, 0, 0), Stretch(0, 0, 0), Stretch(0, 0, 0)], true, []),
        // Each may change a little, and by no more.
        ([Stretch(900, 300, 50), Stretch(900, 300, 100), Stretch(919, 375, 102)], true, []),
        ([Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(921, 300, 50)], false, [.share]),
        ([Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(879, 300, 50)], false, [.share]),
        (
            [Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(900, 376, 50)], false,
            [.hitTime]
        ),
        ([Stretch(900, 300, 50), Stretch(900, 376, 50), Stretch(900, 300, 50)], false, [.hitTime]),
        (
            [Stretch(900, 300, 50), Stretch(900, 300, 100), Stretch(900, 300, 103)], false,
            [.entries]
        ),
        ([Stretch(900, 300, 50), Stretch(900, nil, 100), Stretch(900, 300, 100)], false, [.hitTime]),
        // What was steady before need not be in the end.
        (
            [Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(900, 300, 50), Stretch(500, 300, 50)], false,
            [.share]
        ),
    ]

    @Test(arguments: courses) func itIsSteadyWhenTheLastTwoStretchesAreAlike(
        stretches: [Stretch], isSteady: Bool, changes: Set<WarmUpEvidence.Change>
    ) throws {
        var warmUp = WarmUpEvidence()
        for stretch in stretches {
            warmUp.add(
                requests: 1_000, served: stretch.served, hitP50: stretch.hitP50, liveEntries: stretch.entries)
        }
        #expect(warmUp.isSteady == isSteady)
        #expect(warmUp.changes == changes)
        #expect(try JSONDecoder().decode(WarmUpEvidence.self, from: JSONEncoder().encode(warmUp)) == warmUp)
    }
}
