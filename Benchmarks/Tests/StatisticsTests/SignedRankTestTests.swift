import DedupTesting
import Statistics
import Testing

@Suite struct SignedRankTestTests {
    private static let differences = [0.12, -0.03, 0.31, 0.08, 0.22, -0.11, 0.05, 0.17, 0.27, 0.02]

    /// From `scipy.stats.wilcoxon(method="exact")`; the difference that equals 0.05 is left out there, too.
    @Test(arguments: [
        (0.0, 0.018_554_687_5, 0.986_328_125), (0.05, 0.125, 0.898_437_5), (0.1, 0.5, 0.539_062_5),
        (0.3, 0.999_023_437_5, 0.001_953_125),
    ])
    func chancesAreThoseOfScipy(centre: Double, more: Double, less: Double) {
        #expect(abs(SignedRankTest.chanceOfMore(Self.differences, than: centre) - more) < 1e-12)
        #expect(abs(SignedRankTest.chanceOfLess(Self.differences, than: centre) - less) < 1e-12)
    }

    @Test func withoutDifferencesNothingIsFound() {
        #expect(SignedRankTest.chanceOfMore([], than: 0) == 1)
        #expect(SignedRankTest.chanceOfMore([2, 2, 2], than: 2) == 1)
        #expect(SignedRankTest.chanceOfMore([.nan], than: 0) == 1)
    }

    @Test func equalDifferencesShareTheirRanks() {
        // Ranks 2, 2, 2 and 4: below the centre lies 2 of 10, as often as any one of the three.
        #expect(SignedRankTest.chanceOfMore([1, 1, -1, 5], than: 0) == 3.0 / 16)
    }

    @Test(arguments: [(0.5, 1), (0.025, 6), (0.025 / 3, 7), (0.025 / 25, 10), (1e-9, 30)])
    func soManyPairsCanBeThatSure(chance: Double, pairs: Int) {
        #expect(SignedRankTest.fewestPairs(for: chance) == pairs)
        let most = [Double](repeating: 1, count: pairs).enumerated().map { $1 + Double($0) / 100 }
        #expect(SignedRankTest.chanceOfMore(most, than: 0) <= chance)
    }

    @Test func holmRaisesEachChanceByThoseThatAreLeft() {
        let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005])
        for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(value - expected) < 1e-12) }
        #expect(Holm.adjusted([0.9, 0.8]) == [1, 1] && Holm.adjusted([]).isEmpty)
    }

    /// Of many families of true nulls at most one in twenty may have any finding.
    @Test func familiesOfNothingAreSeldomFoundGuilty() {
        var random = SplitMix64(seed: 11)
        var guilty = 0
        for _ in 0..<400 {
            let chances = (0..<6).map { _ in
                let differences = (0..<12).map { _ in Double.random(in: -1...1, using: &random) }
                return SignedRankTest.chanceOfMore(differences, than: 0)
            }
            if Holm.adjusted(chances).contains(where: { $0 <= 0.05 }) { guilty += 1 }
        }
        #expect(guilty <= 30, "400 families at 5 %: 20 expected, 30 is 2.3 standard deviations more")
    }
}
